"""The candidate graph of a query: its candidates, and the neighbours of the likeliest ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.match.message_passing import LEAST, Intermediate, choose_intermediates


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """Columns that may join with one, ascending by key."""

    keys: Integers
    probabilities: Floats

    @classmethod
    def of(cls, keys: Integers, probabilities: Floats, most: int) -> Neighbours:
        """Keep the `most` probable ones."""
        kept = np.sort(np.argsort(-probabilities, kind="stable")[:most])
        return cls(keys[kept], probabilities[kept])

    def where(self, kept: Flags) -> Neighbours:
        """Keep those where `kept`, (n,), is true."""
        return Neighbours(self.keys[kept], self.probabilities[kept])

    def probability(self, key: int) -> float:
        """Return the probability of one column, 0 where it is not among them."""
        return float(self.among(np.array([key]))[0])

    def among(self, keys: Integers) -> Floats:
        """Return the probability of each of some columns, (n,) keys: 0 of those that are not among them."""
        probabilities = np.zeros(len(keys))
        _, places, own = np.intersect1d(keys, self.keys, assume_unique=True, return_indices=True)
        probabilities[places] = self.probabilities[own]
        return probabilities


class NeighbourLookup(Protocol):
    """Looks up the neighbours of the candidates of one query."""

    def neighbours(self, key: int) -> Neighbours:
        """Return the columns that may join with a column."""
        ...

    def reverse_probability(self, key: int) -> float:
        """Return the probability that a column joins with the query, when it is the one that is queried."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class CandidateGraph:
    """A query's candidates, ascending by key, with those that only intermediates propose."""

    keys: Integers
    intermediates: tuple[Intermediate, ...]


def candidate_graph(
    excluded: Integers,
    candidates: Neighbours,
    lookup: NeighbourLookup,
    known: Integers | None = None,
    least_of_unknown: float = 0.0,
) -> CandidateGraph:
    """Add the neighbours of the likeliest candidates to the graph, except for `excluded` columns.

    Where `known` columns are given, ascending, others are added only where both joins on the way to them have
    `least_of_unknown` or more. The same graph is made for a column of the lake, for one from outside, and in training.
    """
    chosen = choose_intermediates(candidates.probabilities)
    neighbours: dict[int, Neighbours] = {}
    for key, probability in zip(
        candidates.keys[chosen].tolist(), candidates.probabilities[chosen].tolist(), strict=True
    ):
        carrying = _carrying(lookup.neighbours(key), excluded)
        if known is not None:
            may_be_new = np.minimum(carrying.probabilities, probability) >= least_of_unknown
            carrying = carrying.where(may_be_new | np.isin(carrying.keys, known, assume_unique=True))
        neighbours[key] = carrying
    keys = np.unique(np.concatenate([candidates.keys, *(one.keys for one in neighbours.values())]))
    intermediates = tuple(
        Intermediate(
            place=int(np.searchsorted(keys, key)),
            neighbours=np.searchsorted(keys, found.keys),
            probabilities=found.probabilities,
            reverse_probability=lookup.reverse_probability(key),
        )
        for key, found in neighbours.items()
    )
    return CandidateGraph(keys, intermediates)


def _carrying(neighbours: Neighbours, excluded: Integers) -> Neighbours:
    return neighbours.where((neighbours.probabilities >= LEAST) & ~np.isin(neighbours.keys, excluded))
