"""Tuples as codes, grouped by which attributes they have, and joined where all the attributes of both are equal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from lakeindex.arrays.aliases import Flags, Hashes, Integers
from lakeindex.arrays.ragged import ranges

MISSING = -1
"""The code of an attribute that a tuple has no value of."""
_SEED = 1
_NONE: Integers = np.empty(0, np.int64)


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
    owners = _numbered_masks(codes != MISSING)
    order = np.argsort(owners, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(owners))[:-1])
    groups = [TupleGroup(codes[places[0]] != MISSING, places, codes[places]) for places in parts]
    return sorted(groups, key=lambda group: (-int(group.has.sum()), *map(int, ~group.has)))


def _numbered_masks(has: Flags) -> Integers:
    """Return the number of each row's mask among the different ones, (n,)."""
    packed = np.ascontiguousarray(np.packbits(has, axis=1))
    masks: Any = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    numbers: Integers = np.unique(masks, return_inverse=True)[1].ravel()
    return numbers


def unique_rows(codes: Integers) -> tuple[Integers, Integers]:
    """Return the distinct rows of codes, ascending, and the number of each row among them, (n,)."""
    if not codes.shape[1]:
        return codes[:1], np.zeros(len(codes), np.int64)
    differing = codes.T[(codes != codes[:1]).any(axis=0)]
    order = np.lexsort(differing[::-1]) if len(differing) else np.arange(len(codes))
    ordered = codes[order]
    is_new = np.ones(len(codes), bool)
    is_new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    numbers = np.empty(len(codes), np.int64)
    numbers[order] = np.cumsum(is_new) - 1
    return ordered[is_new], numbers


def equal_pairs(left: Integers, right: Integers) -> tuple[Integers, Integers]:
    """Return the places of the rows of two arrays, (n, k) and (m, k), that are equal, by left place."""
    own, other = _hashed(left), _hashed(right)
    order = np.argsort(other, kind="stable")
    starts = np.searchsorted(other[order], own)
    lengths = np.searchsorted(other[order], own, side="right") - starts
    places = np.repeat(np.arange(len(left)), lengths), order[ranges(starts, lengths)]
    is_equal = (left[places[0]] == right[places[1]]).all(axis=1)
    return places[0][is_equal], places[1][is_equal]


def _hashed(rows: Integers) -> Hashes:
    """Return a number for each row, (n,), that equal rows share and others hardly ever (multilinear hashing)."""
    factors = np.random.default_rng(_SEED).integers(1, 2**63, rows.shape[1], np.uint64, endpoint=True) | np.uint64(1)
    hashed: Hashes = rows.astype(np.uint64) @ factors
    return hashed


def is_single(rows: Integers) -> Flags:
    """Return which rows, (n, k), are equal to no other, (n,)."""
    hashes = _hashed(rows)
    order = np.argsort(hashes, kind="stable")
    is_new = np.ones(len(rows) + 1, bool)
    is_new[1:-1] = hashes[order[1:]] != hashes[order[:-1]]
    same = np.flatnonzero(~is_new[1:-1])
    if (rows[order[same]] != rows[order[same + 1]]).any():  # different rows have one number: hardly ever
        numbers = unique_rows(rows)[1]
        return np.asarray(np.bincount(numbers)[numbers] == 1)
    found = np.empty(len(rows), bool)
    found[order] = is_new[:-1] & is_new[1:]
    return found


def count_equal(left: Integers, right: Integers) -> int:
    """Return how many pairs of rows of two arrays are equal, without making them."""
    _, numbers = unique_rows(np.concatenate([left, right]))
    size = int(numbers.max(initial=-1)) + 1
    counts = [np.bincount(part, minlength=size) for part in (numbers[: len(left)], numbers[len(left) :])]
    return int(counts[0] @ counts[1])


def subsumed_pairs(codes: Integers, groups: list[TupleGroup]) -> Iterator[tuple[Integers, Integers]]:
    """Yield places of tuples, and the places in `codes` of those that have all their values and perhaps more."""
    larger = groups_of(codes)
    if not larger:
        return
    lacking = np.array([~one.has for one in larger])
    for group in groups:
        places = np.concatenate(
            [larger[at].places for at in np.flatnonzero(~lacking[:, group.has].any(axis=1))] or [_NONE]
        )
        own, found = equal_pairs(group.codes[:, group.has], codes[np.ix_(places, group.has)])
        yield group.places[own], places[found]


def without_subsumed(codes: Integers) -> Integers:
    """Return the distinct tuples that no other one subsumes, ascending."""
    distinct, _ = unique_rows(codes)
    is_subsumed = np.zeros(len(distinct), bool)
    for own, other in subsumed_pairs(distinct, groups_of(distinct)):
        is_subsumed[own[own != other]] = True
    return distinct[~is_subsumed]
