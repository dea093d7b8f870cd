"""Fold terms that agree in the leading bits of a mask into one: find where their run begins and ends."""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Hashes, Integers

_STEPS = 4
"""Steps to neighbours before the ends of a run are found by binary search."""


def groups_of(terms: Hashes, mask: np.uint64, numbers: Integers) -> tuple[Integers, Integers]:
    """Return for each of some terms, by number, the start and end of the run that it folds into, both (n,).

    `terms` are ascending and distinct; an end is the number after the last.
    """
    # Most terms are alone in their run: comparing neighbours is cheaper than a search.
    folded = terms[numbers] & mask
    return _ends(terms, mask, numbers, folded, -1), _ends(terms, mask, numbers, folded, +1) + 1


def _ends(terms: Hashes, mask: np.uint64, numbers: Integers, folded: Hashes, step: int) -> Integers:
    """Return the last number in one direction, -1 or +1, whose term folds into the same one."""
    ends, walking = numbers.copy(), np.arange(len(numbers))
    for _ in range(_STEPS):
        beside = ends[walking] + step
        inside = np.clip(beside, 0, len(terms) - 1)
        is_same = (beside == inside) & (terms[inside] & mask == folded[walking])
        walking = walking[is_same]
        if not len(walking):
            return ends
        ends[walking] += step
    far = folded[walking]
    after = np.searchsorted(terms, far | ~mask, side="right") if step > 0 else np.searchsorted(terms, far) + 1
    ends[walking] = after - 1
    return ends
