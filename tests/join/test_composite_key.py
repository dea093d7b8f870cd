"""Columns that are a key only together are found, the fewest of them, and not where any columns would be."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from click.testing import CliRunner

from lakeindex import Lake, Settings
from lakeindex.errors import InvalidSetting
from lakeindex.join.composite_key import complements
from lakeindex.join.side import JoinSide
from lakeindex.serve.cli.main import cli
from lakeindex.types.lake import TableId


def side(table: pa.Table, column: str) -> JoinSide:
    connection = duckdb.connect()
    connection.register("incoming", table)
    connection.execute("CREATE TABLE t AS SELECT * FROM incoming")
    sources = ("SELECT * FROM t",) * 2
    return JoinSide.open(connection, TableId("t.csv"), sources, [table.column_names.index(column)], table.num_rows)


def grid() -> pa.Table:
    """One row for each of 20 years and 15 countries, and columns that are independent of both."""
    cells = list(product(range(2000, 2020), [f"country {number}" for number in range(15)]))
    return pa.table(
        {
            "year": [year for year, _ in cells],
            "country": [country for _, country in cells],
            "flag": [place % 2 for place in range(len(cells))],
            "row": list(range(len(cells))),
        }
    )


def test_two_columns_that_are_a_key_together_are_found() -> None:
    assert complements(side(grid(), "year"), ["flag", "country"]) == [("country",)]


def test_a_column_that_is_a_key_needs_no_other() -> None:
    assert complements(side(grid(), "row"), ["year", "country"]) == []


def test_three_columns_are_a_key_where_no_two_are() -> None:
    cells = list(product(range(12), range(11), range(10)))
    table = pa.table({name: [cell[place] for cell in cells] for place, name in enumerate("abc")})
    assert complements(side(table, "a"), ["b", "c"]) == [("b", "c")]


def test_one_further_column_that_makes_no_key_is_none() -> None:
    assert complements(side(grid(), "flag"), ["year"]) == []


def test_what_is_unique_in_any_small_table_is_no_key() -> None:
    # Of 12 rows with 12 x 12 possible combinations, none would agree by chance either.
    table = pa.table({"a": [place // 2 for place in range(12)], "b": [place * 7 % 12 // 2 for place in range(12)]})
    assert complements(side(table, "a"), ["b"]) == []


def test_rows_without_a_value_identify_nothing() -> None:
    table = grid().append_column("empty", pa.array([None] * 300, pa.int64()))
    assert complements(side(table, "year"), ["empty", "country"]) == [("country",)]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    folder = tmp_path / "lake"
    folder.mkdir()
    years, countries = (
        range(2000, 2020),
        ["Austria", "Belgium", "Chile", "Denmark", "Egypt", "France", "Ghana", "Haiti"],
    )
    cells = list(product(years, countries))
    gdp = ["year,country,gdp", *(f"{year},{country},{place}" for place, (year, country) in enumerate(cells))]
    people = [
        "year,country,people",
        *(f"{year},{country},{-place}" for place, (year, country) in enumerate(cells[::2])),
    ]
    (folder / "gdp.csv").write_text("\n".join(gdp) + "\n")
    (folder / "people.csv").write_text("\n".join(people) + "\n")
    return Lake.index(folder, tmp_path / "index", Settings(model="hashing"))


def test_columns_meet_together(lake: Lake) -> None:
    plan = lake.join("gdp.csv", "year", "people.csv", "year", also=[("country", "country")])
    joined = plan.to_arrow()
    assert joined.num_rows == 80
    assert joined["country"].to_pylist() == joined["country (people)"].to_pylist()
    assert plan.rows().to_pylist()[1] == {"left_row": 2, "right_row": 1, "probability": 1.0}
    with duckdb.connect() as connection:
        assert connection.sql(plan.sql()).to_arrow_table().num_rows == 80


def test_a_join_that_multiplies_rows_is_reported_with_a_key(lake: Lake, tmp_path: Path) -> None:
    assert lake.complements("gdp.csv", "year", "people.csv", "year") == [(("country", "country"),)]
    command = ["join", "gdp.csv", "year", "people.csv", "year", "--index", str(tmp_path / "index"), "-o", "csv"]
    errors = CliRunner().invoke(cli, command).stderr
    assert "--also country country" in errors
    assert "--also" not in CliRunner().invoke(cli, [*command, "--also", "country", "country"]).stderr


def test_no_more_than_three_columns_meet_together(lake: Lake) -> None:
    with pytest.raises(InvalidSetting, match="up to 3 different columns"):
        lake.join("gdp.csv", "year", "people.csv", "year", also=[("year", "country")])
