"""Recognise dates, years and numbers that name the columns of a pivoted table: a column a day, a year, a class."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from lakeindex_connectors.csv_files.values import is_moment

_INTEGER = re.compile(r"\s*\d{1,9}\s*\Z")
_LEAST_PROGRESSION = 3
_LEAST_ALONE = 4
"""Numbers in the first line, if nothing else is in it, from which on a progression is no accident."""


def find_labels(first: Sequence[str | None], columns: Sequence[Sequence[str | None]]) -> frozenset[int]:
    """Return the places of the first record's cells that label columns although they could be values.

    These are dates and times above what holds none, years above what holds no years, and integers that rise by the
    same step where the cells of no row do.
    """
    dated = (place for place, cell in enumerate(first) if is_moment(cell) and not any(map(is_moment, columns[place])))
    return frozenset(dated) | _numbered(first, columns)


def _numbered(first: Sequence[str | None], columns: Sequence[Sequence[str | None]]) -> frozenset[int]:
    """Return the places of a progression of integers that ends the first record."""
    start = len(first)
    while start and _INTEGER.match(first[start - 1] or ""):
        start -= 1
    numbers = [int(cell or 0) for cell in first[start:]]
    least = _LEAST_PROGRESSION if start else _LEAST_ALONE
    if len(numbers) < least or not _progresses(numbers):
        return frozenset()
    depth = min((len(column) for column in columns[start:]), default=0)
    rows = [[column[row] for column in columns[start:]] for row in range(depth)]
    if 2 * sum(map(_is_progression, rows)) >= max(len(rows), 1) or any(map(_is_alike, first[:start], columns)):
        return frozenset()
    return frozenset(range(start, len(first)))


def _is_alike(cell: str | None, column: Sequence[str | None]) -> bool:
    """Return whether all cells of a column have the letters and digits of a first one in the same places."""
    shapes = {_shape(one) for one in column}
    return len(column) > 2 and bool(cell) and shapes == {_shape(cell)}


def _shape(cell: str | None) -> str:
    return re.sub(r"\d", "0", re.sub(r"[^\W\d_]", "a", cell or ""))


def _is_progression(row: Sequence[str | None]) -> bool:
    return all(_INTEGER.match(cell or "") for cell in row) and _progresses([int(cell or 0) for cell in row])


def _progresses(numbers: Sequence[int]) -> bool:
    """Return whether numbers rise by one step."""
    return len({other - one for one, other in pairwise(numbers)}) == 1 and numbers[1] > numbers[0]
