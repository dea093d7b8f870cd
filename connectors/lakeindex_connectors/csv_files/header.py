"""Decide whether the first record of a text table is a header or already data."""

from __future__ import annotations

from collections.abc import Sequence

from lakeindex_connectors.csv_files.labels import find_labels
from lakeindex_connectors.csv_files.records import Record
from lakeindex_connectors.csv_files.values import is_value, is_year

_MAX_ROWS = 30


def names_columns(first: Record, rest: Sequence[Record]) -> bool:
    """Return whether `first` is a header of `rest`, by types, lengths and repetitions; undecided means yes."""
    if not rest:
        return not any(is_value(cell) for cell in first)
    if first in rest and 3 * list(rest).count(first) <= len(rest) and len(first) > 1 and not any(map(is_value, first)):
        return True  # pages of one table, pasted together with their headers
    # Headers of other parts of the table, under another title, show nothing of what stands below this one.
    rows = [row for row in rest[:_MAX_ROWS] if not _is_head_again(first, row)] or rest[:_MAX_ROWS]
    columns = [[row[i] for row in rows if i < len(row)] for i in range(len(first))]
    labels = find_labels(first, columns)
    scores = [
        0.0 if i in labels else _header_score(cell, column, i)
        for i, (cell, column) in enumerate(zip(first, columns, strict=True))
    ]
    filled = [cell for cell in first if cell]
    repeated = 0.5 * (len(filled) - len(set(filled)))
    return bool(filled) and sum(scores) - repeated >= -min(1.0, 0.1 * len(scores))


def _is_head_again(first: Record, row: Record) -> bool:
    """Return whether a row repeats most of the names of `first`, none of which is a value."""
    repeated = [cell for cell, other in zip(first, row, strict=False) if cell and cell == other]
    filled = [cell for cell in first if cell]
    return len(repeated) >= 2 and 2 * len(repeated) > len(filled) and not any(map(is_value, repeated))


def _header_score(cell: str | None, below: list[str | None], position: int) -> float:
    """Return the evidence of one column for a header (positive) or against it (negative)."""
    values = [value for value in below if value and value.strip()]
    if not cell or not cell.strip():
        return -0.5 if position and len(values) == len(below) else 0.0
    if not values:
        return 0.25
    is_typed = sum(map(is_value, values)) >= 0.9 * len(values)
    if is_typed and is_value(cell):
        return 0.0 if is_year(cell) and not all(map(is_year, values)) else -1.5
    if is_typed:
        return 1.0
    if cell in values:
        return -0.5 if len(set(values)) > 1 else 0.0
    lengths = {len(value) for value in values}
    return 0.5 if len(values) > 2 and len(lengths) == 1 and len(cell) not in lengths else 0.0
