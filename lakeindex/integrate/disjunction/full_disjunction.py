"""The full disjunction of tuples: each joined with all that agrees with it, none lost, none subsumed by another.

Galindo-Legaria, "Outerjoins as disjunctions", SIGMOD 1994; computed by complementation and subsumption as ALITE does
(Khatiwada et al., "Integrating data lake tables", VLDB 2022). Two tuples join where they share an attribute and
disagree on none; what the order of tables is makes no difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Flags, Integers
from lakeindex.integrate.disjunction.equal_join import (
    MISSING,
    TupleGroup,
    count_equal,
    equal_pairs,
    groups_of,
    unique_rows,
    without_subsumed,
)

_MOST_GROUPS = 200
"""Groups of tuples by the attributes that they have, beyond which not all combinations are tried."""


class TooLarge(Exception):
    """The full disjunction has more tuples than may be."""


def full_disjunction(codes: Integers, most: int) -> Integers:
    """Return the full disjunction of tuples, (n, attributes) with MISSING, as distinct rows, ascending.

    Raises TooLarge where it, or what it is made from, has more than `most` tuples.
    """
    base, _ = unique_rows(codes)
    groups = groups_of(base)
    if len(groups) > _MOST_GROUPS:
        raise TooLarge
    seen, frontier, complete = base, base, []
    while len(frontier):
        joins: list[_Join] = []
        for group in groups_of(frontier):
            joins += _extensions(group, groups, most - len(seen) - sum(len(join.own) for join in joins))
        is_extended = np.zeros(len(frontier), bool)
        for join in joins:
            is_extended[join.group.places[join.own]] = True
        complete.append(frontier[~is_extended])
        frontier = _new_rows(np.concatenate([join.merged() for join in joins]), seen) if joins else frontier[:0]
        seen = np.concatenate([seen, frontier])
    return without_subsumed(np.concatenate(complete)) if complete else base


@dataclass(frozen=True, slots=True, eq=False)
class _Join:
    """The pairs of tuples of two groups that join; what they become is made only when all are known to be few."""

    group: TupleGroup
    other: TupleGroup
    own: Integers
    """(pairs,) the place in the group."""
    places: Integers
    """(pairs,) the place in the other group."""

    def merged(self) -> Integers:
        """Return what the pairs become, (pairs, attributes)."""
        own = self.group.codes[self.own]
        return np.where(own == MISSING, self.other.codes[self.places], own)


def _extensions(group: TupleGroup, base: Sequence[TupleGroup], room: int) -> list[_Join]:
    """Return how the tuples of a group join with those of the base, a group of the base each."""
    found: list[_Join] = []
    left = np.ones(len(group.places), bool)
    partners = [other for other in base if (group.has & other.has).any() and (other.has & ~group.has).any()]
    # What no other tuple can contradict is joined first, and alone: the order makes no difference, and of a star with
    # ten arms not each of the thousand subsets is a step.
    for other in sorted(partners, key=lambda one: not _is_safe(group.has, one, base)):
        shared, at = group.has & other.has, np.flatnonzero(left)
        if not len(at):
            break
        sides = group.codes[at][:, shared], other.codes[:, shared]
        count = count_equal(*sides)
        if count > room:
            raise TooLarge
        room -= count
        own, places = equal_pairs(*sides)
        if not len(own):
            continue
        found.append(_Join(group, other, at[own], places))
        if _is_safe(group.has, other, base):
            left[at[own]] = False
    return found


def _is_safe(has: Flags, other: TupleGroup, base: Sequence[TupleGroup]) -> bool:
    """Return whether no other group of the base has any of the attributes that a group adds."""
    added = other.has & ~has
    return not any((one.has & added).any() for one in base if one is not other)


def _new_rows(codes: Integers, seen: Integers) -> Integers:
    """Return the distinct rows that were not seen before."""
    rows, numbers = unique_rows(np.concatenate([seen, codes]))
    is_new = np.ones(len(rows), bool)
    is_new[numbers[: len(seen)]] = False
    return rows[is_new]
