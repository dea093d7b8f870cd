"""Clusters of columns: the semantic types, those that are known and those that nobody named.

Novel class discovery as a graph problem: columns that are known to be of one type start as one node, all others as a
node each; then correlation clustering decides, by the evidence of every pair that was compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.arrays.proportions import probability_of
from lakeindex.arrays.ragged import sums
from lakeindex.integrate.sets.communities import components, integrable_sets
from lakeindex.integrate.sets.tuple_graph import TupleGraph

_MISSING = -0.1
"""The log-odds of two columns that were not compared, as each has nearer ones: -.5 to -.05 do equally well."""
_SURE = 7.0


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Pairs of nodes, each there once, with the log-odds that both are of one type."""

    left: Integers
    right: Integers
    log_odds: Floats

    def contracted(self, nodes: Integers) -> Edges:
        """Return the edges between the nodes that these nodes became, (old nodes,), each with the mean of its edges."""
        left, right = nodes[self.left], nodes[self.right]
        is_outer = left != right
        lower, upper = np.minimum(left, right)[is_outer], np.maximum(left, right)[is_outer]
        size = int(nodes.max(initial=0)) + 1
        pairs, numbers, counts = np.unique(lower * size + upper, return_inverse=True, return_counts=True)
        totals = sums(numbers, self.log_odds[is_outer], len(pairs))
        return Edges(pairs // size, pairs % size, totals / np.maximum(counts, 1))


def cluster_columns(edges: Edges, started: Integers, missing: float = _MISSING) -> Integers:
    """Return the cluster of each column, (columns,) from 0, numbered by its first column.

    `started`, (columns,), numbers the nodes that columns are known to be of one type by.
    """
    _, nodes = np.unique(started, return_inverse=True)
    between = edges.contracted(nodes)
    size = int(nodes.max(initial=-1)) + 1
    graph = TupleGraph(size, between.left, between.right, probability_of(between.log_odds))
    found = integrable_sets(graph, missing)[nodes] if size else nodes
    _, first, clusters = np.unique(found, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[clusters]


def merge_named_alike(edges: Edges, clusters: Integers, names: Integers) -> Integers:
    """Merge clusters of one name, given as a number each, (clusters,), where the edges between them speak for it.

    Of many columns that are nearly equal, each is compared with few, so that they come in several clusters.
    """
    between = edges.contracted(clusters)
    is_one = (names[between.left] == names[between.right]) & (between.log_odds > 0)
    merged = components(len(names), between.left[is_one], between.right[is_one])
    return np.unique(merged, return_inverse=True)[1][clusters]


def mean_log_odds(edges: Edges, clusters: Integers) -> Floats:
    """Return the mean log-odds of each column with those of its cluster that it was compared with, (columns,).

    It is infinite for one that was compared with none of them.
    """
    is_within = clusters[edges.left] == clusters[edges.right]
    ends = np.concatenate([edges.left[is_within], edges.right[is_within]])
    totals = sums(ends, np.tile(edges.log_odds[is_within], 2), len(clusters))
    counts = np.bincount(ends, minlength=len(clusters))
    return np.where(counts > 0, totals / np.maximum(counts, 1), np.inf)


def highest_log_odds(edges: Edges, columns: int) -> Floats:
    """Return the highest log-odds of each column with any other, (columns,); -inf where it was compared with none."""
    highest = np.full(columns, -np.inf)
    for ends in (edges.left, edges.right):
        np.maximum.at(highest, ends, edges.log_odds)
    return highest
