"""Ways to make sets of tuples of one graph: the product's, and those that it is measured against."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import networkx
import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.integrate.link.link_records import MATCH
from lakeindex.integrate.sets.communities import components, integrable_sets
from lakeindex.integrate.sets.tuple_graph import TupleGraph

SEED = 0
RESOLUTION = 20.0


def connected(graph: TupleGraph) -> Integers:
    """Return the connected components of the pairs that count as matches."""
    kept = _matches(graph)
    return components(graph.size, graph.left[kept], graph.right[kept])


def louvain(graph: TupleGraph, resolution: float = RESOLUTION) -> Integers:
    """Return the communities of greatest modularity among the pairs that count as matches."""
    network = _network(graph, _matches(graph))
    return _labels(graph.size, networkx.community.louvain_communities(network, "weight", resolution, seed=SEED))


def label_propagation(graph: TupleGraph) -> Integers:
    """Return the communities of asynchronous label propagation, each edge weighted by its probability."""
    network = _network(graph, _matches(graph))
    return _labels(graph.size, networkx.community.asyn_lpa_communities(network, "weight", seed=SEED))


METHODS: Mapping[str, Callable[[TupleGraph], Integers]] = {
    "lakeindex": integrable_sets,
    "connected components": connected,
    "Louvain": louvain,
    "label propagation": label_propagation,
}


def _matches(graph: TupleGraph) -> Flags:
    return np.asarray(graph.probabilities >= MATCH)


def _network(graph: TupleGraph, kept: Flags) -> networkx.Graph:
    network = networkx.Graph()
    network.add_nodes_from(range(graph.size))
    ends: tuple[Integers, Integers] = graph.left[kept], graph.right[kept]
    weights: Floats = graph.probabilities[kept]
    network.add_weighted_edges_from(zip(*(one.tolist() for one in (*ends, weights)), strict=True))
    return network


def _labels(size: int, communities: list[set[int]]) -> Integers:
    labels = np.empty(size, np.int64)
    for number, members in enumerate(communities):
        labels[list(members)] = number
    return labels
