"""Train a small graph network on the rows of the F1 lake: on discovered references, on the declared ones, on none.

relational_learning.py DATA [--index FOLDER] [--seeds N]

DATA holds the data set `relbench_f1_fk`. Predicted is the position in which a driver finishes a race (mean absolute
error, races of 2010 and 2011), from what is known before it: the grid, qualifying, and the rows that these refer to.
Trained on races before 2010; nothing of a later moment is in the graph.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from torch import Tensor, nn
from torch_geometric.data import HeteroData
from torch_geometric.nn import HeteroConv, SAGEConv

from lakeindex.config.settings import Settings
from lakeindex.lake import Lake
from lakeindex.lake.hetero import graph_of
from lakeindex.lake.mapping import relationships
from lakeindex.lake_map.hetero.to_hetero import before
from lakeindex.lake_map.paths.join_path import Hop
from lakeindex.lake_map.paths.reference_graph import hops_of
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import Cardinality

RESULTS, TARGET, KNOWN = "f1.results.csv", "positionOrder", ("grid", "number")
TABLES = ("circuits", "constructors", "drivers", "qualifying", "races", "results")
"""The other tables sum up results, that of the race itself included."""
HIDDEN, EPOCHS, RATE = 32, 80, 0.01


def declared(folder: Path) -> Iterator[Hop]:
    with (folder / "qrels.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["grade"] == "2":
                ends = [
                    ColumnId(TableId(row[f"{side}_table"]), row[f"{side}_column"]) for side in ("query", "candidate")
                ]
                yield Hop(ends[0], ends[1], 1.0, Cardinality.MANY_TO_ONE)


def directed(hops: list[Hop], lake: Lake) -> list[Hop]:
    """Turn each reference so that its right column is the key, and keep each once, between the tables of the task."""
    directory = lake.opened.searcher.directory
    kept: dict[tuple[ColumnId, ColumnId], Hop] = {}
    for hop in hops:
        facts = [directory.facts.distinct[directory.key_of(one)] for one in (hop.left, hop.right)]
        rows = [directory.facts.rows[directory.key_of(one)] for one in (hop.left, hop.right)]
        turned = hop if facts[1] == rows[1] and not (facts[0] == rows[0] and rows[0] < rows[1]) else hop.back
        if all(one.table.split(".")[1] in TABLES for one in (hop.left, hop.right)):
            kept[turned.left, turned.right] = turned
    return [kept[ends] for ends in sorted(kept)]


class Network(nn.Module):
    def __init__(self, data: HeteroData, layers: int) -> None:
        super().__init__()
        self.start = nn.ModuleDict({self.name(one): nn.LazyLinear(HIDDEN) for one in data.node_types})
        self.layers = nn.ModuleList(
            HeteroConv({one: SAGEConv((HIDDEN, HIDDEN), HIDDEN) for one in data.edge_types}) for _ in range(layers)
        )
        self.end = nn.Linear(HIDDEN, 1)

    @staticmethod
    def name(table: str) -> str:
        return table.replace(".", "_")

    def forward(self, data: HeteroData) -> Tensor:
        x = {one: self.start[self.name(one)](data[one].x).relu() for one in data.node_types}
        for layer in self.layers:
            passed = layer(x, data.edge_index_dict)
            x = {one: (x[one] + passed[one]).relu() if one in passed else x[one] for one in x}
        return self.end(x[RESULTS]).squeeze(1)


def error(graph: HeteroData, targets: Tensor, seed: int, layers: int) -> float:
    torch.manual_seed(seed)
    data = graph.clone()
    data[RESULTS].y = targets
    start, end = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2010, 2012))
    past, whole = before(data, start), before(data, end)
    network = Network(past, layers)
    network(past)
    optimizer = torch.optim.Adam(network.parameters(), RATE)
    for _ in range(EPOCHS):
        optimizer.zero_grad()
        nn.functional.l1_loss(network(past), past[RESULTS].y).backward()
        optimizer.step()
    network.eval()
    asked = whole[RESULTS].time >= start
    with torch.no_grad():
        return float((network(whole) - whole[RESULTS].y)[asked].abs().mean())


def prepared(graph: HeteroData) -> HeteroData:
    """Leave out what a result itself says."""
    for table in list(graph.node_types):
        if table.split(".")[1] not in TABLES:
            del graph[table]
    places = [place for place, name in enumerate(graph[RESULTS].feature_names) if name in KNOWN]
    graph[RESULTS].x = graph[RESULTS].x[:, places]
    return graph


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    folder = args.data / "relbench_f1_fk"
    with TemporaryDirectory() as scratch:
        index = args.index or Path(scratch)
        lake = Lake.index(folder / "tables", index / "relbench_f1_fk", Settings())
        found = directed(list(hops_of(relationships(lake.opened, 0.5).to_arrow())), lake)
        given = directed(list(declared(folder)), lake)
        both = len(set(map(ends, found)) & set(map(ends, given)))
        print(f"{len(found)} references discovered, {len(given)} declared, {both} both")
        side = lake.opened.tables.side(ColumnId(TableId(RESULTS), TARGET))
        rows = side.connection.cursor().sql(side.file_source).to_arrow_table()
        targets = torch.from_numpy(rows[TARGET].to_numpy().astype(np.float32))
        for name, hops, layers in (("discovered", found, 2), ("declared", given, 2), ("single table", given, 0)):
            graph = prepared(graph_of(lake.opened, hops))
            errors = [error(graph, targets, seed, layers) for seed in range(args.seeds)]
            listed = ", ".join(f"{one:.3f}" for one in errors)
            print(f"{name:14} mean absolute error {np.mean(errors):.3f} (seeds: {listed})")


def ends(hop: Hop) -> tuple[ColumnId, ColumnId]:
    return hop.left, hop.right


if __name__ == "__main__":
    main()
