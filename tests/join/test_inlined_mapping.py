"""A statement with the pairs of a mapping in it gives the same rows as the join, and needs no file of them."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pyarrow as pa
import pytest

from lakeindex import Lake
from lakeindex.errors import InvalidSetting
from lakeindex.join.condition import MAPPING_SCHEMA, ByMapping, JoinCondition
from lakeindex.join.inlined_mapping import MOST_PAIRS, inlined
from lakeindex.join.kinds import How
from lakeindex.join.plan import JoinPlan


@pytest.fixture
def plan(lake: Lake) -> JoinPlan:
    return lake.join("sales/orders.csv", "country", "geo/countries.csv", "name", match="exact")


def by(pairs: list[tuple[str, str, float]]) -> JoinCondition:
    rows = [dict(zip(MAPPING_SCHEMA.names, pair, strict=True)) for pair in pairs]
    return JoinCondition("semantic", ByMapping(pa.Table.from_pylist(rows, schema=MAPPING_SCHEMA)), 0.9, 0.5, "")


@pytest.mark.parametrize("how", list(How))
@pytest.mark.parametrize(
    "pairs", [[("fr", "France", 0.9), ("ci", "Côte d'Ivoire", 1.0)], [("it's", "no 'one", 0.5)], []]
)
def test_a_statement_with_its_mapping_gives_the_rows_of_the_join(
    plan: JoinPlan, how: How, pairs: list[tuple[str, str, float]]
) -> None:
    mapped = replace(plan, how=how, condition=by(pairs))
    rows = duckdb.sql(mapped.self_contained_sql()).fetchall()
    expected = zip(*(column.to_pylist() for column in mapped.to_arrow().columns), strict=True)
    assert sorted(rows, key=str) == sorted(expected, key=str)
    assert len(rows) == {How.INNER: 6 * bool(len(pairs) > 1)}.get(how, len(rows))


def test_a_statement_without_a_mapping_is_that_of_the_plan(plan: JoinPlan) -> None:
    assert plan.self_contained_sql() == plan.sql()


def test_values_stay_values_in_a_statement() -> None:
    pairs = by([("'); DROP TABLE x; --", "a\nb\u202e", 1e-7)]).rule
    assert isinstance(pairs, ByMapping)
    assert duckdb.sql(f"FROM {inlined(pairs.pairs)}").fetchall() == [("'); DROP TABLE x; --", "a\nb\u202e", 1e-7)]


def test_a_mapping_of_many_pairs_says_how_to_get_a_file(plan: JoinPlan) -> None:
    many = replace(plan, condition=by([(str(one), "x", 1.0) for one in range(MOST_PAIRS + 1)]))
    with pytest.raises(InvalidSetting, match=r"2,001 pairs of values, too many for a statement: .* --out FILE"):
        many.self_contained_sql()
