"""Write names and values as SQL."""

from __future__ import annotations

from collections.abc import Sequence

from lakeindex.types.lake import ScanValue

BLANKS = " || ".join(f"chr({code})" for code in (32, 9, 10, 11, 12, 13, 160))
"""SQL for the blank characters that are trimmed from values."""


def quoted(identifier: str) -> str:
    """Quote a name for SQL."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(value: ScanValue | Sequence[str]) -> str:
    """Write a value as an SQL literal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "[" + ", ".join(literal(item) for item in value) + "]"
