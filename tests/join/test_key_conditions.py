"""Keys in SQL are the normal forms of profiles, and their precision is estimated from their collisions."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.errors import InvalidSetting
from lakeindex.join.choose import Chooser
from lakeindex.join.condition import JoinCondition
from lakeindex.join.key_conditions import (
    exact_condition,
    normal_forms,
    normal_value,
)
from lakeindex.join.key_counter import KeyCounter
from lakeindex.join.kinds import MatchKind
from lakeindex.join.side import JoinSide
from lakeindex.profile.normalise import is_missing, normal_values
from lakeindex.types.lake import TableId


def in_sql(expression: str, texts: list[str]) -> list[str | None]:
    with duckdb.connect() as connection:
        connection.register("texts", pa.table({"value": pa.array(texts, pa.string()), "n": range(len(texts))}))
        sql = f"SELECT {expression.replace('{value}', 'value')} AS key FROM texts ORDER BY n"
        return [key for (key,) in connection.sql(sql).fetchall()]


def choose(
    pair: tuple[JoinSide, JoinSide], match: MatchKind, precision: float
) -> tuple[JoinCondition, tuple[JoinCondition, ...]]:
    return Chooser(*pair, precision).choose(match)


def sides(left: pa.Array, right: pa.Array) -> tuple[JoinSide, JoinSide]:
    connection = duckdb.connect()
    made = []
    for name, values in (("l", left), ("r", right)):
        connection.register("incoming", pa.table({"key": values}))
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
        source = f"SELECT * FROM {name}"
        made.append(JoinSide.open(connection, TableId(f"{name}.csv"), (source, source), [0], len(values)))
    return made[0], made[1]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(st.sampled_from("aAéÉ .0179-+?n/ul\t"), max_size=6), min_size=1, max_size=20))
def test_the_normal_value_is_that_of_profiles(texts: list[str]) -> None:
    values = normal_values(pa.array(texts, pa.large_string()))
    kept = [None if gone else one for one, gone in zip(values.to_pylist(), is_missing(values).to_pylist(), strict=True)]
    assert in_sql(normal_value(), texts) == kept


@pytest.mark.parametrize(("one", "other"), [("-5", "5"), ("1.5", "1 5"), ("C++", "C"), ("C#", "C"), ("5 %", "5")])
def test_words_tell_apart_what_a_sign_tells_apart(one: str, other: str) -> None:
    pair = sides(pa.array([one]), pa.array([other]))
    _, words, _ = normal_forms(*pair)
    first, second = in_sql(words.rule.left, [one, other])
    assert first != second


def test_what_stands_for_nothing_has_no_key() -> None:
    for form in normal_forms(*sides(pa.array(["a"]), pa.array(["b"]))):
        assert in_sql(form.rule.left, ["", " ", "N/A", "null", "-", "?", "\\N"]) == [None] * 7


def test_a_form_that_confuses_values_of_one_column_is_less_precise() -> None:
    left = pa.array(["a-b", "ab", "a b", "x-y"])
    left_side, right_side = sides(left, pa.array(["AB", "xy"]))
    value, words, key = normal_forms(left_side, right_side)
    with KeyCounter(left_side, right_side) as counter:
        found = [counter.normalised(form) for form in (value, words, key)]
    assert [one.matched for one in found] == [1 / 4, 1 / 4, 1.0]
    # Under keys three spellings meet `AB`, of which one is right, besides the one that is equal: ab; `xy` is alone.
    pairs, equal, likely = 4, 1, 2
    folded = (likely - equal + 49) / (pairs - equal + 50)
    assert found[2].precision == pytest.approx(0.99 * (equal + folded * (pairs - equal)) / pairs)
    assert found[0].precision == pytest.approx(0.99)


def test_auto_takes_the_simplest_of_the_conditions_that_match_most_rows() -> None:
    pair = sides(pa.array(["Rom", "Paris", None]), pa.array(["Paris", "Rom", "Bonn"]))
    chosen, tried = choose(pair, MatchKind.AUTO, 0.9)
    assert (chosen.match, chosen.matched, len(tried)) == ("exact", 1.0, 1)
    pair = sides(pa.array(["rom", "Paris", None]), pa.array(["PARIS", "Rom", "Bonn"]))
    chosen, tried = choose(pair, MatchKind.AUTO, 0.9)
    assert (chosen.match, chosen.description, len(tried)) == (
        "normalised", "values are equal but for case, blanks around them and what can't be seen", 4
    )  # fmt: skip
    assert choose(pair, MatchKind.EXACT, 0.9)[0].match == "exact"
    assert choose(pair, MatchKind.AUTO, 0.995)[0].match == "exact"


def test_dates_and_numbers_are_never_equal() -> None:
    pair = sides(pa.array([1], pa.date32()), pa.array([1]))
    for condition_of in (exact_condition, normal_forms):
        with pytest.raises(InvalidSetting, match=r"l\.csv · key holds dates and r\.csv · key numbers"):
            condition_of(*pair)


def test_numbers_meet_however_many_decimals_they_are_written_with() -> None:
    pair = sides(pa.array([1, 2]), pa.array([1.0, 2.5]))
    chosen, _ = choose(pair, MatchKind.AUTO, 0.9)
    assert (chosen.match, chosen.matched) == ("normalised", 0.5)
    # Whole numbers are written alike already.
    assert normal_forms(*sides(pa.array([1], pa.int16()), pa.array([1]))) == ()
