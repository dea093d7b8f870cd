"""Score one ranking against graded labels: recall, average precision and nDCG at k, precision at 1.

`relevant` holds the grade of every labelled candidate and is never empty; other candidates are irrelevant.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Item = TypeVar("Item", bound=Hashable)


def recall_at_k(ranked: Sequence[Item], relevant: Mapping[Item, int], k: int) -> float:
    """Return the number of relevant candidates among the best k, divided by the most that could be there."""
    return sum(1 for item in ranked[:k] if relevant.get(item)) / _reachable(relevant, k)


def average_precision_at_k(ranked: Sequence[Item], relevant: Mapping[Item, int], k: int) -> float:
    """Return the sum of the precisions at the hits among the best k, divided by the most hits possible."""
    hits, precisions = 0, 0.0
    for position, item in enumerate(ranked[:k], 1):
        if relevant.get(item):
            hits += 1
            precisions += hits / position
    return precisions / _reachable(relevant, k)


def ndcg_at_k(ranked: Sequence[Item], relevant: Mapping[Item, int], k: int) -> float:
    """Return the discounted gain of the best k, a grade's gain being 2^grade - 1, over that of the ideal ranking."""
    ideal = _discounted_gain(sorted(relevant.values(), reverse=True)[:k])
    return _discounted_gain([relevant.get(item, 0) for item in ranked[:k]]) / ideal


def precision_at_1(ranked: Sequence[Item], relevant: Mapping[Item, int]) -> float:
    """Return 1 where the best candidate is relevant, else 0."""
    return 1.0 if ranked and relevant.get(ranked[0]) else 0.0


def _reachable(relevant: Mapping[Item, int], k: int) -> int:
    return min(k, len(relevant))


def _discounted_gain(grades: Sequence[int]) -> float:
    return math.fsum((2.0**grade - 1) / math.log2(position + 1) for position, grade in enumerate(grades, 1))
