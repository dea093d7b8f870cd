"""The joins of a lake that lakeindex is sure of: what they are, columns' values that meet, is no question."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Flags, Integers
from lakeindex.match.features import FEATURES
from lakeindex.search.scored_candidates import ScoredCandidates
from lakeindex.search.searcher import Searcher

LEAST_PROBABILITY, LEAST_CONTAINMENT = 0.5, 0.5
_FEWEST_VALUES = 3
_PLACES = {feature.name: place for place, feature in enumerate(FEATURES)}
_CONTAINMENTS = [_PLACES[name] for name in ("values containment", "values reverse", "keys containment", "keys reverse")]


@dataclass(frozen=True, slots=True, eq=False)
class KnownJoins:
    """The columns that join, by key, each pair in both directions."""

    partners: dict[int, Integers]
    """The columns that join with each, ascending."""

    def of(self, key: int) -> Integers:
        """Return the columns that join with one, ascending."""
        return self.partners.get(key, np.zeros(0, np.int64))

    def some_queries(self, most: int, rng: np.random.Generator) -> Integers:
        """Draw columns that join, `most` at most, ascending."""
        keys = np.array(sorted(self.partners), np.int64)
        return np.sort(rng.permutation(keys)[:most])


def find_known_joins(searcher: Searcher, most: int, rng: np.random.Generator) -> KnownJoins:
    """Query `most` columns of a lake at most, and keep the answers that leave no doubt."""
    facts = searcher.directory.facts
    able = np.flatnonzero(facts.distinct >= _FEWEST_VALUES)
    found: dict[int, set[int]] = {}
    for key in np.sort(rng.permutation(able)[:most]).tolist():
        candidates = searcher.search(searcher.column_at(key))
        for other in candidates.keys[_are_sure(candidates)].tolist():
            found.setdefault(key, set()).add(other)
            found.setdefault(other, set()).add(key)
    return KnownJoins({key: np.array(sorted(others), np.int64) for key, others in found.items()})


def _are_sure(candidates: ScoredCandidates) -> Flags:
    meet = candidates.features[:, _CONTAINMENTS].max(axis=1, initial=0.0) >= LEAST_CONTAINMENT
    serials = candidates.features[:, _PLACES["two serials"]] > 0
    return np.asarray(meet & ~serials & (candidates.scores >= LEAST_PROBABILITY))
