"""The pairs of each query: the best of them, and the best."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lakeindex.pairs import Numbers

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

TOP = 10
"""Answers of a query that probabilities are calibrated and measured on."""


def top_places(queries: Numbers, by: Floats, count: int = TOP) -> Flags:
    """Tell which pairs are among the best of their query, (n,)."""
    order = np.lexsort((-by, queries))
    starts = np.searchsorted(queries[order], queries[order])
    kept = np.zeros(len(by), bool)
    kept[order[np.arange(len(order)) - starts < count]] = True
    return kept


def best_of_query(values: Floats, queries: Numbers) -> dict[int, float]:
    """Return the largest value of each query."""
    numbers, places = np.unique(queries, return_inverse=True)
    best = np.full(len(numbers), -np.inf)
    np.maximum.at(best, places, values)
    return dict(zip(numbers.tolist(), best.tolist(), strict=True))
