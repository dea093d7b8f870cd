"""Statements against an oracle that compares every left row with every right one."""

from __future__ import annotations

from collections import Counter

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.join.condition import MAPPING_SCHEMA, VALUE, ByExpression, ByMapping, JoinCondition
from lakeindex.join.counts import JoinCounts
from lakeindex.join.kinds import How
from lakeindex.join.side import JoinSide
from lakeindex.join.statement import JoinSql, right_names
from lakeindex.sql import quoted
from lakeindex.types.lake import TableId

Column = list[str | None]

LOWER = JoinCondition("normalised", ByExpression(f"lower({VALUE})", f"lower({VALUE})"), 0.75, 1.0, "")
EXACT = JoinCondition("exact", ByExpression(VALUE, VALUE), 1.0, 1.0, "")
MAPPED = {("a", "B"): 0.9, ("a", "c"): 0.8, ("b", "c"): 0.7, ("z", "c"): 0.6, ("A", "gone"): 0.5}


def mapping() -> JoinCondition:
    rows = [{"left_value": one, "right_value": two, "probability": p} for (one, two), p in MAPPED.items()]
    return JoinCondition("fuzzy", ByMapping(pa.Table.from_pylist(rows, schema=MAPPING_SCHEMA)), 0.9, 1.0, "")


def probability(condition: JoinCondition, left: str | None, right: str | None) -> float | None:
    if left is None or right is None:
        return None
    if isinstance(condition.rule, ByMapping):
        return MAPPED.get((left, right))
    if left == right:
        return 1.0
    return condition.precision if condition is LOWER and left.lower() == right.lower() else None


def side(connection: duckdb.DuckDBPyConnection, name: str, values: pa.Array) -> JoinSide:
    connection.register("incoming", pa.table({"key": values, f'{name} "row': pa.array(range(len(values)), pa.int64())}))
    connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming")
    connection.unregister("incoming")
    source = f"SELECT * FROM {name}"
    return JoinSide.open(connection, TableId(f"{name}s.csv"), (source, source), [0], len(values))


def statements(condition: JoinCondition, left: pa.Array, right: pa.Array) -> tuple[duckdb.DuckDBPyConnection, JoinSql]:
    connection = duckdb.connect()
    if isinstance(condition.rule, ByMapping):
        connection.register("mapping", condition.rule.pairs)
    sides = side(connection, "left_one", left), side(connection, "right_one", right)
    return connection, JoinSql(*sides, condition, "left_one", "right_one", "mapping")


def expected_rows(condition: JoinCondition, left: Column, right: Column, how: How) -> Counter[tuple[object, ...]]:
    pairs = [
        (i, j)
        for i, one in enumerate(left)
        for j, other in enumerate(right)
        if probability(condition, one, other) is not None
    ]
    lonely = [i for i in range(len(left)) if i not in {i for i, _ in pairs}]
    if how is How.ANTI:
        return Counter((left[i], i) for i in lonely)
    rows: list[tuple[object, ...]] = [(left[i], i, right[j], j) for i, j in pairs]
    if how is not How.INNER:
        rows += [(left[i], i, None, None) for i in lonely]
    if how is How.FULL:
        rows += [(None, None, right[j], j) for j in range(len(right)) if j not in {j for _, j in pairs}]
    return Counter(rows)


columns = st.lists(st.sampled_from(["a", "A", "b", "B", "c", "z", "", None]), max_size=7)


@settings(max_examples=40, deadline=None)
@given(columns, columns, st.sampled_from([EXACT, LOWER, mapping()]))
def test_a_statement_gives_the_rows_that_comparing_every_pair_gives(
    left: Column, right: Column, condition: JoinCondition
) -> None:
    connection, sql = statements(condition, pa.array(left, pa.string()), pa.array(right, pa.string()))
    counts = JoinCounts(**connection.sql(sql.counts()).to_arrow_table().to_pylist()[0])
    for how in How:
        expected = expected_rows(condition, left, right, how)
        assert Counter(connection.sql(sql.joined(how)).fetchall()) == expected
        assert counts.rows(how) == expected.total()
    pairs = [
        (i, j, probability(condition, one, other))
        for i, one in enumerate(left)
        for j, other in enumerate(right)
        if probability(condition, one, other) is not None
    ]
    assert connection.sql(sql.rows()).fetchall() == pairs
    assert counts.left_matched == len({i for i, _, _ in pairs})
    assert counts.right_matched == len({j for _, j, _ in pairs})


@pytest.mark.parametrize(
    ("left", "right", "condition"),
    [
        (pa.array([1], pa.int32()), pa.array([1], pa.int64()), 'l."key" = r."key"'),
        (pa.array(["1"]), pa.array(["1"]), 'l."key" = r."key"'),
        (pa.array([1.5]), pa.array([1.5]), 'l."key" = r."key"'),
        (pa.array([1]), pa.array(["1"]), 'CAST(l."key" AS VARCHAR) = r."key"'),
        (pa.array([1.5]), pa.array([1]), 'CAST(l."key" AS VARCHAR) = CAST(r."key" AS VARCHAR)'),
    ],
)
def test_values_of_one_type_are_compared_as_they_are_and_others_as_text(
    left: pa.Array, right: pa.Array, condition: str
) -> None:
    _, sql = statements(EXACT, left, right)
    assert sql.joined(How.INNER).endswith(f"ON {condition}")


def test_the_right_columns_are_renamed_where_a_left_one_has_their_name() -> None:
    connection = duckdb.connect()
    connection.execute(
        'CREATE TABLE l (id INT, "name (cities)" INT, name INT); CREATE TABLE r ("ID" INT, "Name" INT, x INT)'
    )
    left = JoinSide.open(connection, TableId("a.csv"), ("SELECT * FROM l",) * 2, [0], 0)
    right = JoinSide.open(connection, TableId("geo/cities.parquet"), ("SELECT * FROM r",) * 2, [0], 0)
    assert right_names(left, right) == ["ID (cities)", "Name (cities) (2)", "x"]


def test_a_side_gives_its_distinct_values_as_text_and_the_rows_of_each() -> None:
    connection = duckdb.connect()
    one = side(connection, "dates", pa.array([20, None, 3, 20], pa.date32()))
    assert one.sql_type == "DATE"
    assert one.distinct_texts().type == pa.large_string()
    assert one.distinct_texts().to_pylist() == ["1970-01-04", "1970-01-21"]
    assert one.distinct_texts(1).to_pylist() == ["1970-01-04"]
    assert one.counted_texts().to_pydict() == {"value": ["1970-01-04", "1970-01-21"], "rows": [1, 2]}
    empty = side(connection, "nothing", pa.array([], pa.string()))
    assert empty.distinct_texts().to_pylist() == []


def test_names_with_quotes_stay_names() -> None:
    assert quoted('a"b') == '"a""b"'


def test_a_key_takes_the_name_of_no_column() -> None:
    connection = duckdb.connect()
    connection.execute("""CREATE TABLE l AS SELECT 'A' AS key, 1 AS "Join Key"; CREATE TABLE r AS SELECT 'a' AS key""")
    left = JoinSide.open(connection, TableId("l.csv"), ("SELECT * FROM l",) * 2, [0], 1)
    right = JoinSide.open(connection, TableId("r.csv"), ("SELECT * FROM r",) * 2, [0], 1)
    found = connection.sql(JoinSql(left, right, LOWER, "l", "r", "").joined(How.FULL))
    assert (found.columns, found.fetchall()) == (["key", "Join Key", "key (r)"], [("A", 1, "a")])
