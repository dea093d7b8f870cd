"""A table as a DuckDB relation has the rows of `sql`, joins with others of its lake, and reaches no file."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from lakeindex import Lake, Settings
from lakeindex.errors import NotFound

ORDERS, COUNTRIES = "sales/orders.csv", "geo/countries.csv"


def test_a_relation_has_the_rows_and_types_of_the_table_each_time(lake: Lake) -> None:
    orders = lake.relation(ORDERS)
    assert orders.columns == ["order_id", "customer_id", "country"]
    assert list(map(str, orders.types)) == ["BIGINT", "BIGINT", "VARCHAR"]
    expected = sorted(lake.sql(f'SELECT * FROM "{ORDERS}"').to_pylist(), key=lambda row: row["order_id"])
    for _ in range(2):
        rows = sorted(orders.fetchall())
        assert rows == [tuple(row.values()) for row in expected]
    assert orders.filter("country = 'fr'").aggregate("count(*), min(order_id)").fetchall() == [(6, 6)]


def test_relations_of_one_lake_join(lake: Lake) -> None:
    orders, countries = lake.relation(ORDERS).set_alias("o"), lake.relation(COUNTRIES).set_alias("c")
    joined = orders.join(countries, "upper(o.country) = c.code").aggregate("count(*), count(DISTINCT c.name)")
    assert joined.fetchall() == [(40, 6)]


def test_a_relation_reaches_no_file_and_changes_no_setting(lake: Lake, lake_folder: Path, tmp_path: Path) -> None:
    orders = lake.relation(ORDERS)
    for folder in (lake_folder, tmp_path):
        for write in (orders.write_csv, orders.write_parquet):
            with pytest.raises(duckdb.Error, match="disabled by configuration"):
                write(str(folder / "written"))
        assert not (folder / "written").exists()
    for statement in (
        f"SELECT * FROM read_csv('{lake_folder / COUNTRIES}')", "COPY t TO '/tmp/copied.csv'",
        f"ATTACH '{tmp_path / 'new.db'}' AS new", "SET enable_external_access = true", "INSTALL httpfs",
    ):  # fmt: skip
        with pytest.raises(duckdb.Error):
            orders.query("t", statement)
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_is_not_there_or_not_allowed_is_an_error(lake: Lake, settings: Settings) -> None:
    with pytest.raises(NotFound, match=r"the nearest: 'geo/countries\.csv'"):
        lake.relation("geo/country.csv")
    restricted = Lake.open(lake.settings.index, settings, allowed=["geo/*"])
    assert restricted.relation(COUNTRIES).count("*").fetchall() == [(8,)]
    with pytest.raises(NotFound, match=r"the index has no table 'sales/orders\.csv'"):
        restricted.relation(ORDERS)


def test_rows_of_a_closed_lake_are_gone(lake: Lake) -> None:
    countries = lake.relation(COUNTRIES)
    lake.close()
    with pytest.raises(duckdb.Error, match="this lake is closed"):
        countries.fetchall()
