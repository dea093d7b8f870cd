"""Tables that can be put below another: which, by which columns, and the statement, whose rows are counted."""

from __future__ import annotations

import random

import duckdb
import pytest

from lakeindex import Lake, Settings
from lakeindex.errors import InvalidSetting, NotFound
from lakeindex.lake_map.union.union_sql import union_sql

TOWNS = ["Bergen", "Lyon", "Porto", "Graz", "Turku", "Ghent", "Split", "Varna"]
GOODS = ["lamp", "table", "chair", "shelf", "clock", "mirror", "carpet"]


def orders(seed: int, header: str, has_note: bool = False) -> str:
    draw = random.Random(seed)
    lines = [header]
    for place in range(60):
        cells = [f"SO-{seed}{place:04}", draw.choice(TOWNS), draw.choice(GOODS), f"{draw.random() * 300:.2f}"]
        lines.append(",".join([*cells, f"note {place}"] if has_note else cells))
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Lake:
    folder = tmp_path_factory.mktemp("unions")
    (folder / "orders_2023.csv").write_text(orders(3, "order_no,town,article,price"))
    (folder / "orders_2024.csv").write_text(orders(4, "orderNo,Town,article,unit_price,note", has_note=True))
    stars = [f"HD {place},{-place / 7:.3f},{place * 3.1:.1f}" for place in range(50)]
    (folder / "stars.csv").write_text("\n".join(["designation,magnitude,parallax", *stars]) + "\n")
    return Lake.index(folder, tmp_path_factory.mktemp("index"), settings)


def test_a_table_with_the_same_attributes_comes_first(lake: Lake) -> None:
    found = lake.union("orders_2023.csv")
    assert found.to_arrow().to_pylist()[0] | {"score": 1} == {"rank": 1, "table": "orders_2024.csv", "score": 1}
    aligned = {row["column"]: row["own_column"] for row in found.alignment().to_pylist()}
    assert aligned == {"orderNo": "order_no", "Town": "town", "article": "article", "unit_price": "price"}
    assert "stars.csv" not in {one.table for one in found.tables}


def test_the_statement_gives_the_rows_and_columns_of_both(lake: Lake) -> None:
    rows = duckdb.sql(lake.union("orders_2023.csv").sql("orders_2024.csv")).to_arrow_table()
    assert rows.column_names == ["order_no", "town", "article", "price", "note"]
    assert rows.num_rows == 120
    assert [rows[name].null_count for name in rows.column_names] == [0, 0, 0, 0, 60]


def test_tables_without_a_common_attribute_have_no_union(lake: Lake) -> None:
    assert lake.union("stars.csv").tables == []
    with pytest.raises(InvalidSetting, match="has no attribute of"):
        lake.union("stars.csv").sql("orders_2023.csv")
    with pytest.raises(NotFound, match="the nearest"):
        lake.union("star.csv")


def test_attributes_of_two_types_are_put_together_as_text() -> None:
    sides = [("id", "BIGINT"), ("x", "DATE")], [("ID", "VARCHAR"), ("y", "DATE"), ("x", "BIGINT")]
    rows = (
        "SELECT 1::BIGINT AS id, DATE '2024-01-02' AS x",
        "SELECT 'a' AS \"ID\", DATE '2024-05-06' AS y, 7::BIGINT AS x",
    )
    joined = duckdb.sql(union_sql(sides, rows, {"id": "ID"})).to_arrow_table()
    assert joined.column_names == ["id", "x", "y", "x (2)"]
    day = joined["x"].to_pylist()[0]
    assert [list(row.values()) for row in joined.to_pylist()] == [
        ["1", day, None, None], ["a", None, joined["y"].to_pylist()[1], 7],
    ]  # fmt: skip
