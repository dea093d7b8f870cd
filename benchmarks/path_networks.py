"""Claim: three numbers rank real lakes better than larger networks with the same messages, which fit made ones better.

path_networks.py FOLDER    FOLDER holds the tables that training/train.py fetched

Small networks have two layers, the query's joins and those of its intermediates; relational ones
(`relational_network.py`, on torch-geometric) have three, and see the columns of one table and what those join with. All
are trained on the same made lakes, and rank the candidates of real ones.

These rankings are internal ones: by messages alone, without the cross-encoder and verdicts, of the candidates that a
column has as a neighbour. *lakeindex* is what users get: `Lake.query_many` with its defaults.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import record
import torch
from answers import K
from labelled_lakes import MACRO, add_options, open_lakes, write_rankings
from query_lake import Answers, has_column, query_lake
from relational_network import RelationalNetwork, Relations
from torch import Tensor, nn

from lakeindex.arrays.proportions import log_odds_of
from lakeindex.config.settings import Settings
from lakeindex.lake import Lake
from lakeindex.match.message_passing import MessageWeights, pass_messages
from lakeindex.models.weights import PATHS
from lakeindex.search.candidate_graph import Neighbours, candidate_graph
from lakeindex.search.searcher import Searcher
from lakeindex.training.made_lakes import open_made_lakes, plans
from lakeindex.training.message_passing import LabelledGraph, labelled_graphs
from lakeindex.types.lake import ColumnId

HIDDEN = 12
STEPS = 200
EPOCHS = 12
QUERIES_AT_ONCE = 64
SEED = 1
LAKES = 10
SOURCES = (15, 30, 50)
USERS = "lakeindex"


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """The graphs of several queries as one."""

    nodes: Tensor
    """(n, 3) log-odds of each candidate, whether it was queried in its turn, and those that it gives the query then."""
    senders: Tensor
    receivers: Tensor
    edges: Tensor
    """(m,) log-odds."""
    joins: Tensor
    is_labelled: Tensor

    @classmethod
    def of(cls, graphs: Sequence[LabelledGraph]) -> Graph:
        starts = np.cumsum([0, *(len(one.joins) for one in graphs)])
        received = [pass_messages(one.probabilities, one.intermediates) for one in graphs]
        nodes = [
            np.column_stack([log_odds_of(one.probabilities), got.is_intermediate, got.reverse])
            for one, got in zip(graphs, received, strict=True)
        ]
        messages = [
            (start + intermediate.place, start + intermediate.neighbours, log_odds_of(intermediate.probabilities))
            for start, one in zip(starts.tolist(), graphs, strict=False)
            for intermediate in one.intermediates
        ]
        return cls(
            torch.tensor(np.concatenate(nodes), dtype=torch.float32),
            torch.tensor(np.concatenate([np.full(len(to), at) for at, to, _ in messages]), dtype=torch.long),
            torch.tensor(np.concatenate([to for _, to, _ in messages]), dtype=torch.long),
            torch.tensor(np.concatenate([odds for _, _, odds in messages]), dtype=torch.float32),
            torch.tensor(np.concatenate([one.joins for one in graphs]), dtype=torch.float32),
            torch.tensor(np.concatenate([one.is_labelled for one in graphs])),
        )


class Network(nn.Module):
    """Messages made by a small network, put together in one of several ways, whose output is a residual."""

    def __init__(self, pooling: str) -> None:
        super().__init__()
        self.pooling = pooling
        self.enter = nn.Linear(3, HIDDEN)
        self.message = nn.Sequential(nn.Linear(HIDDEN + 1, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, HIDDEN), nn.ReLU())
        self.attend = nn.Linear(HIDDEN, 1)
        self.update = nn.Linear(2 * HIDDEN, HIDDEN)
        self.leave = nn.Linear(HIDDEN, 1)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def forward(self, graph: Graph) -> Tensor:
        states = torch.relu(self.enter(graph.nodes / 4))
        sent = self.message(torch.cat([states[graph.senders], graph.edges[:, None] / 4], 1))
        pooled = self._pooled(sent, graph.receivers, len(states))
        states = torch.relu(self.update(torch.cat([states, pooled], 1)))
        return graph.nodes[:, 0] + self.leave(states)[:, 0]

    def _pooled(self, sent: Tensor, receivers: Tensor, count: int) -> Tensor:
        nothing = torch.zeros(count, HIDDEN)
        if self.pooling == "max":
            return nothing.scatter_reduce(0, receivers[:, None].expand_as(sent), sent, "amax")
        if self.pooling == "sum":
            return nothing.index_add(0, receivers, sent)
        weights = torch.ones(len(sent), 1) if self.pooling == "mean" else self.attend(sent).clamp(-5, 5).exp()
        total = torch.zeros(count, 1).index_add(0, receivers, weights)
        return nothing.index_add(0, receivers, sent * weights) / total.clamp(min=1e-6)


def train(network: Network, graph: Graph) -> float:
    """Return the log loss at the end."""
    optimizer = torch.optim.Adam(network.parameters(), lr=0.02)
    for _ in range(STEPS):
        optimizer.zero_grad()
        predicted = network(graph)[graph.is_labelled]
        loss = nn.functional.binary_cross_entropy_with_logits(predicted, graph.joins[graph.is_labelled])
        loss.backward()
        optimizer.step()
    return loss.item()


def train_relational(network: RelationalNetwork, graphs: Sequence[Relations]) -> float:
    """Return the mean log loss of the last epoch."""
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    rng, losses = np.random.default_rng(SEED), []
    for _ in range(EPOCHS):
        order, losses = rng.permutation(len(graphs)), []
        for start in range(0, len(order), QUERIES_AT_ONCE):
            graph = Relations.joined([graphs[place] for place in order[start : start + QUERIES_AT_ONCE]])
            optimizer.zero_grad()
            predicted = network(graph)[graph.is_labelled]
            loss = nn.functional.binary_cross_entropy_with_logits(predicted, graph.joins[graph.is_labelled])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return float(np.mean(losses))


def made_graphs(tables: Path) -> list[tuple[LabelledGraph, Relations]]:
    sys.path.insert(0, str(record.REPOSITORY / "training"))
    from train import sources

    found = []
    planned = plans(LAKES, SEED + 20, SOURCES)
    for plan, made, searcher in open_made_lakes(list(sources(tables, "calibrate")), planned, Settings()):
        graphs = labelled_graphs(searcher, made, plan.queries, np.random.default_rng(plan.seed))
        found += [(one, Relations.of(searcher, one)) for one in graphs if one.intermediates]
        print(plan, flush=True)
    return found


@dataclass(frozen=True, slots=True)
class Around:
    """What an index knows around the candidates of one of its columns."""

    searcher: Searcher
    key: int

    def neighbours(self, key: int) -> Neighbours:
        return self.searcher.neighbours(key)

    def reverse_probability(self, key: int) -> float:
        return self.searcher.neighbours(key).probability(self.key)


def real_graph(searcher: Searcher, column: ColumnId) -> tuple[LabelledGraph, list[ColumnId]]:
    """Return a query's graph, made as those of made lakes are, and the names of its candidates."""
    directory = searcher.directory
    key = directory.key_of(column)
    neighbours = searcher.neighbours(key)
    graph = candidate_graph(directory.keys_of_table(column.table), neighbours, Around(searcher, key))
    names = [directory.id_of(one) for one in graph.keys.tolist()]
    unknown = np.zeros(len(names), bool)
    probabilities = neighbours.among(graph.keys)
    return LabelledGraph(key, graph.keys, probabilities, graph.intermediates, unknown, unknown), names


def rankings_of(
    lake: Lake,
    queries: Sequence[ColumnId],
    networks: Mapping[str, Network],
    relational: Mapping[str, RelationalNetwork],
) -> dict[str, Answers]:
    """Rank by every network, and as users get it."""
    searcher, weights = lake.opened.searcher, MessageWeights.open(PATHS)
    rankings: dict[str, Answers] = {USERS: query_lake(lake, queries)}
    for column in queries:
        if not has_column(lake, column):
            continue
        graph, names = real_graph(searcher, column)
        scores_of = scored(graph, weights, networks) | scored_by_relations(searcher, graph, relational)
        for system, scores in scores_of.items():
            best = np.argsort(-scores, kind="stable")[:K]
            rankings.setdefault(system, {})[column] = [names[place] for place in best.tolist()]
    return rankings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="what training/train.py wrote")
    add_options(parser)
    given = parser.parse_args()
    lakes, names = open_lakes(given)
    torch.manual_seed(SEED)
    made = made_graphs(given.folder / "tables")
    learned = Graph.of([one for one, _ in made])
    networks = {pooling: Network(pooling) for pooling in ("max", "mean", "sum", "attention")}
    losses = {pooling: train(network, learned) for pooling, network in networks.items()}
    relational = {f"relational {pooling}": RelationalNetwork(pooling) for pooling in ("max", "mean", "softmax")}
    for label, network in relational.items():
        losses[label] = train_relational(network, [graph for _, graph in made])
        print(label, losses[label], flush=True)
    systems: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            queries = lakes.prepare(Path(folder) / name, [name], False)
            lake = Lake.index(Path(folder) / name, Path(folder) / f"{name}.index", Settings())
            rankings = rankings_of(lake, queries, networks, relational)
            systems = list(rankings)
            for system, ranked in rankings.items():
                write_rankings(Path(folder) / f"{name}.{system}.csv", ranked)
        figures = {system: lakes.score(str(Path(folder) / f"{{}}.{system}.csv"), names, False) for system in systems}
    rows = [[system, losses.get(system, ""), of[MACRO]["map_at_10"]] for system, of in figures.items()]
    record.print_table(["system", "log loss on made lakes", "MAP@10 alone"], rows)
    if given.only:
        print("some benchmarks only: nothing written")
        return
    settings = {"hidden": HIDDEN, "steps": STEPS, "epochs": EPOCHS, "lakes": LAKES, "k": K}
    written = record.write("path_networks", SEED, settings, {"log_loss": losses, "alone": figures})
    print(f"wrote {written.relative_to(record.REPOSITORY)}")


def scored(graph: LabelledGraph, weights: MessageWeights, networks: Mapping[str, Network]) -> dict[str, np.ndarray]:
    scores = {
        "without": graph.probabilities,
        "three numbers": weights.probabilities(pass_messages(graph.probabilities, graph.intermediates)),
    }
    for pooling, network in networks.items():
        with torch.no_grad():
            scores[pooling] = network(Graph.of([graph])).numpy() if graph.intermediates else graph.probabilities
    return scores


def scored_by_relations(
    searcher: Searcher, graph: LabelledGraph, networks: Mapping[str, RelationalNetwork]
) -> dict[str, np.ndarray]:
    if not graph.intermediates:
        return dict.fromkeys(networks, graph.probabilities)
    relations = Relations.of(searcher, graph)
    with torch.no_grad():
        return {label: network(relations).numpy() for label, network in networks.items()}


if __name__ == "__main__":
    main()
