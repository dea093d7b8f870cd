"""An index of a lake as an asset: what lies downstream is woken only where the lake says something new."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import dagster as dg

from lakeindex import Lake, Settings
from lakeindex.types.reports import FileStatus, Report

_MOST_NAMED = 100


def lake_index_asset(
    lake: str | Path,
    index: str | Path,
    *,
    key: dg.CoercibleToAssetKey = "lake_index",
    deps: Sequence[dg.CoercibleToAssetDep] = (),
    group_name: str | None = None,
    settings: Settings | None = None,
    is_strict: bool = False,
) -> dg.AssetsDefinition:
    """Return an asset that indexes the files below `lake` into the folder `index`.

    Its data version is the index's logical hash, which is the same as long as the lake and the verdicts of people are.
    With `is_strict` it fails where a file could not be read: the index is there nevertheless, without that file.
    """

    @dg.asset(key=key, deps=deps, group_name=group_name, kinds={"lakeindex"})
    def indexed() -> dg.MaterializeResult[None]:
        """The index of a lake: which columns join, how, and how far that is to be trusted."""
        with Lake.index(lake, index, settings) as built:
            report = built.report
        assert report is not None
        told = _metadata_of(report)
        if is_strict and report.with_status(FileStatus.FAILED):
            raise dg.Failure("some files of the lake could not be read", metadata=told)
        return dg.MaterializeResult(metadata=told, data_version=dg.DataVersion(report.logical_hash))

    return indexed


def _metadata_of(report: Report) -> dict[str, dg.MetadataValue]:
    """Return what a build did; of files that could not be read, the first ones with their reasons."""
    failed = report.with_status(FileStatus.FAILED)
    numbers = {
        "generation": report.generation,
        "tables": report.tables,
        "columns": report.columns,
        "failed": len(failed),
        "bytes": report.bytes,
    }
    told: dict[str, dg.MetadataValue] = {name: dg.MetadataValue.int(number) for name, number in numbers.items()}
    if failed:
        reasons = [{"file": file.path, "reason": file.reason} for file in failed[:_MOST_NAMED]]
        told["unread"] = dg.MetadataValue.json(reasons)
    return told
