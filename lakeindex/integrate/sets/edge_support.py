"""The evidence of an edge together with that of the triangles around it: a wrong edge has no neighbours in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.arrays.ragged import ranges, sums
from lakeindex.integrate.sets.tuple_graph import TupleGraph

_MOST_NEIGHBOURS = 50
"""Of a tuple, those of the strongest edges, whose triangles are looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class _Neighbours:
    """The neighbours of each tuple by edges that speak for one entity, as ragged lists."""

    starts: Integers
    """(tuples + 1,)"""
    tuples: Integers
    weights: Floats

    @classmethod
    def of(cls, graph: TupleGraph, weights: Floats) -> _Neighbours:
        own, other = np.concatenate([graph.left, graph.right]), np.concatenate([graph.right, graph.left])
        both = np.concatenate([weights, weights])
        is_for = both > 0
        own, other, both = own[is_for], other[is_for], both[is_for]
        order = np.lexsort((other, -both, own))
        own, other, both = own[order], other[order], both[order]
        ranks = np.arange(len(own)) - np.searchsorted(own, own)
        own, other, both = (one[ranks < _MOST_NEIGHBOURS] for one in (own, other, both))
        return cls(np.searchsorted(own, np.arange(graph.size + 1)), other, both)


def supported(graph: TupleGraph, weights: Floats, missing: float) -> Floats:
    """Return the mean log-odds of each edge and the triangles over it, (edges,), given the edges' own.

    A neighbour of one end counts as the weaker of its two edges; where blocking made no pair of it and the other end,
    that edge has the log-odds `missing`.
    """
    neighbours, known = _Neighbours.of(graph, weights), _KnownEdges.of(graph, weights)
    totals, counts = weights.copy(), np.ones(len(weights))
    for own, other in ((graph.left, graph.right), (graph.right, graph.left)):
        lengths = np.diff(neighbours.starts)[own]
        edges = np.repeat(np.arange(len(own)), lengths)
        places = ranges(neighbours.starts[own], lengths)
        is_third = neighbours.tuples[places] != other[edges]
        edges, places = edges[is_third], places[is_third]
        opposite = known.weights_of(other[edges], neighbours.tuples[places])
        weaker = np.minimum(neighbours.weights[places], np.where(np.isnan(opposite), missing, opposite))
        shares = np.where(np.isnan(opposite), 1.0, 0.5)  # a triangle is met from both ends
        totals += sums(edges, weaker * shares, len(weights))
        counts += sums(edges, shares, len(weights))
    return totals / counts


@dataclass(frozen=True, slots=True, eq=False)
class _KnownEdges:
    """The edges by their ends, in both directions."""

    size: int
    keys: Integers
    """Ascending."""
    weights: Floats

    @classmethod
    def of(cls, graph: TupleGraph, weights: Floats) -> _KnownEdges:
        keys = np.concatenate([graph.left * graph.size + graph.right, graph.right * graph.size + graph.left])
        order = np.argsort(keys)
        return cls(graph.size, keys[order], np.concatenate([weights, weights])[order])

    def weights_of(self, own: Integers, other: Integers) -> Floats:
        """Return the weight of the edge between tuples, NaN where there is none."""
        wanted = own * self.size + other
        places = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[places] == wanted, self.weights[places], np.nan)
