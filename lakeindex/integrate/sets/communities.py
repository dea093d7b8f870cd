"""Communities of the graph of tuples: the tuples that describe one entity, robust to a few wrong edges.

Connected components make one entity of two as soon as a single edge between them is wrong. Here two sets become one
only where the evidence between all their tuples speaks for it, that of triangles and of missing edges included:
correlation clustering (Bansal, Blum, Chawla, Machine Learning 2004) by average linkage, of which each round merges all
pairs of sets that are each other's best. Tuples of a table that doesn't repeat itself are kept apart. Two tuples of
which a person said that they are two entities are never in one set; of which a person said that they are one, always,
unless such a set would have two of the others.
"""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.arrays.ragged import sums
from lakeindex.integrate.sets.edge_support import supported
from lakeindex.integrate.sets.same_table import TableCounts, is_sure, is_unrepeated
from lakeindex.integrate.sets.tuple_graph import TupleGraph

MISSING_EDGE = -0.25
"""The log-odds of two tuples of which blocking did not make a pair."""
_ACCEPTED, _REJECTED = 1e12, -1e18
"""The weights of edges with a verdict: no number of others outweighs them, and no acceptances a rejection."""
_SAME_TABLE = 6.0
"""By how much less log-odds two tuples of a table that doesn't repeat itself are of one entity."""


def components(size: int, left: Integers, right: Integers) -> Integers:
    """Return the number of each node's connected component, (size,): that of the component's first node."""
    labels = np.arange(size)
    while True:
        lower = np.minimum(labels[left], labels[right])
        before = labels.copy()
        np.minimum.at(labels, left, lower)
        np.minimum.at(labels, right, lower)
        labels = labels[labels]
        if (labels == before).all():
            return labels


def integrable_sets(graph: TupleGraph, missing: float = MISSING_EDGE) -> Integers:
    """Return the set of each tuple, (size,) from 0, numbered by its first tuple."""
    sets = np.arange(graph.size)
    sizes = np.ones(graph.size)
    unrepeated = is_unrepeated(graph)
    weights = supported(graph, _log_odds(graph, unrepeated, missing), missing) - missing
    # Makes up for what keeps tuples of one table apart.
    weights = _obeying(weights + _SAME_TABLE * _repeats(graph, unrepeated), graph)
    left, right = graph.left, graph.right
    while len(left):
        products = sizes[left] * sizes[right]
        apart = _SAME_TABLE * TableCounts.of(sets, graph, unrepeated).shared(left, right)
        scores = (weights - apart) / products + missing
        is_merged = _mutual_best(graph.size, left, right, scores) & (scores > 0)
        if not is_merged.any():
            break
        target = np.arange(graph.size)
        target[np.maximum(left, right)[is_merged]] = np.minimum(left, right)[is_merged]
        sets = target[sets]
        sizes = np.bincount(sets, minlength=graph.size).astype(np.float64)
        left, right, weights = _contracted(graph.size, target[left], target[right], weights)
    return np.unique(sets, return_inverse=True)[1].astype(np.int64)


def _obeying(weights: Floats, graph: TupleGraph) -> Floats:
    if graph.verdicts is None:
        return weights
    return np.select([graph.verdicts == 1, graph.verdicts == 0], [_ACCEPTED, _REJECTED], weights)


def _log_odds(graph: TupleGraph, unrepeated: Flags, missing: float) -> Floats:
    """Return the log-odds of each edge, with what tables say that don't repeat themselves.

    Between two of them, an edge is improbable where one of its ends has a better match: that is known already from the
    edge to this match, so that it counts as a missing edge at worst.
    """
    log_odds = graph.log_odds()
    if graph.tables is None:
        return log_odds
    is_both = unrepeated[graph.left] & unrepeated[graph.right]
    is_within = graph.tables[graph.left] == graph.tables[graph.right]
    log_odds = np.where(is_both & ~is_within, np.maximum(log_odds, missing), log_odds)
    return np.where(is_both & is_within & ~is_sure(graph), log_odds - _SAME_TABLE, log_odds)


def _repeats(graph: TupleGraph, unrepeated: Flags) -> Flags:
    """Return which edges are of two tuples that their table has twice, though it hardly repeats itself, (edges,)."""
    if graph.tables is None:
        return np.zeros(len(graph.left), bool)
    is_within = graph.tables[graph.left] == graph.tables[graph.right]
    return np.asarray(is_within & unrepeated[graph.left] & is_sure(graph))


def _mutual_best(size: int, left: Integers, right: Integers, scores: Floats) -> Flags:
    """Return which edges are the best of both their ends; ties go to the first."""
    order = np.lexsort((np.maximum(left, right), np.minimum(left, right), -scores))
    best = np.full(size, len(left))
    ranks = np.empty(len(left), np.int64)
    ranks[order] = np.arange(len(left))
    np.minimum.at(best, left, ranks)
    np.minimum.at(best, right, ranks)
    is_best: Flags = (best[left] == ranks) & (best[right] == ranks)
    return is_best


def _contracted(size: int, left: Integers, right: Integers, weights: Floats) -> tuple[Integers, Integers, Floats]:
    """Return the edges between sets, each pair of sets once, with the sum of their weights."""
    lower, upper = np.minimum(left, right), np.maximum(left, right)
    is_outer = lower != upper
    pairs, numbers = np.unique(lower[is_outer] * size + upper[is_outer], return_inverse=True)
    return pairs // size, pairs % size, sums(numbers, weights[is_outer], len(pairs))
