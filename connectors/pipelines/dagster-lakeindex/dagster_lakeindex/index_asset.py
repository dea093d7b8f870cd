"""The index of a lake as an asset: as long as the lake's content stays, so does the asset's data version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dagster import AssetsDefinition, DataVersion, MaterializeResult, MetadataValue, asset

from lakeindex import Lake, Settings
from lakeindex.types.reports import FileStatus, Report


def lake_index_asset(
    lake: str | Path, index: str | Path, settings: Settings | None = None, name: str = "lake_index", **options: Any
) -> AssetsDefinition:
    """Make an asset that indexes the folder `lake` into the folder `index`; `options` are those of `dagster.asset`.

    Its data version is the logical hash of the index: what lies downstream is out of date only where the lake's
    content changed.
    """

    @asset(name=name, description=f"What joins with what in {lake}", **options)
    def lake_index() -> MaterializeResult[Any]:
        with Lake.index(lake, index, settings) as built:
            assert built.report is not None  # this process built it
            return MaterializeResult(data_version=DataVersion(built.report.logical_hash), metadata=_told(built.report))

    return lake_index


def _told(report: Report) -> dict[str, MetadataValue[Any]]:
    failed = {file.path: file.reason for file in report.with_status(FileStatus.FAILED)}
    return {
        "tables": MetadataValue.int(report.tables),
        "columns": MetadataValue.int(report.columns),
        "generation": MetadataValue.int(report.generation),
        "bytes": MetadataValue.int(report.bytes),
        "failed files": MetadataValue.json(failed),
    }
