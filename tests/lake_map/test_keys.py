from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest

from lakeindex import Lake
from lakeindex.errors import NotFound
from lakeindex.lake_map.keys import KEYS_SCHEMA
from lakeindex.types.lake import ColumnId, TableId
from tests.lake_map.small_lakes import SETTINGS, index, write, write_shop


def keys_of(lake: Lake, table: str) -> list[str]:
    return [str(one) for one in lake.keys(table).to_arrow()["columns"].to_pylist()]


def test_a_table_s_own_id_is_its_first_key(shop: Lake) -> None:
    found = shop.keys("orders.csv").to_arrow()
    assert found.schema.equals(KEYS_SCHEMA)
    assert found.to_pylist()[0]["columns"] == "id"
    assert found["rank"].to_pylist() == list(range(1, len(found) + 1))
    assert found["probability"].to_pylist() == sorted(found["probability"].to_pylist(), reverse=True)
    assert "80 rows, all different" in found["evidence"][0].as_py()


def test_a_measure_that_happens_to_be_unique_is_no_key(shop: Lake) -> None:
    assert "amount" not in keys_of(shop, "orders.csv")
    assert any("unique only as" in one for one in shop.keys("orders.csv").remarks)


def test_a_composite_key_is_found_and_nothing_that_contains_it(shop: Lake) -> None:
    assert keys_of(shop, "order_lines.csv") == ["order_id+line"]


def test_no_key_contains_another(shop: Lake) -> None:
    for table in shop.tables()["table"].to_pylist():
        sets = [set(one.split("+")) for one in keys_of(shop, table)]
        assert not any(one < other for one in sets for other in sets), table


def test_a_table_without_a_key_says_so(tmp_path: Path) -> None:
    write(tmp_path / "lake" / "a.csv", ["x", "y"], [("ab"[n % 2], "pq"[n % 2]) for n in range(20)])
    found = index(tmp_path / "lake").keys("a.csv")
    assert len(found.to_arrow()) == 0
    assert found.remarks == ("nothing tells the rows apart that would go on doing so",)


def test_three_columns_together_may_be_a_key(tmp_path: Path) -> None:
    rows = [(year, region, sex, random.Random(year).randint(1, 9)) for year in range(1990, 2010) for region in "NSEW"
            for sex in "FM"]  # fmt: skip
    write(tmp_path / "lake" / "people.csv", ["year", "region", "sex", "count"], rows)
    assert keys_of(index(tmp_path / "lake"), "people.csv") == ["year+region+sex"]


def test_of_many_rows_a_sample_decides_what_repeats_and_all_rows_what_does_not(tmp_path: Path) -> None:
    rows = [(n, n // 2 if n < 2 else n, n // 2 % 100) for n in range(70_000)]
    write(tmp_path / "lake" / "big.csv", ["id", "nearly", "group"], rows)
    assert keys_of(index(tmp_path / "lake"), "big.csv") == ["id"]


def test_a_table_that_is_not_there_is_not_found_with_the_nearest_names(shop: Lake) -> None:
    with pytest.raises(NotFound, match=r"'orders\.csv'"):
        shop.keys("order.csv")


def test_without_the_rows_single_keys_are_known_from_the_profiles(tmp_path: Path) -> None:
    folder = write_shop(tmp_path / "lake")
    lake = index(folder)
    shutil.rmtree(folder)
    assert keys_of(lake, "orders.csv")[0] == "id"
    assert keys_of(lake, "order_lines.csv") == []
    assert "the rows can't be read" in lake.keys("orders.csv").remarks[0]


def test_dependencies_are_those_that_hold_and_do_not_go_without_saying(tmp_path: Path) -> None:
    zips = {f"{code}": (f"city {code % 7}", "AB"[code % 7 % 2]) for code in range(100, 130)}
    draw = random.Random(2)
    rows = [(n, code, *zips[code], draw.randint(1, 50), "same") for n, code in
            enumerate(draw.choices(sorted(zips), k=200))]  # fmt: skip
    write(tmp_path / "lake" / "people.csv", ["id", "zip", "city", "state", "age", "constant"], rows)
    found = index(tmp_path / "lake").keys("people.csv").dependencies().to_pylist()
    assert {(row["determinant"], row["dependent"], row["share"]) for row in found} == {
        ("zip", "city", 1.0),
        ("zip", "state", 1.0),
        ("city", "state", 1.0),
    }


def test_a_pair_of_columns_may_decide_what_neither_does(tmp_path: Path) -> None:
    draw = random.Random(3)
    pairs = [(draw.choice("abcd"), draw.choice("wxyz")) for _ in range(200)]
    values = {pair: draw.randint(1, 9) for pair in sorted(set(pairs))}
    rows = [(n, *pair, values[pair]) for n, pair in enumerate(pairs)]
    write(tmp_path / "lake" / "t.csv", ["id", "a", "b", "value"], rows)
    found = index(tmp_path / "lake").keys("t.csv").dependencies().to_pylist()
    assert ("a+b", "value", 1.0) in {(row["determinant"], row["dependent"], row["share"]) for row in found}
    assert not [row for row in found if row["dependent"] == "value" and row["determinant"] != "a+b"]


def rows_of(lake: Lake, table: str) -> dict[str, dict[str, object]]:
    return {row["columns"]: row for row in lake.keys(table).to_arrow().to_pylist()}


PACKAGE = {
    "resources": [
        {
            "name": "orders",
            "path": "orders.csv",
            "schema": {
                "primaryKey": "customer_id",
                "uniqueKeys": [["employee_id", "id"], ["nowhere"]],
                "fields": [{"name": "id", "constraints": {"unique": True}}, {"name": "amount"}],
            },
        },
        {
            "name": "shipments",
            "path": "shipments.csv",
            "schema": {
                "foreignKeys": [
                    {
                        "fields": ["line", "order_id"],
                        "reference": {"resource": "lines", "fields": ["line", "order_id"]},
                    }
                ]
            },
        },
        {"name": "lines", "path": "order_lines.csv"},
    ]
}


def test_declared_keys_come_first_and_stay_whatever_the_rows_show(tmp_path: Path) -> None:
    folder = write_shop(tmp_path / "lake")
    (folder / "datapackage.json").write_text(json.dumps(PACKAGE), "utf-8")
    lake = index(folder)
    rows = rows_of(lake, "orders.csv")
    assert [(name, row["method"], row["probability"]) for name, row in rows.items()][:3] == [
        ("customer_id", "declared", 1.0),
        ("employee_id+id", "declared", 1.0),
        ("id", "declared", 1.0),
    ]
    assert rows["customer_id"]["evidence"] == (
        "datapackage.json declares it the primary key; 80 rows, 50 of them repeat another one"
    )
    assert rows["id"]["evidence"] == "datapackage.json declares it unique; 80 rows, all different"
    assert {row["method"] for name, row in rows.items() if name not in ("customer_id", "employee_id+id", "id")} <= {
        "inferred"
    }
    assert lake.keys("orders.csv").remarks[0] == (
        "datapackage.json declares a key of orders.csv by columns that it hasn't: nowhere"
    )


def test_what_a_declared_reference_refers_to_is_a_declared_key(tmp_path: Path) -> None:
    folder = write_shop(tmp_path / "lake")
    (folder / "datapackage.json").write_text(json.dumps(PACKAGE), "utf-8")
    rows = rows_of(index(folder), "order_lines.csv")
    assert [(name, row["method"]) for name, row in rows.items()] == [("line+order_id", "declared")]
    assert "a declared reference of shipments.csv refers to it" in str(rows["line+order_id"]["evidence"])


def test_a_key_that_an_accepted_pair_refers_to_is_confirmed(tmp_path: Path) -> None:
    lake = index(write_shop(tmp_path / "lake"))
    before = rows_of(lake, "customers.csv")
    lake.accept(ColumnId(TableId("orders.csv"), "customer_id"), ColumnId(TableId("customers.csv"), "id"))
    rows = rows_of(lake, "customers.csv")
    assert (before["id"]["method"], rows["id"]["method"]) == ("inferred", "confirmed")
    assert rows["id"]["evidence"] == "orders.csv refers to it, as was accepted; 30 rows, all different"
    assert rows.keys() == before.keys()


def test_whoever_sees_one_table_is_told_its_declared_keys(tmp_path: Path) -> None:
    folder = write_shop(tmp_path / "lake")
    (folder / "datapackage.json").write_text(json.dumps(PACKAGE), "utf-8")
    index(folder).close()
    lake = Lake.open(tmp_path / "lake.index", SETTINGS, allowed=["orders.csv"])
    assert [name for name, row in rows_of(lake, "orders.csv").items() if row["method"] == "declared"] == [
        "customer_id", "employee_id+id", "id",
    ]  # fmt: skip
    with pytest.raises(NotFound):
        lake.keys("order_lines.csv")
