"""The column graph: which columns are compared, each with those that are nearest in meaning or share its values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from lakeindex.arrays.aliases import Features, Integers
from lakeindex.integrate.align.column_set import ColumnSet
from lakeindex.lake_map.semantic_types.likeness import OF_VALUES, compare_columns, compare_values

_NEAREST = 12
"""Columns that are proposed for a column by its vector, and as many by its values."""
_SEARCHED_AT_ONCE = 1_024


@dataclass(frozen=True, slots=True, eq=False)
class ColumnGraph:
    """Pairs of columns, each there once, the left one first in the order of the index, with how alike they are."""

    left: Integers
    """(pairs,) places in the set of columns."""
    right: Integers
    features: Features
    """(pairs, LIKENESSES)."""

    @classmethod
    def of(cls, columns: ColumnSet) -> ColumnGraph:
        """Compare each column with the few that are proposed for it: the cost grows linearly with the columns."""
        compared = list(_compared(columns))
        ones = np.repeat(np.arange(len(columns)), [len(others) for others, _ in compared])
        others = np.concatenate([np.zeros(0, np.int64), *(one for one, _ in compared)])
        of_values = np.concatenate([np.zeros((0, len(OF_VALUES))), *(features for _, features in compared)])
        lower, upper = np.minimum(ones, others), np.maximum(ones, others)
        # A pair that is proposed from both sides is the same from both.
        pairs, first = np.unique(lower * max(len(columns), 1) + upper, return_index=True)
        left, right = np.divmod(pairs, max(len(columns), 1))
        features = np.concatenate([of_values[first], compare_columns(columns, left, right)], axis=1)
        return cls(left, right, features)


def _compared(columns: ColumnSet) -> Iterator[tuple[Integers, Features]]:
    """Yield the places of the columns that each is compared with, and how alike their values are."""
    searcher = columns.searcher
    others = np.setdiff1d(np.arange(len(searcher.directory)), columns.keys)
    nearest = _nearest(columns, others)
    for place, key in enumerate(columns.keys.tolist()):
        query = replace(searcher.column_at(key), elsewhere=others)
        by_values = searcher.sources["keys"].candidates(query, _NEAREST).astype(np.int64)
        proposed = np.union1d(nearest[place], by_values)
        proposed = proposed[(proposed >= 0) & (proposed != key)]
        yield np.searchsorted(columns.keys, proposed), compare_values(searcher, query, proposed)


def _nearest(columns: ColumnSet, others: Integers) -> Integers:
    """Return the keys of those with the nearest vectors, (columns, _NEAREST + 1), with -1 where there are fewer.

    `others` are the keys of all columns that are not in the set.
    """
    vectors, searcher = columns.vectors, columns.searcher
    starts = range(0, len(vectors), _SEARCHED_AT_ONCE)
    found = [
        searcher.vectors.search(vectors[start : start + _SEARCHED_AT_ONCE], _NEAREST + 1, others)[0] for start in starts
    ]
    return np.concatenate(found) if found else np.zeros((0, _NEAREST + 1), np.int64)
