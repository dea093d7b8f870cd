"""A list column is its elements: statements against an oracle that compares every element with every other."""

from __future__ import annotations

import json
from collections import Counter

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.errors import InvalidSetting, LakeIndexError
from lakeindex.join.choose import Chooser
from lakeindex.join.condition import JoinCondition
from lakeindex.join.counts import JoinCounts
from lakeindex.join.dialects import DIALECTS, translate
from lakeindex.join.kinds import AsOf, How, MatchKind
from lakeindex.join.side import JoinSide
from lakeindex.join.statement import JoinSql
from lakeindex.join.temporal.asof import asof_condition
from lakeindex.types.lake import TableId
from tests.join.test_statement import EXACT, LOWER, mapping, probability, side

Cell = list[str | None] | None
Cells = list[Cell]

elements = st.sampled_from(["a", "A", "b", "B", "c", "z", "", 'q"x', "[1]", None])
lists = st.lists(st.one_of(st.none(), st.lists(elements, max_size=4)), max_size=6)
# A column of nothing but "[1]" would be one of lists itself.
singles = st.lists(elements.filter(lambda text: text != "[1]"), max_size=6)


def as_json(cells: Cells) -> pa.Array:
    return pa.array([None if cell is None else json.dumps(cell) for cell in cells], pa.string())


def as_lists(cells: Cells) -> pa.Array:
    return pa.array(cells, pa.list_(pa.string()))


def statements(condition: JoinCondition, left: pa.Array, right: pa.Array) -> tuple[duckdb.DuckDBPyConnection, JoinSql]:
    connection = duckdb.connect()
    if condition.match == "fuzzy":
        connection.register("mapping", condition.rule.pairs)  # type: ignore[union-attr]
    sides = side(connection, "left_one", left), side(connection, "right_one", right)
    return connection, JoinSql(*sides, condition, "left_one", "right_one", "mapping")


def certain(condition: JoinCondition, left: Cell, right: Cell) -> float | None:
    """Return how probable it is that two rows are partners; None where they aren't."""
    found = [probability(condition, one, other) for one in left or [] for other in right or []]
    return max((one for one in found if one is not None), default=None)


def check(condition: JoinCondition, left: Cells, right: Cells, arrays: tuple[pa.Array, pa.Array]) -> None:
    connection, sql = statements(condition, *arrays)
    pairs = {
        (i, j): found
        for i, one in enumerate(left)
        for j, other in enumerate(right)
        if (found := certain(condition, one, other)) is not None
    }
    lonely = [i for i in range(len(left)) if i not in {i for i, _ in pairs}]
    others = [j for j in range(len(right)) if j not in {j for _, j in pairs}]
    expected = {
        How.INNER: Counter(pairs.keys()),
        How.LEFT: Counter([*pairs, *((i, None) for i in lonely)]),
        How.FULL: Counter([*pairs, *((i, None) for i in lonely), *((None, j) for j in others)]),
        How.ANTI: Counter((i,) for i in lonely),
    }
    assert connection.sql(sql.rows()).fetchall() == [(i, j, pairs[i, j]) for i, j in sorted(pairs)]
    counts = JoinCounts(**connection.sql(sql.counts()).to_arrow_table().to_pylist()[0])
    for how in How:
        found = connection.sql(sql.joined(how)).fetchall()
        assert Counter((row[1],) if how is How.ANTI else (row[1], row[3]) for row in found) == expected[how]
        assert counts.rows(how) == expected[how].total()
    assert counts.left_matched == len({i for i, _ in pairs})
    assert counts.right_matched == len({j for _, j in pairs})
    assert counts.left_valued == sum(any(one is not None for one in cell or []) for cell in left)
    most = connection.sql(sql.repeats()).fetchall()[0][0]
    assert most >= max(Counter(i for i, _ in pairs).values(), default=0) or condition.match == "fuzzy"


@settings(max_examples=40, deadline=None)
@given(lists, singles, st.sampled_from([EXACT, LOWER, mapping()]), st.booleans())
def test_a_list_meets_what_any_of_its_elements_meets(
    left: Cells, right: list[str | None], condition: JoinCondition, is_json: bool
) -> None:
    cells = [[one] for one in right]
    write = as_json if is_json else as_lists
    check(condition, left, cells, (write(left), pa.array(right, pa.string())))
    check(condition, cells, left, (pa.array(right, pa.string()), write(left)))


@settings(max_examples=40, deadline=None)
@given(lists, lists, st.sampled_from([EXACT, LOWER, mapping()]), st.booleans())
def test_two_lists_are_partners_once_however_many_elements_meet(
    left: Cells, right: Cells, condition: JoinCondition, is_json: bool
) -> None:
    check(condition, left, right, (as_lists(left), as_json(right) if is_json else as_lists(right)))


def test_rows_with_the_same_list_stay_apart() -> None:
    check(
        EXACT, [["a", "b"], ["a", "b"]], [["a"], ["b"], ["a"]], (as_json([["a", "b"]] * 2), pa.array(["a", "b", "a"]))
    )


@pytest.mark.parametrize(
    ("values", "sql_type", "expected"),
    [
        (pa.array([[3, 1, 3], [], None, [2, None]]), "BIGINT", {1: 1, 2: 1, 3: 1}),
        (pa.array(["[3, 1, 3]", "[]", None, "[2, null]"]), "BIGINT", {1: 1, 2: 1, 3: 1}),
        (pa.array([[1, 2], [2, 3]], pa.list_(pa.int16(), 2)), "SMALLINT", {1: 1, 2: 2, 3: 1}),
        (pa.array([[["x"], ["y", "x"]], [[]]]), "VARCHAR", {"x": 1, "y": 1}),
        (pa.array(['[["x"], ["y", ["x"]]]', "[[]]"]), "VARCHAR", {"x": 1, "y": 1}),
        (pa.array([[{"k": "x", "n": 7}], [{"k": "y", "n": 7}]]), "VARCHAR", {"7": 2, "x": 1, "y": 1}),
        (pa.array(['[{"k": "x", "n": {"m": 7}}]', '[{"k": "y"}]']), "VARCHAR", {"7": 1, "x": 1, "y": 1}),
        (pa.array(["[1.5, 2]", "[2]"]), "DOUBLE", {"1.5": 1, "2.0": 2}),
        (pa.array(["[9007199254740993, 1.5]"]), "VARCHAR", {"1.5": 1, "9007199254740993": 1}),
        (pa.array(["[123456789012345678901234567890]"]), "VARCHAR", {"123456789012345678901234567890": 1}),
        (pa.array(["[true, false]"]), "BOOLEAN", {"false": 1, "true": 1}),
        (pa.array(['["a", "b"]', '["b"]', "b", "[no list"]), "VARCHAR", {"[no list": 1, "a": 1, "b": 3}),
        (pa.array(["[]", "[]"]), "VARCHAR", {}),
    ],
)  # fmt: skip
def test_the_values_of_a_side_are_the_elements_of_its_lists(
    values: pa.Array, sql_type: str, expected: dict[object, int]
) -> None:
    one = side(duckdb.connect(), "x", values)
    assert (one.has_lists, one.sql_type) == (True, sql_type)
    counted = one.counted_texts().to_pydict()
    assert dict(zip(counted["value"], counted["rows"], strict=True)) == {str(key): n for key, n in expected.items()}
    assert one.distinct_texts().to_pylist() == sorted(map(str, expected))


@pytest.mark.parametrize("texts", [["[sic]", "[2]"], ["a", "[1]", "b"], ["{}", "{}"], [None, None], ["[1, 2", "[3"]])
def test_text_that_only_looks_like_a_list_stays_text(texts: list[str | None]) -> None:
    one = side(duckdb.connect(), "x", pa.array(texts, pa.string()))
    expected = sorted({text for text in texts if text is not None})
    if texts == ["[sic]", "[2]"]:
        # One value of two is a list: enough.
        assert one.distinct_texts().to_pylist() == ["2", "[sic]"]
    else:
        assert not one.has_lists
        assert one.distinct_texts().to_pylist() == expected


def two_columns(rows: list[tuple[Cell, str | None]], name: str, connection: duckdb.DuckDBPyConnection) -> JoinSide:
    table = pa.table({"k": as_json([one for one, _ in rows]), "g": pa.array([other for _, other in rows], pa.string())})
    connection.register("incoming", table)
    connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
    return JoinSide.open(connection, TableId(f"{name}.csv"), (f"SELECT * FROM {name}",) * 2, [0, 1], len(rows))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(lists.map(lambda cells: cells[0] if cells else None), elements), max_size=6))
def test_further_columns_are_equal_in_the_same_pair_of_rows(rows: list[tuple[Cell, str | None]]) -> None:
    connection = duckdb.connect()
    left, right = two_columns(rows, "l", connection), two_columns(rows[::-1], "r", connection)
    expected = [
        (i, j)
        for i, (one, group) in enumerate(rows)
        for j, (other, partner) in enumerate(rows[::-1])
        if group is not None and group == partner and {*(one or [])} & {*(other or [])} - {None}
    ]
    found = connection.sql(JoinSql(left, right, EXACT, "l", "r", "").rows()).fetchall()
    assert [(i, j) for i, j, _ in found] == expected


def test_a_left_row_counts_as_matched_where_any_element_is() -> None:
    connection = duckdb.connect()
    cells: Cells = [["x1", "gone"], ["x2", "x3", "none"], ["away"], [], None]
    left = side(connection, "l", as_json(cells))
    right = side(connection, "r", pa.array(["x1", "X2 ", "x3"]))
    for match, share in ((MatchKind.EXACT, 2 / 3), (MatchKind.NORMALISED, 2 / 3)):
        condition, _ = Chooser(left, right, 0.5).choose(match)
        assert condition.matched == pytest.approx(share)
        counts = connection.sql(JoinSql(left, right, condition, "l", "r", "").counts()).to_arrow_table().to_pylist()[0]
        assert JoinCounts(**counts).match_rate == pytest.approx(share)


def test_an_as_of_join_of_lists_is_refused() -> None:
    connection = duckdb.connect()
    left = side(connection, "l", pa.array([[1, 2], [3]]))
    right = side(connection, "r", pa.array([1, 2]))
    with pytest.raises(InvalidSetting, match=r"ls\.csv · key holds lists: join by another --match, which takes each"):
        asof_condition(left, right, AsOf())


@pytest.mark.parametrize("dialect", [one for one in DIALECTS if one != "duckdb"])
def test_other_dialects_refuse_lists(dialect: str) -> None:
    _, sql = statements(EXACT, as_json([["a"]]), pa.array(["a"]))
    with pytest.raises(LakeIndexError, match=f"{dialect} can't express this join, as a column of it holds lists"):
        translate(sql.joined(How.INNER), dialect)


def test_moments_in_lists_meet_as_moments() -> None:
    connection = duckdb.connect()
    zoned: Cells = [[f"2024-03-{day:02d}T00:30:07+01:00", f"2024-04-{day:02d}T07:00:09Z"] for day in range(1, 21)]
    utc = [f"2024-04-{day:02d} 07:00:09+00" for day in range(1, 11)] + [
        "2024-03-01 23:30:07+00",
        "2024-03-01 00:30:07+00",
    ]
    left, right = side(connection, "l", as_json(zoned)), side(connection, "r", pa.array(utc))
    condition, _ = Chooser(left, right, 0.9).choose(MatchKind.AUTO)
    assert condition.match == "temporal"
    assert condition.matched == pytest.approx(10 / 20)
    found = connection.sql(JoinSql(left, right, condition, "l", "r", "").rows()).fetchall()
    assert [(i, j) for i, j, _ in found] == sorted([*((day, day) for day in range(10)), (1, 10)])
