"""Recognise a header of two lines with blank corners: names of groups over the names of their columns."""

from __future__ import annotations

from collections.abc import Sequence

from lakeindex_connectors.csv_files.labels import find_labels
from lakeindex_connectors.csv_files.records import Record
from lakeindex_connectors.csv_files.values import is_typed, is_value, is_year

_LEAST_WIDTH = 3
_MAX_ROWS = 30
_LEAST_BLANKS = 2
"""Blank cells of the first line if no type shows that the second isn't a row."""


def count_grouped_lines(records: Sequence[Record], width: int) -> int:
    """Return how many lines a header of groups has: 2, or 3 where pandas names the index below; 0 if it is none."""
    if len(records) < 4 or width < _LEAST_WIDTH or any(len(record) != width for record in records[:2]):
        return 0
    groups, names, rows = records[0], records[1], records[2 : 2 + _MAX_ROWS]
    if not _have_blank_corners(groups, names) or groups == names:
        return 0
    columns = [[row[place] for row in rows if place < len(row)] for place in range(width)]
    if not (_are_labels(groups, columns) and _are_labels(names, columns) and _are_no_row(groups, names, columns)):
        return 0
    return 3 if names_an_index(groups, names, records[2]) else 2


def join_names(heads: Sequence[Record]) -> list[str | None]:
    """Join the lines of a header; the name of a group is for the blank cells after it, too, where names need it."""
    plain = _joined(heads)
    named = [name for name in plain if name]
    return plain if len(set(named)) == len(named) else _joined([*map(_filled_forward, heads[:-1]), heads[-1]])


def _joined(heads: Sequence[Record]) -> list[str | None]:
    return [
        " ".join(dict.fromkeys(cell.strip() for cell in head if cell and cell.strip()))
        for head in zip(*heads, strict=True)
    ]


def _filled_forward(head: Record) -> Record:
    filled: Record = []
    for cell in head:
        filled.append(cell if cell and cell.strip() else filled[-1] if filled else None)
    return filled


def _have_blank_corners(groups: Record, names: Record) -> bool:
    """Return whether one line is blank where the table starts, and each names the columns that the other doesn't."""
    is_covered = all(group or name for group, name in zip(groups[1:], names[1:], strict=True))
    blanks = sum(not group for group in groups)
    if not is_covered or not any(groups):
        return False
    return bool(blanks) and not (groups[0] and names[0]) and sum(map(bool, names)) > 1


def _are_labels(head: Record, columns: Sequence[Sequence[str | None]]) -> bool:
    """Return whether no cell of a line is a value, as a date or a year above other values is none."""
    labels = find_labels(head, columns)
    return all(
        not is_value(cell) or place in labels or (is_year(cell) and not all(map(is_year, filter(None, columns[place]))))
        for place, cell in enumerate(head)
    )


def _are_no_row(groups: Record, names: Record, columns: Sequence[Sequence[str | None]]) -> bool:
    """Return whether the second line can't be a row: by the types below, by names that come again, or by its place."""
    if any(name and is_typed(column) for name, column in zip(names, columns, strict=True)):
        return True
    given = [name for name in names if name]
    if len(set(given)) < len(given):
        return not any(name in column for name, column in zip(names, columns, strict=True) if name)
    is_above = not groups[0] and all(names) and groups.count(None) >= _LEAST_BLANKS
    return is_above and not any(name in column for name, column in zip(names, columns, strict=True))


def names_an_index(groups: Record, names: Record, third: Record) -> bool:
    """Return whether the line below two others is the name of an index, which pandas writes below a blank corner."""
    is_alone = bool(third) and bool(third[0]) and not any(third[1:])
    return is_alone and not groups[0] and not names[0] and not is_value(third[0])
