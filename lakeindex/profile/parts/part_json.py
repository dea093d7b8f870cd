"""What a part has of a table, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from lakeindex.types.lake import Scan, TableId
from lakeindex.types.reports import PartColumn, PartOfTable


def part_to_json(part: PartOfTable) -> dict[str, Any]:
    """Return it as JSON has it."""
    return asdict(part)


def part_from_json(read: Mapping[str, Any]) -> PartOfTable:
    """Read it back. Raises TypeError, KeyError or ValueError for what it was not written as."""
    return PartOfTable(
        **{
            **read,
            "table": TableId(read["table"]),
            "scan": scan_from_json(read["scan"]),
            "columns": tuple(PartColumn(**column) for column in read["columns"]),
            "keys": tuple((place, value) for place, value in read["keys"]),
        }
    )


def scan_from_json(scan: Mapping[str, Any] | None) -> Scan | None:
    """Read back how DuckDB reads a table."""
    if scan is None:
        return None
    return Scan(scan["function"], tuple((name, _hashable(value)) for name, value in scan["options"]))


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
