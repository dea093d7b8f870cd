from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from lakeindex import ColumnId, Lake, TableId
from lakeindex.errors import InvalidSetting
from lakeindex.lake import mapping
from lakeindex.lake_map.foreign_keys import composite_references
from lakeindex.lake_map.foreign_keys.count_orphans import OrphanCounter
from lakeindex.lake_map.foreign_keys.key_columns import KeyColumns
from lakeindex.lake_map.foreign_keys.single_references import find_single_references
from lakeindex.lake_map.known_references import KnownReferences
from lakeindex.lake_map.relationship import RELATIONSHIPS_SCHEMA
from lakeindex.lake_map.relationships import Relationships
from tests.lake_map.small_lakes import SETTINGS, index, write, write_shop

Pair = tuple[str, str, str, str]
MANAGER = ("employees.csv", "manager_id", "employees.csv", "employee_id")
CUSTOMER = ("orders.csv", "customer_id", "customers.csv", "id")
SINGLE = {
    MANAGER,
    CUSTOMER,
    ("orders.csv", "employee_id", "employees.csv", "employee_id"),
    ("order_lines.csv", "order_id", "orders.csv", "id"),
    ("shipments.csv", "order_id", "orders.csv", "id"),
}
LINES = {("shipments.csv", name, "order_lines.csv", name) for name in ("order_id", "line")}


def pair_of(row: dict[str, object]) -> Pair:
    return tuple(str(row[name]) for name in ("child_table", "child_column", "parent_table", "parent_column"))  # type: ignore[return-value]


def by_pair(found: Relationships) -> dict[Pair, dict[str, object]]:
    return {pair_of(row): row for row in found.to_arrow().to_pylist()}


def column(table: str, name: str) -> ColumnId:
    return ColumnId(TableId(table), name)


def test_the_references_of_a_shop_are_its_keys_its_managers_and_a_composite_one(shop: Lake) -> None:
    found = shop.relationships()
    assert found.to_arrow().schema.equals(RELATIONSHIPS_SCHEMA)
    assert set(by_pair(found)) == SINGLE | LINES
    assert found.remarks == ()


def test_pairs_of_a_composite_key_share_a_number_and_no_others_do(shop: Lake) -> None:
    rows = by_pair(shop.relationships())
    assert len({rows[pair]["key"] for pair in LINES}) == 1
    assert len({row["key"] for row in rows.values()}) == len(SINGLE) + 1
    assert [rows[pair]["cardinality"] for pair in sorted(LINES)] == ["1:1", "1:1"]
    assert [rows[pair]["orphans"] for pair in sorted(LINES)] == [0.0, 0.0]


def test_orphans_and_cardinality_are_those_of_the_rows(shop: Lake) -> None:
    rows = by_pair(shop.relationships())
    assert rows[CUSTOMER]["orphans"] == pytest.approx(4 / 30)
    assert {rows[pair]["cardinality"] for pair in SINGLE} == {"n:1"}
    assert {rows[pair]["orphans"] for pair in SINGLE - {CUSTOMER}} == {0.0}
    assert {rows[pair]["method"] for pair in SINGLE | LINES} == {"inferred"}


def test_orphans_beyond_the_sketches_are_counted_in_the_rows(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    write(lake / "customers.csv", ["customer_id", "name"], [(n, f"name {n}") for n in range(1, 5_001)])
    write(lake / "orders.csv", ["order_id", "customer_id"], [(90_000 + n, n // 2 + 101) for n in range(10_000)])
    found = by_pair(index(lake).relationships())["orders.csv", "customer_id", "customers.csv", "customer_id"]
    assert found["orphans"] == pytest.approx(100 / 5_000, abs=1e-12)


def test_a_column_has_one_parent_even_among_ten_copies_and_always_the_same(tmp_path: Path) -> None:
    draw = random.Random(1)
    for folder in ("there", "here"):
        for number in range(10) if folder == "there" else reversed(range(10)):
            rows = [(n, f"name {n}") for n in range(1, 31)]
            write(tmp_path / folder / f"customers_{number}.csv", ["customer_id", "name"], rows)
        orders = [(500 + n, draw.randint(1, 30)) for n in range(60)]
        write(tmp_path / folder / "orders.csv", ["order_id", "customer_id"], orders)
    found = [set(by_pair(index(tmp_path / folder).relationships())) for folder in ("there", "here")]
    assert found == [{("orders.csv", "customer_id", "customers_0.csv", "customer_id")}] * 2


def test_of_copies_of_a_database_each_refers_to_its_own(tmp_path: Path) -> None:
    for folder in ("north", "south"):
        rows = [(n, f"name {n}") for n in range(1, 31)]
        write(tmp_path / "lake" / folder / "customers.csv", ["customer_id", "name"], rows)
        orders = [(500 + n, n % 30 + 1) for n in range(60)]
        write(tmp_path / "lake" / folder / "orders.csv", ["order_id", "customer_id"], orders)
    found = by_pair(index(tmp_path / "lake").relationships())
    assert set(found) == {
        (f"{one}/orders.csv", "customer_id", f"{one}/customers.csv", "customer_id") for one in ("north", "south")
    }


@pytest.mark.parametrize(
    ("tables", "remark"),
    [
        ({"a": range(20)}, "one table alone"),
        ({f"t{number}": range(20) for number in range(10)}, "no column of the 10 tables refers to a key"),
    ],
)
def test_a_lake_without_references_says_so(tmp_path: Path, tables: dict[str, range], remark: str) -> None:
    for name, rows in tables.items():
        write(tmp_path / "lake" / f"{name}.csv", ["id", "name"], [(n, f"name {n}") for n in rows])
    found = index(tmp_path / "lake").relationships()
    assert len(found.to_arrow()) == 0
    assert remark in " ".join(found.remarks)


def test_a_lake_without_keys_says_so(tmp_path: Path) -> None:
    write(tmp_path / "lake" / "a.csv", ["x", "y"], [("ab"[n % 2], "pq"[n % 2]) for n in range(20)])
    write(tmp_path / "lake" / "b.csv", ["u", "v"], [("kl"[n % 2], "mn"[n % 2]) for n in range(20)])
    found = index(tmp_path / "lake").relationships()
    assert len(found.to_arrow()) == 0
    assert found.remarks == ("no column of the 2 tables refers to a key of one of them",)


def test_keys_that_refer_in_a_circle_lose_one_reference(tmp_path: Path) -> None:
    extra = {"person": "height", "passport": "colour", "locker": "floor"}
    for table, more in extra.items():
        rows = [(7_000 + 13 * n, f"{more}{n % 4}") for n in range(40)]
        write(tmp_path / "lake" / f"{table}.csv", ["person_id", more], rows)
    found = index(tmp_path / "lake").relationships(0.01)
    parents = {row["child_table"]: row["parent_table"] for row in found.to_arrow().to_pylist()}
    assert len(parents) == 2
    assert "would close a circle" in " ".join(found.remarks)
    (root,) = set(parents.values()) - set(parents)
    assert all(_root(table, parents) == root for table in parents)


def _root(table: str, parents: dict[str, str]) -> str:
    for _ in parents:
        table = parents.get(table, table)
    return table


def test_a_verdict_decides_and_its_column_refers_to_nothing_else(tmp_path: Path) -> None:
    lake = index(write_shop(tmp_path / "lake"))
    lake.reject(column("orders.csv", "customer_id"), column("customers.csv", "id"))
    lake.accept(column("orders.csv", "employee_id"), column("customers.csv", "id"))
    rows = by_pair(lake.relationships())
    accepted = ("orders.csv", "employee_id", "customers.csv", "id")
    assert set(rows) == (SINGLE | LINES | {accepted}) - {
        CUSTOMER,
        ("orders.csv", "employee_id", "employees.csv", "employee_id"),
    }
    assert (rows[accepted]["method"], rows[accepted]["probability"], rows[accepted]["orphans"]) == (
        "confirmed",
        1.0,
        1.0,
    )
    assert by_pair(lake.relationships(1.0)).keys() == {accepted}


def test_what_a_datapackage_declares_stays_and_what_it_can_t_mean_is_said(tmp_path: Path) -> None:
    folder = write_shop(tmp_path / "lake")
    keys = [
        {"fields": "employee_id", "reference": {"resource": "customers", "fields": "id"}},
        {"fields": ["nowhere"], "reference": {"resource": "customers", "fields": ["id"]}},
    ]
    lines = {"fields": ["order_id", "line"], "reference": {"resource": "lines", "fields": ["order_id", "line"]}}
    package = {
        "resources": [
            {"name": "orders", "path": "orders.csv", "schema": {"foreignKeys": keys}},
            {"name": "customers", "path": "customers.csv", "schema": {"primaryKey": "id"}},
            {"name": "lines", "path": "order_lines.csv"},
            {"name": "shipments", "path": "shipments.csv", "schema": {"foreignKeys": [lines]}},
            {"name": "evil", "path": "../../etc/passwd", "schema": {"foreignKeys": keys}},
        ]
    }
    (folder / "datapackage.json").write_text(json.dumps(package), "utf-8")
    found = index(folder).relationships()
    rows = by_pair(found)
    declared = {pair for pair, row in rows.items() if row["method"] == "declared"}
    assert declared == {("orders.csv", "employee_id", "customers.csv", "id")} | LINES
    assert ("orders.csv", "employee_id", "employees.csv", "employee_id") not in rows
    assert len({rows[pair]["key"] for pair in LINES}) == 1
    assert len([one for one in found.remarks if "fits no columns of the lake" in one]) == 3


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"{", "it is no JSON"), (b"\xff\xfe", "it is no"), (b"[" * 200_000, "nested too deeply"), (b"[1, 2]", "")],
)
def test_a_sidecar_that_is_none_is_left_out(tmp_path: Path, content: bytes, reason: str) -> None:
    folder = write_shop(tmp_path / "lake")
    (folder / "datapackage.json").write_bytes(content)
    found = index(folder).relationships()
    assert set(by_pair(found)) == SINGLE | LINES
    assert reason in " ".join(found.remarks)


def test_a_sidecar_that_is_a_link_out_of_the_lake_is_not_followed(tmp_path: Path) -> None:
    folder = write_shop(tmp_path / "lake")
    (tmp_path / "secret.json").write_text("{}")
    lake = index(folder)
    (folder / "datapackage.json").symlink_to(tmp_path / "secret.json")
    found = lake.relationships()
    assert set(by_pair(found)) == SINGLE | LINES
    assert "a link that leaves the lake" in found.remarks[0]


def test_without_its_rows_a_lake_has_the_same_single_references(tmp_path: Path) -> None:
    folder = write_shop(tmp_path / "lake")
    lake = index(folder)
    shutil.rmtree(folder)
    assert set(by_pair(lake.relationships())) == SINGLE


def test_whoever_sees_some_tables_gets_the_references_among_those(shop_index: Path) -> None:
    lake = Lake.open(shop_index, SETTINGS, allowed=["order*", "employees.csv"])
    assert set(by_pair(lake.relationships())) == {
        pair for pair in SINGLE if "customers.csv" not in pair and "shipments.csv" not in pair
    }


def test_a_probability_that_is_none_is_refused(shop: Lake) -> None:
    with pytest.raises(InvalidSetting, match="min_probability is a number from 0 to 1"):
        shop.relationships(1.5)


def test_what_takes_too_long_is_left_out_and_said(shop: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composite_references, "_SECONDS", 0.0)
    found = shop.relationships()
    assert set(by_pair(found)) == SINGLE
    assert found.remarks == ("pairs of tables not looked at that may share a key of several columns: 1",)


def test_orphans_are_estimated_where_there_is_no_time_to_count(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    write(lake / "customers.csv", ["customer_id", "name"], [(n + 101, f"name {n}") for n in range(6_000)])
    write(lake / "orders.csv", ["order_id", "customer_id"], [(90_000 + n, n // 2 + 101) for n in range(10_000)])
    opened = index(lake).opened
    counter = OrphanCounter(opened.tables, 0.0)
    columns = KeyColumns(opened.searcher.directory)
    found = find_single_references(opened.searcher, columns, KnownReferences(), counter, 0.4)
    (reference,) = [one for one in found.references if one.orphans < 0.5]
    assert reference.orphans == pytest.approx(0.0, abs=0.05)
    assert counter.skipped >= 1


def test_relationships_are_found_once_until_somebody_decides_otherwise(
    shop: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[float] = []
    find = mapping.find_relationships

    def counting(*given: Any) -> Relationships:
        looked.append(given[-1])
        return find(*given)

    monkeypatch.setattr(mapping, "find_relationships", counting)
    with Lake.open(shop.settings.index) as lake:
        first = lake.relationships(0.61)
        assert lake.relationships(0.61) is first and looked == [0.61]
        lake.relationships(0.62)
        assert looked == [0.61, 0.62]
        lake.reject(*CUSTOMER)
        try:
            assert by_pair(lake.relationships(0.61)).keys() == by_pair(first).keys() - {CUSTOMER}
            assert looked == [0.61, 0.62, 0.61]
        finally:
            lake.withdraw(*CUSTOMER)
