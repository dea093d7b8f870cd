"""The pairs of columns that are compared: all where there are few, else those that any cheap measure proposes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lakeindex.arrays.aliases import Flags, Integers, Similarities
from lakeindex.integrate.align.column_set import ColumnSet

MOST_PAIRS = 250_000
"""Up to this number, all pairs are compared."""
_BEST = 2
"""Columns of each other table that a measure proposes for a column."""


def candidate_pairs(columns: ColumnSet, most: int = MOST_PAIRS) -> tuple[Integers, Integers]:
    """Return the places of the columns of each pair to compare, (pairs,) each, by the left one, then the right one."""
    sizes = np.bincount(columns.tables)
    if (len(columns) ** 2 - int((sizes**2).sum())) // 2 <= most:
        left, right = np.triu_indices(len(columns), 1)
        is_of_two = columns.tables[left] != columns.tables[right]
        return left[is_of_two].astype(np.int64), right[is_of_two].astype(np.int64)
    proposed = np.zeros((len(columns), len(columns)), bool)
    for likeness in _measures(columns):
        proposed |= _best_of_tables(likeness, columns.tables)
    left, right = np.nonzero(np.triu(proposed | proposed.T, 1))
    return left.astype(np.int64), right.astype(np.int64)


def _measures(columns: ColumnSet) -> Iterator[Similarities]:
    for vectors in (columns.vectors, columns.value_vectors, columns.name_vectors):
        yield vectors @ vectors.T
    names = columns.names
    yield names.spelled[np.ix_(names.places, names.places)].astype(np.float32)


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
