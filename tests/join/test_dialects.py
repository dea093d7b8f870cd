"""Statements for other engines are in their SQL, and name tables where DuckDB reads files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
import sqlglot
from sqlglot import exp

from lakeindex import Lake
from lakeindex.canonical.column_reading import ColumnReading, DateOrder
from lakeindex.canonical.sql_keys import Occurring, key_sql, ordered_sql
from lakeindex.errors import InvalidSetting, MissingExtra
from lakeindex.join.condition import MAPPING_SCHEMA, ByExpression, ByMapping, JoinCondition
from lakeindex.join.dialects import DIALECTS, translate
from lakeindex.join.key_conditions import normal_value
from lakeindex.join.kinds import How
from lakeindex.join.plan import JoinPlan

OTHERS = [dialect for dialect in DIALECTS if dialect != "duckdb"]


@pytest.fixture(autouse=True)
def deep() -> Iterator[None]:
    """A statement nests as many calls as values are rewritten in ways, and here it is parsed once more."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    yield
    sys.setrecursionlimit(limit)


@pytest.fixture
def plan(lake: Lake) -> JoinPlan:
    return lake.join("sales/orders.csv", "country", "geo/hauptstädte.csv.gz", "land", match="exact")


def normal_key(value: str = "{value}") -> str:
    reading = ColumnReading(has_decimal_comma=True, date_order=DateOrder.DAY_FIRST)
    occurring = Occurring("éß\u200b")
    return key_sql(ordered_sql(normal_value(value), reading, occurring), reading, occurring)


def conditions() -> list[JoinCondition]:
    empty = pa.table({name: [] for name in MAPPING_SCHEMA.names}).cast(MAPPING_SCHEMA)
    forms = [normal_value(), normal_key(), "{value}"]
    return [
        *(JoinCondition("normalised", ByExpression(form, form), 0.9, 0.5, "") for form in forms),
        JoinCondition("fuzzy", ByMapping(empty), 0.9, 0.5, ""),
    ]


@pytest.mark.parametrize("dialect", OTHERS)
@pytest.mark.parametrize("how", list(How))
def test_every_join_can_be_written_in_every_dialect(plan: JoinPlan, tmp_path: Path, dialect: str, how: How) -> None:
    for condition in conditions():
        translation = replace(plan, how=how, condition=condition).sql(dialect, tmp_path / "out.csv", force=True)
        again = sqlglot.parse_one(translation, read=dialect)
        assert again.sql(dialect=dialect, pretty=True) == translation
        # What BigQuery quotes in one, it still takes apart at points.
        tables = {".".join(part.name for part in table.parts) for table in again.find_all(exp.Table)}
        mapping = {"out.csv.mapping.parquet"} if isinstance(condition.rule, ByMapping) else set()
        assert tables == {"sales/orders.csv", "geo/hauptstädte.csv.gz"} | mapping
        for gone in ("read_csv", "read_parquet", "strip_accents"):
            assert gone not in translation.lower()


def test_a_spark_replacement_refers_to_groups_as_java_does(plan: JoinPlan) -> None:
    translation = replace(plan, condition=conditions()[1]).sql("spark")
    assert "'$3-$2-$1$4'" in translation
    assert "'\\\\1" not in translation


def test_where_classes_of_unicode_are_unknown_those_of_the_locale_stand() -> None:
    sql = f"SELECT {normal_key('name')} FROM t"
    for dialect, known in (("postgres", False), ("snowflake", False), ("bigquery", True), ("spark", True)):
        assert ("p{L}" in translate(sql, dialect)) is known
        assert ("[:alnum:]" in translate(sql, dialect)) is not known


def test_accents_are_taken_off_letters_as_duckdb_does_it() -> None:
    translation = translate("SELECT strip_accents(name) FROM t", "postgres")
    accented, plain = (
        literal.this for literal in sqlglot.parse_one(translation, read="postgres").find_all(exp.Literal)
    )
    assert {"é", "ü", "ş", "ế", "ñ"} <= set(accented)
    with duckdb.connect() as connection:
        assert connection.execute("SELECT strip_accents(?)", [accented]).fetchall() == [(plain,)]


def test_an_unknown_dialect_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidSetting, match="there is no dialect 'cobol'; there are: duckdb, postgres, snowflake"):
        translate("SELECT 1", "cobol")


def test_without_sqlglot_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlglot", None)
    with pytest.raises(MissingExtra, match=r"lakeindex\[sql\]"):
        translate("SELECT 1", "postgres")
