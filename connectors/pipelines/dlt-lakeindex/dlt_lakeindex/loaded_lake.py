"""The folder that a pipeline loads into, as a lake."""

from __future__ import annotations

from pathlib import Path

import dlt
from dlt.destinations.impl.filesystem.filesystem import FilesystemClient

from lakeindex import Lake, Settings
from lakeindex.errors import Refused


def index_pipeline(pipeline: dlt.Pipeline, index: str | Path, settings: Settings | None = None) -> Lake:
    """Index what a pipeline loaded; what dlt keeps for itself is no table of it.

    Raises Refused where the pipeline's destination is no folder of this machine, and as `Lake.index`.
    """
    return Lake.index(folder_of(client_of(pipeline)), index, settings)


def client_of(pipeline: dlt.Pipeline) -> FilesystemClient:
    """Return how dlt reaches the folder. Raises Refused where it loads into no folder of this machine."""
    client = pipeline.destination_client()
    if not isinstance(client, FilesystemClient) or not client.is_local_filesystem:
        raise Refused(
            f"the pipeline {pipeline.pipeline_name!r} doesn't load into a folder of this machine: give it "
            "dlt.destinations.filesystem(FOLDER), or mount the bucket and index it with Lake.index"
        )
    return client


def folder_of(client: FilesystemClient) -> Path:
    """Return the folder of the pipeline's data set."""
    return Path(client.dataset_path)
