"""The graph around a query: its candidates, those that join with it asked in their turn, and what they name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.match.message_passing import LEAST, Bridge, bridges_among


@dataclass(frozen=True, slots=True, eq=False)
class Partners:
    """Columns that may join with one, ascending by key."""

    keys: Integers
    probabilities: Floats

    @classmethod
    def of(cls, keys: Integers, probabilities: Floats, most: int) -> Partners:
        """Keep so many, the most probable."""
        kept = np.sort(np.argsort(-probabilities, kind="stable")[:most])
        return cls(keys[kept], probabilities[kept])

    def probability(self, key: int) -> float:
        """Return the probability of one, 0 where it isn't there."""
        return float(self.among(np.array([key]))[0])

    def among(self, keys: Integers) -> Floats:
        """Return the probability of each of some columns, (n,) keys: 0 of those that aren't there."""
        found = np.zeros(len(keys))
        _, places, own = np.intersect1d(keys, self.keys, assume_unique=True, return_indices=True)
        found[places] = self.probabilities[own]
        return found


Ask = Callable[[int], Partners]
"""From the key of a column to its partners."""
Answer = Callable[[int], float]
"""From the key of a column to the probability that it gives the query."""


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """A query's candidates, ascending by key, with those that only bridges name."""

    keys: Integers
    bridges: tuple[Bridge, ...]


def surroundings(excluded: Integers, candidates: Partners, ask: Ask, answer: Answer) -> Surroundings:
    """Ask the likeliest candidates for their partners; columns that are no answer, `excluded`, are left out.

    The same graph is made for a column of the lake, for one from outside, and in training.
    """
    asked = candidates.keys[bridges_among(candidates.probabilities)].tolist()
    partners = {key: _carrying(ask(key), excluded) for key in asked}
    keys = np.unique(np.concatenate([candidates.keys, *(one.keys for one in partners.values())]))
    bridges = tuple(
        Bridge(
            place=int(np.searchsorted(keys, key)),
            partners=np.searchsorted(keys, found.keys),
            probabilities=found.probabilities,
            back=answer(key),
        )
        for key, found in partners.items()
    )
    return Surroundings(keys, bridges)


def _carrying(partners: Partners, excluded: Integers) -> Partners:
    kept = (partners.probabilities >= LEAST) & ~np.isin(partners.keys, excluded)
    return Partners(partners.keys[kept], partners.probabilities[kept])
