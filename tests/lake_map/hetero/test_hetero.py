"""A lake as a graph of rows: its nodes, edges and times, and what was known before a moment."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from lakeindex import Lake, Settings
from lakeindex.lake_map.hetero.row_features import NO_TIME, RowFeatures, inherited

torch_geometric = pytest.importorskip("torch_geometric", reason="torch-geometric isn't installed")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Lake:
    folder = tmp_path_factory.mktemp("hetero")
    draw = random.Random(11)
    shops = ["shop_code,city"] + [f"SH{place:03},{draw.choice(['Bonn', 'Lund'])}" for place in range(30)]
    orders = ["order_ref,shop_code,ordered"]
    lines = ["order_ref,amount"]
    for place in range(300):
        orders.append(f"OR{place:05},SH{draw.randrange(30):03},20{20 + place // 100}-01-{1 + place % 28:02}")
        lines += [f"OR{place:05},{draw.random() * 50:.2f}" for _ in range(2)]
    for name, rows in (("shops", shops), ("orders", orders), ("lines", lines)):
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n")
    return Lake.index(folder, tmp_path_factory.mktemp("index"), settings)


def test_rows_are_nodes_and_references_are_edges(lake: Lake) -> None:
    data = lake.to_hetero()
    assert {table: data[table].num_nodes for table in data.node_types} == {
        "shops.csv": 30, "orders.csv": 300, "lines.csv": 600,
    }  # fmt: skip
    edges = data["lines.csv", "order_ref", "orders.csv"].edge_index.numpy()
    assert edges[1][np.argsort(edges[0])].tolist() == [place // 2 for place in range(600)]
    back = data["orders.csv", "rev_order_ref", "lines.csv"].edge_index.numpy()
    assert (back == edges[::-1]).all()
    assert ("orders.csv", "shop_code", "shops.csv") in data.edge_types
    assert data["lines.csv"].feature_names == ["amount"]
    assert data["lines.csv"].x.mean().item() == pytest.approx(0, abs=1e-5)


def test_a_line_is_as_late_as_its_order_and_nothing_later_is_known_before(lake: Lake) -> None:
    from lakeindex.lake_map.hetero.to_hetero import before

    data = lake.to_hetero()
    first = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp())
    assert data["lines.csv"].time[0].item() == first
    assert set(data["shops.csv"].time.tolist()) == {NO_TIME}
    moment = int(datetime(2021, 1, 1, tzinfo=UTC).timestamp())
    known = before(data, moment)
    assert [known[table].num_nodes for table in ("shops.csv", "orders.csv", "lines.csv")] == [30, 100, 200]
    assert known["lines.csv"].time.max().item() < moment
    assert known["lines.csv", "order_ref", "orders.csv"].edge_index.shape == (2, 200)


def test_times_are_inherited_over_several_tables() -> None:
    none = np.full(2, NO_TIME)
    times = {"a": np.array([5, 9]), "b": none, "c": none}
    ends = np.array([0, 1])
    found = inherited(times, [("c", "b", ends, ends), ("b", "a", ends, ends)])
    assert found["c"].tolist() == [5, 9]
    assert found["a"].tolist() == [5, 9]


def test_features_leave_out_keys_and_tell_texts_apart() -> None:
    rows = pa.table({"id": [1, 2, 3], "kind": ["x", "y", "x"], "size": [1.0, None, 3.0]})
    found = RowFeatures.of(rows, frozenset(["id"]))
    assert found.names == ("kind = x", "kind = y", "size")
    assert found.values[:, 2].tolist() == [-1.0, 0.0, 1.0]
