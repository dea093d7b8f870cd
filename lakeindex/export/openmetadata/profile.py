"""The profile of a table as OpenMetadata has it, and whether it says what one there says already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lakeindex.export.described_lake import DescribedColumn, DescribedLake, DescribedTable
from lakeindex.export.openmetadata.names import entity_name

_COMPARED = ("valuesCount", "nullCount", "distinctCount", "min", "max")


def profile_of(lake: DescribedLake, table: DescribedTable) -> dict[str, Any]:
    """Return the request that puts a profile to a table."""
    stamp = lake.published_millis
    return {
        "tableProfile": {"timestamp": stamp, "rowCount": table.rows, "columnCount": len(table.columns)},
        "columnProfile": [_column(stamp, column) for column in table.columns],
    }


def _column(stamp: int, column: DescribedColumn) -> dict[str, Any]:
    filled = column.rows - column.nulls
    told = {
        "name": entity_name(column.name),
        "timestamp": stamp,
        "valuesCount": filled,
        "nullCount": column.nulls,
        "nullProportion": column.nulls / column.rows if column.rows else None,
        "distinctCount": column.distinct,
        "distinctProportion": min(1.0, column.distinct / filled) if filled else None,
        "min": column.minimum,
        "max": column.maximum,
    }
    return {name: value for name, value in told.items() if value is not None}


def is_newer(there: Mapping[str, Any], profile: Mapping[str, Any]) -> bool:
    """Whether a table has a profile there that was taken later."""
    return bool((there.get("profile") or {}).get("timestamp", 0) > profile["tableProfile"]["timestamp"])


def is_same_profile(there: Mapping[str, Any], profile: Mapping[str, Any]) -> bool:
    """Whether the latest profile of a table, as it is read with the table, has the same figures, whenever taken."""
    own, before = profile["tableProfile"], there.get("profile") or {}
    if any(before.get(name) != own[name] for name in ("rowCount", "columnCount")):
        return False
    columns = {one.get("name"): one.get("profile") or {} for one in there.get("columns") or []}
    return all(
        _figure(one.get(name)) == _figure(columns.get(one["name"], {}).get(name))
        for one in profile["columnProfile"]
        for name in _COMPARED
    )


def _figure(value: Any) -> Any:
    """Return a bound as a number where it is one: OpenMetadata may give either back."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return value
