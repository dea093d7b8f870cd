"""Claim: three numbers rank real lakes better than larger networks with the same messages, which fit made ones better.

path_networks.py FOLDER    FOLDER holds the tables that training/train.py fetched

Small networks have two layers, the query's joins and those of its bridges; relational ones (`relational_network.py`,
on torch-geometric) have three, and see the columns of one table and what those join with. All are trained on the same
made lakes.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import record
import torch
from labelled_lakes import MACRO, LabelledLakes, write_rankings
from relational_network import RelationalNetwork, Relations
from torch import Tensor, nn

from lakeindex.arrays.log_odds import log_odds_of
from lakeindex.config.settings import Settings
from lakeindex.errors import NotFound
from lakeindex.lake import Lake
from lakeindex.match.message_passing import PathWeights, receive
from lakeindex.search.candidate_graph import surroundings
from lakeindex.search.retrieve import retrieve
from lakeindex.search.searcher import Searcher
from lakeindex.training.made_lakes import open_made_lakes, plans
from lakeindex.training.message_passing import Asked, questions
from lakeindex.types.lake import ColumnId

HIDDEN = 12
STEPS = 200
EPOCHS = 12
QUERIES_AT_ONCE = 64
SEED = 1
LAKES = 10
SOURCES = (15, 30, 50)
K = 100


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """The graphs of several queries as one."""

    nodes: Tensor
    """(n, 3) log-odds of each candidate, whether it answers the query, and the log-odds that it gives."""
    senders: Tensor
    receivers: Tensor
    edges: Tensor
    """(m,) log-odds."""
    joins: Tensor
    is_clear: Tensor

    @classmethod
    def of(cls, asked: Sequence[Asked]) -> Graph:
        starts = np.cumsum([0, *(len(one.joins) for one in asked)])
        received = [receive(one.probabilities, one.bridges) for one in asked]
        nodes = [
            np.column_stack([log_odds_of(one.probabilities), got.is_answering, got.back])
            for one, got in zip(asked, received, strict=True)
        ]
        messages = [
            (start + bridge.place, start + bridge.partners, log_odds_of(bridge.probabilities))
            for start, one in zip(starts.tolist(), asked, strict=False)
            for bridge in one.bridges
        ]
        return cls(
            torch.tensor(np.concatenate(nodes), dtype=torch.float32),
            torch.tensor(np.concatenate([np.full(len(to), at) for at, to, _ in messages]), dtype=torch.long),
            torch.tensor(np.concatenate([to for _, to, _ in messages]), dtype=torch.long),
            torch.tensor(np.concatenate([odds for _, _, odds in messages]), dtype=torch.float32),
            torch.tensor(np.concatenate([one.joins for one in asked]), dtype=torch.float32),
            torch.tensor(np.concatenate([one.is_clear for one in asked])),
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
        told = network(graph)[graph.is_clear]
        loss = nn.functional.binary_cross_entropy_with_logits(told, graph.joins[graph.is_clear])
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
            told = network(graph)[graph.is_clear]
            loss = nn.functional.binary_cross_entropy_with_logits(told, graph.joins[graph.is_clear])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return float(np.mean(losses))


def made_graphs(tables: Path) -> list[tuple[Asked, Relations]]:
    sys.path.insert(0, str(record.REPOSITORY / "training"))
    from train import sources

    found = []
    planned = plans(LAKES, SEED + 20, SOURCES)
    for plan, made, searcher in open_made_lakes(list(sources(tables, "calibrate")), planned, Settings()):
        asked = questions(searcher, made, plan.queries, np.random.default_rng(plan.seed))
        found += [(one, Relations.of(searcher, one)) for one in asked if one.bridges]
        print(plan, flush=True)
    return found


def real_graph(searcher: Searcher, column: ColumnId) -> tuple[Asked, list[ColumnId]]:
    """Return a query's graph, and what its candidates are called."""
    query = searcher.column(column)
    keys = retrieve(query, list(searcher.sources.values()), K)
    found = searcher.judged_alone(query, keys, K)
    own_key = searcher.directory.key_of(column)
    around = surroundings(
        query.own_keys, found.partners, searcher.partners, lambda key: searcher.partners(key).probability(own_key)
    )
    names = [searcher.directory.id_of(key) for key in around.keys.tolist()]
    unknown = np.zeros(len(names), bool)
    return Asked(own_key, around.keys, found.partners.among(around.keys), around.bridges, unknown, unknown), names


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, default=os.environ.get("LAKEINDEX_BENCH_DATA", "../shared/data"))
    given = parser.parse_args()
    torch.manual_seed(SEED)
    made = made_graphs(given.folder / "tables")
    learned = Graph.of([one for one, _ in made])
    networks = {pooling: Network(pooling) for pooling in ("max", "mean", "sum", "attention")}
    losses = {pooling: train(network, learned) for pooling, network in networks.items()}
    relational = {f"relational {pooling}": RelationalNetwork(pooling) for pooling in ("max", "mean", "softmax")}
    for label, network in relational.items():
        losses[label] = train_relational(network, [graph for _, graph in made])
        print(label, losses[label], flush=True)
    lakes = LabelledLakes(Path(given.data))
    systems = ("without", "three numbers", *networks, *relational)
    with tempfile.TemporaryDirectory() as folder:
        for name in lakes.names():
            queries = lakes.prepare(Path(folder) / name, [name], False)
            searcher = Lake.index(Path(folder) / name, Path(folder) / f"{name}.index", Settings()).searcher
            rankings = {system: {} for system in systems}
            for column in queries:
                try:
                    asked, names = real_graph(searcher, column)
                except NotFound:
                    continue
                scores_of = scored(asked, searcher.paths, networks)
                scores_of |= scored_by_relations(searcher, asked, relational)
                for system, scores in scores_of.items():
                    rankings[system][column] = [names[place] for place in np.argsort(-scores, kind="stable")[:K]]
            for system, ranked in rankings.items():
                write_rankings(Path(folder) / f"{name}.{system}.csv", ranked)
        figures = {
            system: lakes.score(str(Path(folder) / f"{{}}.{system}.csv"), lakes.names(), False) for system in systems
        }
    rows = [[system, losses.get(system, ""), of[MACRO]["map_at_10"]] for system, of in figures.items()]
    record.print_table(["system", "log loss on made lakes", "MAP@10 alone"], rows)
    settings = {"hidden": HIDDEN, "steps": STEPS, "epochs": EPOCHS, "lakes": LAKES, "k": K}
    written = record.write("path_networks", SEED, settings, {"log_loss": losses, "alone": figures})
    print(f"wrote {written.relative_to(record.REPOSITORY)}")


def scored(asked: Asked, weights: PathWeights, networks: dict[str, Network]) -> dict[str, np.ndarray]:
    scores = {
        "without": asked.probabilities,
        "three numbers": weights.probabilities(receive(asked.probabilities, asked.bridges)),
    }
    for pooling, network in networks.items():
        with torch.no_grad():
            scores[pooling] = network(Graph.of([asked])).numpy() if asked.bridges else asked.probabilities
    return scores


def scored_by_relations(
    searcher: Searcher, asked: Asked, networks: dict[str, RelationalNetwork]
) -> dict[str, np.ndarray]:
    if not asked.bridges:
        return dict.fromkeys(networks, asked.probabilities)
    graph = Relations.of(searcher, asked)
    with torch.no_grad():
        return {label: network(graph).numpy() for label, network in networks.items()}


if __name__ == "__main__":
    main()
