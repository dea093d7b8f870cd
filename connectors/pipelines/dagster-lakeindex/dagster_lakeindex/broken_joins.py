"""An asset check that passes only where no join broke since the generation of the index before."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from lakeindex import Lake, Settings, WatchedJoins, WatchRules
from lakeindex.drift.broken_joins import broken_row

_MOST_NAMED = 100


def broken_joins_check(
    asset: dg.CoercibleToAssetKey | dg.AssetsDefinition,
    index: str | Path,
    *,
    name: str = "no_broken_joins",
    rules: WatchRules | None = None,
    settings: Settings | None = None,
    is_blocking: bool = False,
) -> dg.AssetChecksDefinition:
    """Return a check of an asset that fails where a confident join lost values since the generation before.

    Only a comparison that was made passes: a missing or damaged index is an error of the run. With `is_blocking`,
    assets downstream are not materialized after a broken join.
    """

    @dg.asset_check(asset=asset, name=name, blocking=is_blocking, description="No confident join of the lake broke.")
    def watched() -> dg.AssetCheckResult:
        with Lake.open(index, settings) as lake:
            return _result_of(lake.watch_joins(rules=rules))

    return watched


def _result_of(watched: WatchedJoins) -> dg.AssetCheckResult:
    broken = [broken_row(one) for one in watched.broken]
    return dg.AssetCheckResult(
        passed=not broken,
        description=watched.summary(),
        metadata={
            "generation": watched.now,
            "watched": watched.watched,
            "broken": len(broken),
            "joins": dg.MetadataValue.json(broken[:_MOST_NAMED]),
        },
    )
