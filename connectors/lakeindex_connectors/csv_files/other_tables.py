"""Recognise another table in the same file, below an empty line."""

from __future__ import annotations

from collections.abc import Sequence

from lakeindex_connectors.csv_files.records import Record
from lakeindex_connectors.csv_files.table_start import filled
from lakeindex_connectors.csv_files.values import is_typed, is_value

_LEAST_TYPED = 2


def starts_another(block: Sequence[Record], rows: Sequence[Record], width: int) -> bool:
    """Return whether records after an empty line belong to another table than the rows before it.

    They do when they agree on another number of cells, or when the first has text where the rows hold numbers and
    dates and the second doesn't.
    """
    lines = list(block)
    while len(lines) > 2 and len(lines[0]) == 1 < len(lines[1]):
        lines.pop(0)
    if width < 2 or len(lines) < 2 or not rows:
        return False
    found = len(lines[0])
    if found != width:
        is_ragged = any(len(row) == found for row in rows)
        return 1 < found == len(lines[1]) and all(len(line) == found for line in lines) and not is_ragged
    return filled(lines[0]) == width and _has_other_types(lines, rows, width)


def _has_other_types(lines: Sequence[Record], rows: Sequence[Record], width: int) -> bool:
    typed = [place for place in range(width) if is_typed([row[place] for row in rows if len(row) == width])]
    if len(typed) < _LEAST_TYPED or any(is_value(lines[0][place]) for place in typed):
        return False
    return any(len(line) == width and any(is_value(line[place]) for place in range(width)) for line in lines[1:])
