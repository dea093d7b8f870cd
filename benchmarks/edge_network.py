"""A small graph neural network that judges the edges of a graph of tuples by what is around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn
from torch_geometric.nn import GraphConv

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.integrate.sets.tuple_graph import TupleGraph

WIDTH = 24
EPOCHS = 150
LEARNING_RATE = 0.01
WEIGHT_DECAY = 1e-3


@dataclass(frozen=True, slots=True)
class Sample:
    """A graph as tensors; `truth` is whether each edge joins tuples of one entity, where known."""

    nodes: torch.Tensor
    ends: torch.Tensor
    weights: torch.Tensor
    edges: torch.Tensor
    truth: torch.Tensor | None = None

    @classmethod
    def of(cls, graph: TupleGraph, entities: Integers | None = None) -> Sample:
        nodes, edges = _node_features(graph), _edge_features(graph)
        ends = np.concatenate([[graph.left, graph.right], [graph.right, graph.left]], axis=1)
        truth = None if entities is None else entities[graph.left] == entities[graph.right]
        return cls(
            _tensor(nodes), torch.from_numpy(ends), _tensor(np.tile(graph.probabilities, 2)), _tensor(edges),
            None if truth is None else _tensor(truth.astype(float)),
        )  # fmt: skip


class EdgeNetwork(nn.Module):
    """Two rounds of messages along the edges, then the log-odds of each edge, the same in both directions."""

    def __init__(self, nodes: int, edges: int) -> None:
        super().__init__()
        self.first, self.second = GraphConv(nodes, WIDTH, aggr="mean"), GraphConv(WIDTH, WIDTH, aggr="mean")
        self.judge = nn.Sequential(nn.Linear(2 * WIDTH + edges, WIDTH), nn.ReLU(), nn.Linear(WIDTH, 1))

    def forward(self, sample: Sample) -> torch.Tensor:
        states = torch.relu(self.first(sample.nodes, sample.ends, sample.weights))
        states = torch.relu(self.second(states, sample.ends, sample.weights))
        left, right = (states[ends] for ends in sample.ends[:, : len(sample.edges)])
        log_odds: torch.Tensor = self.judge(torch.cat([left * right, (left - right).abs(), sample.edges], 1))
        return log_odds.squeeze(1)


def train(graphs: Sequence[tuple[TupleGraph, Integers]], seed: int) -> Callable[[TupleGraph], TupleGraph]:
    """Return what gives a graph's edges new probabilities, learned of graphs with their tuples' entities."""
    torch.manual_seed(seed)
    samples = [Sample.of(graph, entities) for graph, entities in graphs]
    network = EdgeNetwork(samples[0].nodes.shape[1], samples[0].edges.shape[1])
    optimiser = torch.optim.Adam(network.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    for _ in range(EPOCHS):
        for sample in samples:
            assert sample.truth is not None
            optimiser.zero_grad()
            nn.functional.binary_cross_entropy_with_logits(network(sample), sample.truth).backward()  # type: ignore[no-untyped-call]
            optimiser.step()

    def judged(graph: TupleGraph) -> TupleGraph:
        with torch.no_grad():
            likely = torch.sigmoid(network(Sample.of(graph))).double().numpy()
        return replace(graph, probabilities=likely)

    return judged


def _node_features(graph: TupleGraph) -> Floats:
    """Return of each tuple how many edges it has, how many entities these amount to, and the best one's probability."""
    ends = np.concatenate([graph.left, graph.right])
    likely = np.tile(graph.probabilities, 2)
    best = np.zeros(graph.size)
    np.maximum.at(best, ends, likely)
    counts = np.bincount(ends, minlength=graph.size)
    expected = np.bincount(ends, likely, minlength=graph.size)
    return np.column_stack([np.log1p(counts), expected / 5, best])


def _edge_features(graph: TupleGraph) -> Floats:
    """Return of each edge its log-odds, what its triangles say, and what its ends have besides."""
    matrix = np.zeros((graph.size, graph.size), np.float32)
    matrix[graph.left, graph.right] = matrix[graph.right, graph.left] = graph.probabilities
    common = (matrix @ matrix)[graph.left, graph.right]
    sums = matrix.sum(axis=1)
    ends = np.column_stack([sums[graph.left], sums[graph.right]]) - graph.probabilities[:, None]
    least, most = ends.min(axis=1), ends.max(axis=1)
    cosine = common / np.maximum(np.sqrt(np.maximum(least * most, 0)), 1e-3)
    return np.column_stack([
        graph.log_odds() / 3, graph.probabilities, common, np.minimum(cosine, 2), least / 5, most / 5,
        common / np.maximum(least, 0.1),
    ])  # fmt: skip


def _tensor(values: Floats) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(values)).float()
