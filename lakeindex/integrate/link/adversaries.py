"""Adversarial negatives: a neighbour of a tuple with the tuple's most telling value, and another thing all the same.

Against mere neighbours it would be enough to count what agrees, or to look at one attribute. So SSACL (Robust table
integration in data lakes) learns from adversarial negatives, too; here two tuples of a table are put together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Features, Flags, Floats, Integers, Vectors
from lakeindex.integrate.link.blocking import Pairs
from lakeindex.integrate.link.comparison import ComparedTuples, Scale
from lakeindex.integrate.link.tuples import AttributeValues, Tuples


@dataclass(frozen=True, slots=True, eq=False)
class Contrasts:
    """Pairs in groups, of which one is a tuple and its copy each."""

    features: Features | Vectors
    """(pairs, features)."""
    groups: Integers
    """(pairs,) the number of the group, from 0."""
    is_own: Flags
    """(pairs,)."""

    def with_others(self, others: Contrasts) -> Contrasts:
        """Return these groups and other ones."""
        return Contrasts(
            np.concatenate([self.features, others.features]),
            np.concatenate([self.groups, others.groups + self.groups.max(initial=-1) + 1]),
            np.concatenate([self.is_own, others.is_own]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class CopiedTuples:
    """Some tuples, and after them a copy of each, in the same order."""

    tuples: Tuples
    made_of: Integers
    """(tuples,) the number that each of them has among all tuples."""


def adversaries(compared: ComparedTuples, copied: CopiedTuples, near: Pairs, scale: Scale) -> Contrasts | None:
    """Contrast each tuple's copy with copies of its neighbours that have the tuple's most telling value.

    `near` are pairs of a tuple, left, and a neighbour of it. None where no neighbour differs in a value that both have.
    """
    telling = _most_telling(compared.tuples, copied.made_of, near)
    left, right, telling = (one[telling >= 0] for one in (near.left, near.right, telling))
    if not len(left):
        return None
    count, size, first = len(left), len(copied.made_of), len(copied.tuples)
    values = []
    for place, one in enumerate(copied.tuples.attributes):
        values.append(AttributeValues.joined([one, one.taken(np.where(telling == place, left, right) + size)]))
    zeros = np.zeros(first + count, np.int64)
    pairs = Pairs(np.tile(left, 2), np.concatenate([left + size, first + np.arange(count)]))
    compared = compared.with_terms_of(Tuples(zeros, zeros, tuple(values), False))
    features = compared.compare(pairs, scale).features
    return Contrasts(features, np.tile(np.arange(count), 2), np.repeat([True, False], count))


def _most_telling(tuples: Tuples, some: Integers, near: Pairs) -> Integers:
    """Return the attribute in which both tuples of each pair differ and that says most of the left one; -1 for none.

    A value says the more, the fewer tuples have it; of two attributes, the longer value.
    """
    left, right = some[near.left], some[near.right]
    holders = np.array([_holders(one, left, right) for one in tuples.attributes])
    return np.where(np.isfinite(holders).any(axis=0), holders.argmin(axis=0), -1)


def _holders(values: AttributeValues, left: Integers, right: Integers) -> Floats:
    """Return how many tuples have the left value, and a part of one, less for longer values; inf where none differ."""
    codes = values.keys.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    counts = np.bincount(codes)[codes].astype(np.float64)
    counts += 1 / (1 + pc.utf8_length(values.texts).to_numpy(zero_copy_only=False))
    is_present = values.is_present
    is_different = is_present[left] & is_present[right] & (codes[left] != codes[right])
    return np.where(is_different, counts[left], np.inf)
