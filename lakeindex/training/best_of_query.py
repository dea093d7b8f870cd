"""Find the best pairs of each query."""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Integers

TOP = 10
"""Answers per query that probabilities are calibrated and measured on."""


def top_places(queries: Integers, by: Floats, count: int = TOP) -> Flags:
    """Return which pairs are among the `count` best of their query, (n,)."""
    order = np.lexsort((-by, queries))
    starts = np.searchsorted(queries[order], queries[order])
    kept = np.zeros(len(by), bool)
    kept[order[np.arange(len(order)) - starts < count]] = True
    return kept


def best_of_query(values: Floats, queries: Integers) -> dict[int, float]:
    """Return the largest value of each query."""
    numbers, places = np.unique(queries, return_inverse=True)
    best = np.full(len(numbers), -np.inf)
    np.maximum.at(best, places, values)
    return dict(zip(numbers.tolist(), best.tolist(), strict=True))
