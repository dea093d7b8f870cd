"""The pairs of columns that are compared: all where there are few, else those that cheap measures propose."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lakeindex.arrays.aliases import Flags, Integers, Similarities
from lakeindex.integrate.align.column_set import ColumnSet

ALL_UP_TO = 40_000
"""Up to this number, all pairs are compared."""
MOST_PAIRS = 300_000
"""Pairs that are compared of more."""
_BEST = 2
"""Columns of each other table that a measure proposes for a column."""
_PERCENT = 100


def candidate_pairs(
    columns: ColumnSet, all_up_to: int = ALL_UP_TO, most: int = MOST_PAIRS
) -> tuple[Integers, Integers]:
    """Return the places of the columns of each pair to compare, (pairs,) each, by the left one, then the right one."""
    sizes = np.bincount(columns.tables)
    if (len(columns) ** 2 - int((sizes**2).sum())) // 2 <= all_up_to:
        proposed = columns.tables[:, None] != columns.tables[None, :]
    else:
        proposed = _proposed(columns, most)
    left, right = np.nonzero(np.triu(proposed, 1))
    return left.astype(np.int64), right.astype(np.int64)


def _proposed(columns: ColumnSet, most: int) -> Flags:
    """Return the pairs of which one column is among the most alike of its table for the other, (n, n), symmetric."""
    total = np.zeros((len(columns), len(columns)), np.float32)
    proposed = np.zeros(total.shape, bool)
    for likeness in _measures(columns):
        total += likeness
        proposed |= _best_of_tables(likeness, columns.tables)
    proposed |= proposed.T
    total = np.where(proposed, np.minimum(total, total.T), -np.inf)
    count = 2 * most
    if int(proposed.sum()) > count:
        proposed &= total >= np.partition(total, total.size - count, axis=None)[total.size - count]
    return proposed


def _measures(columns: ColumnSet) -> Iterator[Similarities]:
    for vectors in (columns.vectors, columns.value_vectors, columns.name_vectors):
        yield vectors @ vectors.T
    names = columns.names
    yield np.asarray(names.spelled[np.ix_(names.places, names.places)] / np.float32(_PERCENT), np.float32)


def _best_of_tables(likeness: Similarities, tables: Integers) -> Flags:
    """Return which columns are among the best of their table for each column, (n, n)."""
    is_best = np.zeros(likeness.shape, bool)
    starts = np.flatnonzero(np.diff(tables, prepend=-1))
    owners = np.cumsum(np.diff(tables, prepend=tables[:1]) != 0)
    left = likeness.copy()
    left[tables[:, None] == tables[None, :]] = -np.inf
    for _ in range(_BEST):
        best = np.maximum.reduceat(left, starts, axis=1)[:, owners]
        is_new = (left == best) & (best > -np.inf)
        is_best |= is_new
        left[is_new] = -np.inf
    return is_best
