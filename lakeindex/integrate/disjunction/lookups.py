"""Joins that multiply nothing: each tuple takes what exactly one other adds to it, as a city takes its country."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from lakeindex.arrays.aliases import Flags, Integers
from lakeindex.integrate.disjunction.equal_join import (
    MISSING,
    TupleGroup,
    equal_pairs,
    groups_of,
    is_single,
    unique_rows,
    without_subsumed,
)

_MOST_GROUPS = 200


def look_up(codes: Integers, keys: Sequence[int] = ()) -> Integers:
    """Return tuples, (n, attributes) with MISSING, with what they look up, as distinct rows, ascending; none is lost.

    There are no more of them than there were. With `keys`, attributes, tuples that have them all are looked up by none.
    """
    base, _ = unique_rows(codes)
    groups = groups_of(base)
    offering = sorted(groups, key=lambda group: -len(group.places))[:_MOST_GROUPS]
    if keys:
        offering = [group for group in offering if not group.has[list(keys)].all()]
    waiting: dict[bytes, list[Integers]] = defaultdict(list)
    for group in groups:
        waiting[group.has.tobytes()].append(group.codes)
    complete: list[Integers] = []
    while waiting:  # those of fewest attributes first: whatever they become has more
        mask = min(waiting, key=lambda one: (sum(one), one))
        tuples = np.concatenate(waiting.pop(mask))
        has = np.frombuffer(mask, bool)
        left = np.ones(len(tuples), bool)
        for has_more, own, merged in _looked_up(has, tuples, left, offering):
            left[own] = False
            waiting[has_more.tobytes()].append(merged)
        complete.append(tuples[left])
    return without_subsumed(np.concatenate(complete)) if complete else base


def _looked_up(
    has: Flags, tuples: Integers, left: Flags, offering: Sequence[TupleGroup]
) -> list[tuple[Flags, Integers, Integers]]:
    """Return what the tuples become that look one up: their attributes, their places, and their codes."""
    found = []
    waiting = left.copy()
    for other in offering:
        shared = has & other.has
        if not shared.any() or not (other.has & ~has).any() or not waiting.any():
            continue
        single = np.flatnonzero(is_single(other.codes[:, shared]))
        at = np.flatnonzero(waiting)
        own, places = equal_pairs(tuples[at][:, shared], other.codes[single][:, shared])
        if len(own):
            merged = np.where(tuples[at[own]] == MISSING, other.codes[single[places]], tuples[at[own]])
            found.append((has | other.has, at[own], merged))
            waiting[at[own]] = False
    return found
