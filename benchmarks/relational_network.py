"""A relational network over columns: joins in both directions and tables as relations, on torch-geometric.

Its nodes are the candidates of a query, the query, the other columns of its table, and what those join with in the
candidates' tables. What it predicts is added to the log-odds of each candidate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
import torch
from torch import Tensor, nn
from torch_geometric.nn import MessagePassing
from torch_geometric.nn.aggr import Aggregation, SoftmaxAggregation

from lakeindex.arrays.proportions import log_odds_of
from lakeindex.match.message_passing import LEAST, pass_messages
from lakeindex.search.searcher import Searcher
from lakeindex.training.message_passing import LabelledGraph

HIDDEN = 12
LAYERS = 3
_SIBLINGS = 8
"""Other columns of the query's table whose neighbours are nodes."""
_SCALE = 4.0
"""Of log-odds."""


class Relation(IntEnum):
    """What an edge stands for."""

    CANDIDATE = 0
    """From the query to what may join with it."""
    BRIDGE = 1
    """From a candidate that was queried in its turn to what may join with it."""
    TABLE = 2
    """Between columns of one table."""
    SIBLING = 3
    """From another column of the query's table to what may join with it."""


@dataclass(frozen=True, slots=True, eq=False)
class Relations:
    """The graph around one query, or around several."""

    nodes: Tensor
    """(n, 5) log-odds of a candidate, whether it was queried in its turn, the log-odds that it gives the query then,
    whether a node is the query, whether it is another column of its table."""
    senders: Tensor
    receivers: Tensor
    kinds: Tensor
    """(m,) of relations."""
    strengths: Tensor
    """(m,) log-odds, 0 between columns of one table."""
    is_candidate: Tensor
    joins: Tensor
    is_labelled: Tensor
    """Of the candidates, in order."""

    @classmethod
    def of(cls, searcher: Searcher, graph: LabelledGraph) -> Relations:
        received = pass_messages(graph.probabilities, graph.intermediates)
        count = len(graph.keys)
        siblings = _siblings(searcher, graph.query)
        tables = searcher.directory.tables.astype(np.int64)
        of_candidates = np.unique(tables[graph.keys])
        neighbours = {sibling: _in_tables(searcher, sibling, of_candidates) for sibling in siblings}
        named = np.concatenate([np.zeros(0, np.int64), *(keys for keys, _ in neighbours.values())])
        others = np.setdiff1d(named, graph.keys)
        columns = np.concatenate([graph.keys, [graph.query], siblings, others]).astype(np.int64)
        place_of = {int(key): place for place, key in enumerate(columns.tolist())}
        nodes = np.zeros((len(columns), 5))
        nodes[:count, 0] = log_odds_of(graph.probabilities)
        nodes[:count, 1], nodes[:count, 2] = received.is_intermediate, received.reverse
        nodes[count, 3] = 1.0
        nodes[count + 1 : count + 1 + len(siblings), 4] = 1.0
        edges = [(Relation.CANDIDATE, np.full(count, count), np.arange(count), nodes[:count, 0])]
        edges += [
            (Relation.BRIDGE, np.full(len(one.neighbours), one.place), one.neighbours, log_odds_of(one.probabilities))
            for one in graph.intermediates
        ]
        for sibling, (keys, probabilities) in neighbours.items():
            at = np.array([place_of[key] for key in keys.tolist()], np.int64)
            edges.append((Relation.SIBLING, np.full(len(at), place_of[sibling]), at, log_odds_of(probabilities)))
        together = tables[columns][:, None] == tables[columns][None, :]
        one, other = np.nonzero(together & ~np.eye(len(columns), dtype=bool))
        edges.append((Relation.TABLE, one, other, np.zeros(len(one))))
        return cls(
            nodes=torch.tensor(nodes, dtype=torch.float32),
            senders=_whole(np.concatenate([sent for _, sent, _, _ in edges])),
            receivers=_whole(np.concatenate([to for _, _, to, _ in edges])),
            kinds=_whole(np.concatenate([np.full(len(sent), kind) for kind, sent, _, _ in edges])),
            strengths=torch.tensor(np.concatenate([odds for *_, odds in edges]), dtype=torch.float32),
            is_candidate=torch.arange(len(columns)) < count,
            joins=torch.tensor(graph.joins, dtype=torch.float32),
            is_labelled=torch.tensor(graph.is_labelled),
        )

    @classmethod
    def joined(cls, several: Sequence[Relations]) -> Relations:
        """Put the graphs of several queries beside each other."""
        starts = np.cumsum([0, *(len(one.nodes) for one in several)]).tolist()
        found = {field.name: torch.cat([getattr(one, field.name) for one in several]) for field in fields(cls)}
        for ends in ("senders", "receivers"):
            found[ends] = torch.cat([getattr(one, ends) + start for one, start in zip(several, starts, strict=False)])
        return cls(**found)


class RelationalNetwork(nn.Module):
    """Three layers of messages, each by its relation and its strength, whose output is a residual."""

    def __init__(self, pooling: str) -> None:
        super().__init__()
        self.enter = nn.Linear(5, HIDDEN)
        self.layers = nn.ModuleList([_Layer(_aggregation(pooling)) for _ in range(LAYERS)])
        self.leave = nn.Linear(HIDDEN, 1)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def forward(self, graph: Relations) -> Tensor:
        scaled = graph.nodes / torch.tensor([_SCALE, 1.0, _SCALE, 1.0, 1.0])
        states = torch.relu(self.enter(scaled))
        ends = torch.stack([graph.senders, graph.receivers])
        for layer in self.layers:
            states = states + layer(states, ends, graph.kinds, graph.strengths / _SCALE)
        log_odds = graph.nodes[:, 0] + self.leave(states)[:, 0]
        return log_odds[graph.is_candidate]


class _Layer(MessagePassing):
    def __init__(self, aggregation: str | Aggregation) -> None:
        super().__init__(aggr=aggregation)
        self.by_relation = nn.Parameter(torch.randn(len(Relation), HIDDEN, HIDDEN) / HIDDEN**0.5)
        self.by_strength = nn.Parameter(torch.randn(len(Relation), HIDDEN) * 0.3)
        self.start = nn.Parameter(torch.zeros(len(Relation), HIDDEN))
        self.update_state = nn.Linear(2 * HIDDEN, HIDDEN)

    def forward(self, states: Tensor, ends: Tensor, kinds: Tensor, strengths: Tensor) -> Tensor:
        pooled = self.propagate(ends, x=states, kinds=kinds, strengths=strengths, size=(len(states), len(states)))
        return torch.relu(self.update_state(torch.cat([states, pooled], dim=1)))

    def message(self, x_j: Tensor, kinds: Tensor, strengths: Tensor) -> Tensor:
        sent = torch.zeros_like(x_j)
        for kind in range(len(Relation)):
            chosen = kinds == kind
            message = x_j[chosen] @ self.by_relation[kind] + strengths[chosen, None] * self.by_strength[kind]
            sent = sent.index_put((chosen.nonzero()[:, 0],), torch.relu(message + self.start[kind]))
        return sent


def _aggregation(pooling: str) -> str | Aggregation:
    return SoftmaxAggregation(learn=True) if pooling == "softmax" else pooling


def _siblings(searcher: Searcher, query: int) -> np.ndarray:
    own = searcher.directory.keys_of_table(searcher.directory.id_of(query).table)
    return own[own != query][:_SIBLINGS]


def _in_tables(searcher: Searcher, key: int, tables: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    found = searcher.neighbours(int(key))
    kept = (found.probabilities >= LEAST) & np.isin(searcher.directory.tables[found.keys], tables)
    return found.keys[kept], found.probabilities[kept]


def _whole(numbers: np.ndarray) -> Tensor:
    return torch.tensor(numbers, dtype=torch.long)
