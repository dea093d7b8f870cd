"""A check that passes where no confident join of a lake broke since the index's earlier generation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSeverity,
    AssetKey,
    AssetsDefinition,
    MetadataValue,
    TableRecord,
    asset_check,
)

from lakeindex import Lake, Settings, WatchedJoins, WatchRules


def broken_joins_check(
    asset: AssetsDefinition | AssetKey | str,
    index: str | Path,
    settings: Settings | None = None,
    rules: WatchRules | None = None,
    name: str = "no_broken_joins",
    severity: AssetCheckSeverity = AssetCheckSeverity.ERROR,
    **options: Any,
) -> AssetChecksDefinition:
    """Make a check of the asset that writes `index`; `options` are those of `dagster.asset_check`, as `blocking`.

    The first generation of an index passes: there is nothing before it that could have broken.
    """

    @asset_check(asset=asset, name=name, description="No confident join of the lake broke", **options)
    def no_broken_joins() -> AssetCheckResult:
        with Lake.open(index, settings) as lake:
            watched = lake.watch_joins(rules=rules)
        return AssetCheckResult(
            passed=not watched.broken, severity=severity, description=repr(watched), metadata=_told(watched)
        )

    return no_broken_joins


def _told(watched: WatchedJoins) -> dict[str, MetadataValue[Any]]:
    told: dict[str, MetadataValue[Any]] = {"compared joins": MetadataValue.int(watched.watched)}
    if watched.broken:
        rows = [TableRecord(row) for row in watched.to_arrow().to_pylist()]
        told["broken joins"] = MetadataValue.table(rows)
    return told
