"""Tuples as codes, grouped by which attributes they have, and joined where all the attributes of both are equal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Flags, Integers
from lakeindex.arrays.ragged import ranges

MISSING = -1
"""The code of an attribute that a tuple has no value of."""


@dataclass(frozen=True, slots=True, eq=False)
class TupleGroup:
    """Tuples that have the same attributes."""

    has: Flags
    """(attributes,)"""
    places: Integers
    """(n,) of the tuples in `codes` as they were given to `groups_of`."""
    codes: Integers
    """(n, attributes)"""


def groups_of(codes: Integers) -> list[TupleGroup]:
    """Group tuples, (n, attributes), by the attributes that they have: those of most attributes first."""
    if not codes.size:
        return []
    masks, owners = np.unique(codes != MISSING, axis=0, return_inverse=True)
    order = np.argsort(owners.ravel(), kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(owners.ravel()))[:-1])
    groups = [TupleGroup(mask, places, codes[places]) for mask, places in zip(masks, parts, strict=True)]
    return sorted(groups, key=lambda group: (-int(group.has.sum()), *map(int, ~group.has)))


def unique_rows(codes: Integers) -> tuple[Integers, Integers]:
    """Return the distinct rows of codes, ascending, and the number of each row among them, (n,)."""
    if not codes.shape[1]:
        return codes[:1], np.zeros(len(codes), np.int64)
    order = np.lexsort(codes.T[::-1])
    ordered = codes[order]
    is_new = np.ones(len(codes), bool)
    is_new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    numbers = np.empty(len(codes), np.int64)
    numbers[order] = np.cumsum(is_new) - 1
    return ordered[is_new], numbers


def equal_pairs(left: Integers, right: Integers) -> tuple[Integers, Integers]:
    """Return the places of the rows of two arrays, (n, k) and (m, k), that are equal, by left place."""
    _, numbers = unique_rows(np.concatenate([left, right]))
    own, other = numbers[: len(left)], numbers[len(left) :]
    order = np.argsort(other, kind="stable")
    starts = np.searchsorted(other[order], own)
    lengths = np.searchsorted(other[order], own, side="right") - starts
    return np.repeat(np.arange(len(left)), lengths), order[ranges(starts, lengths)]


def count_equal(left: Integers, right: Integers) -> int:
    """Return how many pairs of rows of two arrays are equal, without making them."""
    _, numbers = unique_rows(np.concatenate([left, right]))
    size = int(numbers.max(initial=-1)) + 1
    counts = [np.bincount(part, minlength=size) for part in (numbers[: len(left)], numbers[len(left) :])]
    return int(counts[0] @ counts[1])


def subsumed_pairs(codes: Integers, groups: list[TupleGroup]) -> Iterator[tuple[Integers, Integers]]:
    """Yield places of tuples, and the places in `codes` of those that have all their values and perhaps more."""
    larger = groups_of(codes)
    for group in groups:
        for other in larger:
            if not (group.has & ~other.has).any():
                own, places = equal_pairs(group.codes[:, group.has], other.codes[:, group.has])
                yield group.places[own], other.places[places]


def without_subsumed(codes: Integers) -> Integers:
    """Return the distinct tuples that no other one subsumes, ascending."""
    distinct, _ = unique_rows(codes)
    is_subsumed = np.zeros(len(distinct), bool)
    for own, other in subsumed_pairs(distinct, groups_of(distinct)):
        is_subsumed[own[own != other]] = True
    return distinct[~is_subsumed]
