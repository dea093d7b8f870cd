"""A statement that fails over a name says which tables there are."""

from __future__ import annotations

import duckdb
import pytest

from lakeindex.catalog.statement_errors import rejecting
from lakeindex.errors import LakeIndexError, NotFound

TABLES = ("geo/countries.csv", "geo/cities.csv", 'a "b".csv', "sales/orders.csv")


def failed(sql: str, tables: tuple[str, ...] = TABLES) -> LakeIndexError:
    with (
        duckdb.connect(config={"enable_external_access": "false"}) as connection,
        pytest.raises(LakeIndexError) as caught,
        rejecting(sql, lambda: tables),
    ):
        connection.sql(sql)
    return caught.value


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT * FROM contries", 'no table "contries"; the nearest: "geo/countries.csv"'),
        ('SELECT * FROM "geo/country.csv"', 'no table "geo/country.csv"; the nearest: "geo/countries.csv"'),
        ("SELECT 1 FROM 'sales/order.csv'", 'no table "sales/order.csv"; the nearest: "sales/orders.csv"'),
        ("SELECT * FROM zzzzqqqq", 'some of those there are: "geo/countries.csv", "geo/cities.csv", "a ""b"".csv"; `'),
    ],
)
def test_a_table_that_is_not_there_is_not_found_and_the_nearest_are_named_quoted(sql: str, message: str) -> None:
    error = failed(sql)
    assert isinstance(error, NotFound)
    assert message in str(error)


def test_of_a_lake_without_tables_it_is_said() -> None:
    assert str(failed("SELECT * FROM x", ())) == 'the lake has no table "x"; it has none'


def test_a_name_without_quotes_is_shown_with_them() -> None:
    error = failed("SELECT * FROM geo/countries.csv")
    assert not isinstance(error, NotFound)
    assert str(error).endswith('\n\na table\'s name stands in double quotes: "geo/countries.csv"')


@pytest.mark.parametrize(
    "sql", ["SELECT * FROM read_csv('/etc/passwd')", "SELECT nothing", 'SELECT "geo/countries.csv"']
)
def test_other_errors_stay_what_they_are(sql: str) -> None:
    error = failed(sql)
    assert not isinstance(error, NotFound)
    assert "DuckDB can't run this" in str(error) and "double quotes" not in str(error)
