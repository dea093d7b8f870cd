"""Publish a generation again out of itself: no file of the lake is read, no text encoded, no model loaded."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from lakeindex.build.build_index import Build, Calibrate, finish, write_artifacts
from lakeindex.build.encoding import BuildModel
from lakeindex.build.lake_names import LakeNames
from lakeindex.build.previous_generation import PreviousGeneration
from lakeindex.build.room import Room
from lakeindex.config.settings import Settings
from lakeindex.encode.linear_head import LinearHead
from lakeindex.errors import LakeIndexError
from lakeindex.protocols import Encoder
from lakeindex.store.generations import Generation
from lakeindex.store.layout import ENCODER_ROLE, HEAD, STAGING
from lakeindex.store.staging import Staging
from lakeindex.types.reports import Progress


def build_like(
    before: Generation, index: Path, folder: Path, settings: Settings, progress: Progress, calibrate: Calibrate
) -> Build:
    """Plan a build in `folder` with the lake, the settings and the models of a generation."""
    manifest, content = before.manifest, before.manifest.settings
    decisive = {name: content[name] for name in ("materialize", "anchors")}
    settings = replace(settings, values=content["limits"]["raw"], **decisive)
    head = LinearHead.open(before.folder / HEAD) if HEAD in manifest.artifacts else None
    model = BuildModel(manifest.models[ENCODER_ROLE], _no_encoder, head, is_final=True)
    planned = replace(manifest, artifacts={})
    room = Room.of(index, folder, folder / STAGING, 0)
    return Build(index, folder, settings, model, progress, planned, room, calibrate, LakeNames(None))


def republish(build: Build, previous: PreviousGeneration) -> Generation:
    """Publish all files of a generation, as far as it has them, as the next one; `previous` is closed then."""
    with closing(previous):
        staging = Staging(build.folder / STAGING)
        staging.open([])
        catalog, directory = write_artifacts(build, staging, previous, (), list(previous.files))
        staging.drop()
    return finish(build, catalog, directory, build.settings.keep).generation


def _no_encoder() -> Encoder:
    raise LakeIndexError("the vectors of the index don't fit its columns; build the index again")
