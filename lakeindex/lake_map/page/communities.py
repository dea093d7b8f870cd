"""Communities of tables: sets with more relationships among themselves than chance would give.

Greedy modularity (Clauset, Newman, Moore, 2004) in rounds: all pairs of sets that gain most by each other are merged at
once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers


def communities(size: int, left: Integers, right: Integers, weights: Floats) -> Integers:
    """Return the number of each node's community, (size,), that of its first node, given weighted edges, (edges,)."""
    labels = np.arange(size)
    total = max(float(weights.sum()), 1e-12)
    degrees = np.bincount(np.concatenate([left, right]), np.tile(weights, 2), size)
    edges = _Edges.summed(left, right, weights, size)
    while len(edges.left):
        gains = edges.weights / total - degrees[edges.left] * degrees[edges.right] / (2 * total**2)
        target = _merges(edges, gains, size)
        if (target == np.arange(size)).all():
            break
        labels, degrees = target[labels], np.bincount(target, degrees, size)
        edges = _Edges.summed(target[edges.left], target[edges.right], edges.weights, size)
    return np.asarray(labels)


@dataclass(frozen=True, slots=True, eq=False)
class _Edges:
    """Edges between sets, each pair of sets once."""

    left: Integers
    right: Integers
    weights: Floats

    @classmethod
    def summed(cls, left: Integers, right: Integers, weights: Floats, size: int) -> _Edges:
        """Sum up the edges of each pair of sets; those within a set are left out."""
        apart = left != right
        keys = np.minimum(left, right)[apart] * size + np.maximum(left, right)[apart]
        known, places = np.unique(keys, return_inverse=True)
        summed = np.bincount(places, weights[apart], max(len(known), 1))[: len(known)].astype(np.float64)
        return cls(known // size, known % size, summed)


def _merges(edges: _Edges, gains: Floats, size: int) -> Integers:
    """Return what each set becomes, (size,): of the pairs that gain most by each other, the upper set is merged."""
    best = np.full(size, -np.inf)
    np.maximum.at(best, np.concatenate([edges.left, edges.right]), np.tile(gains, 2))
    is_best = (gains > 0) & (gains == best[edges.left]) & (gains == best[edges.right])
    lower, upper = edges.left[is_best], edges.right[is_best]
    # Where gains are equal a set may be the best of several: it joins the first alone.
    _, first = np.unique(upper, return_index=True)
    lower, upper = lower[first], upper[first]
    is_free = ~np.isin(lower, upper)
    target = np.arange(size)
    target[upper[is_free]] = lower[is_free]
    return target
