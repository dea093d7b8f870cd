"""Join paths of a lake whose tables are known: their hops, their rows, their statement, and what they warn of."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import pytest

from lakeindex import Lake, Settings
from lakeindex.errors import InvalidSetting, NotFound
from lakeindex.lake.paths import PathRequest
from lakeindex.lake_map.paths.traps import trap_of
from lakeindex.types.matches import Cardinality

NAMES = [
    f"{first}{second}" for first in ("Ba", "Ce", "Di", "Fo", "Gu") for second in ("rov", "lin", "mun", "tel", "sar")
]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Lake:
    folder = tmp_path_factory.mktemp("paths")
    draw = random.Random(5)
    regions = ["region_code,governor"] + [f"RG-{place:03},{name} Okafor" for place, name in enumerate(NAMES)]
    customers = ["customer_ref,region_code,mail"]
    customers += [f"CU{place:05},RG-{draw.randrange(25):03},c{place}@x.org" for place in range(300)]
    orders = ["order_no,customer_ref,total"]
    orders += [f"O-{place:06},CU{draw.randrange(280):05},{draw.random() * 90:.2f}" for place in range(900)]
    stones = ["stone,hardness"] + [f"{name}ite,{draw.random() * 10:.1f}" for name in NAMES]
    tables = {"regions": regions, "customers": customers, "orders": orders, "stones": stones}
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return Lake.index(folder, tmp_path_factory.mktemp("index"), settings)


def test_a_path_leads_through_the_table_between(lake: Lake) -> None:
    found = lake.paths("orders.csv", "regions.csv")
    rows = found.to_arrow().to_pylist()
    hops = [(one["left_table"], one["left_column"], one["right_table"], one["right_column"]) for one in rows[:2]]
    assert hops == [
        ("orders.csv", "customer_ref", "customers.csv", "customer_ref"),
        ("customers.csv", "region_code", "regions.csv", "region_code"),
    ]
    assert [one["cardinality"] for one in rows[:2]] == ["n:1", "n:1"]
    assert [(one["rows_low"], one["rows"], one["rows_high"]) for one in rows[:2]] == [(900, 900, 900)] * 2
    assert [one["kept"] for one in rows[:2]] == [1.0, 1.0]
    assert rows[0]["path_probability"] == pytest.approx(rows[0]["probability"] * rows[1]["probability"])
    assert found.found.paths[0].trap == ""


def test_the_statement_of_a_path_gives_the_rows_that_were_counted(lake: Lake) -> None:
    joined = lake.paths("regions.csv", "orders.csv").join(1)
    rows = duckdb.sql(joined.sql()).to_arrow_table()
    assert rows.num_rows == joined.rows[-1].rows == 900
    assert rows.column_names == [
        "region_code", "governor", "customer_ref", "region_code (customers)", "mail", "order_no",
        "customer_ref (orders)", "total",
    ]  # fmt: skip
    assert rows["region_code"].to_pylist() == rows["region_code (customers)"].to_pylist()
    assert joined.path.trap == "fan-out: rows of regions.csv are repeated for each row of customers.csv"


def test_paths_are_ranked_by_their_probability(lake: Lake) -> None:
    rows = lake.paths("orders.csv", "regions.csv", PathRequest(k=10, min_probability=0.0)).to_arrow()
    likely = [row["path_probability"] for row in rows.to_pylist() if row["hop"] == 1]
    assert likely == sorted(likely, reverse=True)


def test_a_path_that_is_not_there_is_none(lake: Lake) -> None:
    found = lake.paths("orders.csv", "stones.csv")
    assert len(found) == 0 and found.to_arrow().num_rows == 0
    assert found.describe() == "no path from orders.csv to stones.csv"
    assert len(lake.paths("orders.csv", "regions.csv", PathRequest(hops=1))) == 0
    with pytest.raises(NotFound, match=r"no path 1: no path from orders\.csv to stones\.csv"):
        found.join(1)


def test_one_table_and_unknown_tables_have_no_path(lake: Lake) -> None:
    with pytest.raises(InvalidSetting, match="is one table"):
        lake.paths("orders.csv", "orders.csv")
    with pytest.raises(NotFound, match=r"the nearest: .regions\.csv"):
        lake.paths("orders.csv", "region.csv")


ONE, MANY, BOTH = Cardinality.MANY_TO_ONE, Cardinality.ONE_TO_MANY, Cardinality.MANY_TO_MANY


@pytest.mark.parametrize(
    ("cardinalities", "trap"),
    [
        ([ONE, ONE], ""),
        ([Cardinality.ONE_TO_ONE, ONE], ""),
        ([MANY, ONE], "fan-out: rows of a are repeated for each row of b"),
        ([ONE, MANY], "chasm: rows of a meet all rows of c with the same row of b"),
        ([ONE, Cardinality.ONE_TO_ONE, MANY], "chasm: rows of a meet all rows of d with the same row of c"),
        ([ONE, BOTH], "chasm: rows of b and c meet many to many"),
    ],
)
def test_traps_are_named(cardinalities: list[Cardinality], trap: str) -> None:
    assert trap_of(cardinalities, "abcd") == trap


def test_two_of_many_copies_join_directly(tmp_path: Path, settings: Settings) -> None:
    shop = ("ashes", "birches", "cedars", "elms", "firs", "hollies", "larches", "oaks", "pines", "willows")
    for place in range(4 * len(shop)):
        folder = tmp_path / "lake" / f"wood {place // len(shop)}"
        folder.mkdir(parents=True, exist_ok=True)
        lines = ["tree_no,height"] + [f"TR-{number:04},{number % 9}" for number in range(40)]
        (folder / f"{shop[place % len(shop)]}.csv").write_text("\n".join(lines) + "\n")
    lake = Lake.index(tmp_path / "lake", tmp_path / "index", settings)
    found = lake.paths("wood 3/ashes.csv", "wood 3/willows.csv", PathRequest(k=1))
    rows = found.to_arrow().to_pylist()
    assert [(row["left_column"], row["right_table"], row["right_column"]) for row in rows] == [
        ("tree_no", "wood 3/willows.csv", "tree_no")
    ]
