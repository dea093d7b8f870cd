"""A table that maps codes to names joins a column of codes with one of names."""

from __future__ import annotations

import duckdb
import pytest

from lakeindex.join.bridge_table import BridgeTable
from lakeindex.join.condition import ByMapping
from lakeindex.join.side import JoinSide
from lakeindex.types.lake import TableId


def side(connection: duckdb.DuckDBPyConnection, name: str, place: int = 0) -> JoinSide:
    source = f"SELECT * FROM {name}"
    rows = connection.sql(f"SELECT count(*) FROM {name}").fetchall()[0][0]
    return JoinSide.open(connection, TableId(f"{name}.csv"), (source, source), [place], rows)


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    made.execute("CREATE TABLE sales AS SELECT * FROM (VALUES ('de'), ('FR '), ('it'), ('xx'), (NULL)) AS t(code)")
    made.execute("CREATE TABLE people AS SELECT * FROM (VALUES ('Germany'), ('france'), ('Spain')) AS t(country)")
    made.execute(
        "CREATE TABLE codes AS SELECT * FROM (VALUES ('DE', 'Germany'), ('FR', 'France'), ('IT', 'Italy'), "
        "('ES', 'Spain'), (NULL, 'France'), ('XX', NULL)) AS t(iso, name)"
    )
    return made


def test_values_meet_through_the_rows_of_the_bridge_table(connection: duckdb.DuckDBPyConnection) -> None:
    bridge = BridgeTable(side(connection, "codes", 0), side(connection, "codes", 1))
    condition = bridge.condition(side(connection, "sales"), side(connection, "people"))
    assert condition is not None
    assert isinstance(condition.rule, ByMapping)
    # The table has all four codes, and maps two of them to a person's country.
    assert condition.rule.pairs.to_pylist() == [
        {"left_value": "FR ", "right_value": "france", "probability": 0.4},
        {"left_value": "de", "right_value": "Germany", "probability": 0.4},
    ]
    assert (condition.matched, condition.precision) == (0.5, 0.4)
    assert condition.description == "indirect: codes.csv has 'iso' beside 'name'"


def test_a_code_with_several_names_is_worth_less(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("DELETE FROM sales WHERE code IN ('it', 'xx')")
    connection.execute("INSERT INTO codes VALUES ('DE', 'Spain')")
    bridge = BridgeTable(side(connection, "codes", 0), side(connection, "codes", 1))
    condition = bridge.condition(side(connection, "sales"), side(connection, "people"))
    assert condition is not None
    assert condition.precision == pytest.approx(2 / 3)
    assert condition.matched == 1.0


def test_a_bridge_table_of_something_else_gives_no_condition(connection: duckdb.DuckDBPyConnection) -> None:
    bridge = BridgeTable(side(connection, "codes", 1), side(connection, "codes", 0))
    assert bridge.condition(side(connection, "sales"), side(connection, "people")) is None
