"""Competition: a tuple of one table has one match in another at most, where neither repeats itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Features, Flags, Floats, Integers
from lakeindex.arrays.ragged import starts_run
from lakeindex.integrate.link.blocking import Pairs

_FARTHEST = 4.0
_MOST_LOG_ODDS = 12.0


@dataclass(frozen=True, slots=True, eq=False)
class Rivals:
    """Which pairs compete: those of one tuple with tuples of the same other table."""

    left: Integers
    """(pairs,) the group of rivals that share the left tuple."""
    right: Integers
    """(pairs,) the group of rivals that share the right tuple."""
    count: int
    """How many groups there are."""

    @classmethod
    def of(cls, pairs: Pairs, tables: Integers) -> Rivals:
        """Group pairs by tuple and other table."""
        size = int(tables.max(initial=0)) + 1
        sides = pairs.left * size + tables[pairs.right], pairs.right * size + tables[pairs.left]
        known, numbers = np.unique(np.concatenate(sides), return_inverse=True)
        return cls(numbers[: len(pairs)], numbers[len(pairs) :], len(known))

    def of_side(self, is_left: bool) -> Integers:
        """Return the groups of a side."""
        return self.left if is_left else self.right

    def leads(self, scores: Floats, kept: Flags) -> tuple[Floats, Floats]:
        """Return how far each kept pair is ahead of its best rival, left and right; below 0 where it is behind.

        Groups have pairs by one end only: within a table a tuple may be the left one of some and the right of others.
        """
        places = np.flatnonzero(kept)
        groups = np.concatenate([self.left[places], self.right[places]])
        ahead = _leads(groups, np.tile(scores[places], 2))
        return ahead[: len(places)], ahead[len(places) :]


def _leads(groups: Integers, scores: Floats) -> Floats:
    if not len(groups):
        return np.zeros(0)
    order = np.lexsort((-scores, groups))
    ranked, firsts = scores[order], np.flatnonzero(starts_run(groups[order]))
    lengths = np.diff(np.append(firsts, len(order)))
    # Without a rival, a pair is as far ahead as can be told.
    second = np.where(lengths > 1, ranked[np.minimum(firsts + 1, len(order) - 1)], ranked[firsts] - _FARTHEST)
    rival = np.repeat(ranked[firsts], lengths)
    rival[firsts] = second
    ahead = np.empty(len(order))
    ahead[order] = ranked - rival
    return ahead


def competing(scores: Floats, ahead: tuple[Floats, Floats]) -> Features:
    """Return the features of competition, (pairs, 5): the score, then the lead on the worse and on the better side.

    Each lead is two features, below and above 0.
    """
    left, right = (np.clip(one, -_FARTHEST, _FARTHEST) for one in ahead)
    worse, better = np.minimum(left, right), np.maximum(left, right)
    parts = [(np.minimum(one, 0), np.maximum(one, 0)) for one in (worse, better)]
    bounded = np.clip(scores, -_MOST_LOG_ODDS, _MOST_LOG_ODDS)
    return np.column_stack([bounded, *(part for both in parts for part in both)])


def is_mutual_best(ahead: tuple[Floats, Floats]) -> Flags:
    """Return which pairs have no better rival on either side, (pairs,)."""
    return np.asarray((ahead[0] >= 0) & (ahead[1] >= 0))
