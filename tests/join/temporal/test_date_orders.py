"""The order of day and month is that of the column, or a guess that says so; dd/mm never meets mm/dd as text."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.join.kinds import MatchKind
from lakeindex.join.side import JoinSide
from lakeindex.join.temporal.date_orders import order_beside
from lakeindex.join.temporal.day_orders import DayOrder
from lakeindex.join.temporal.detect_moments import DistinctValues, moment_readings
from lakeindex.types.lake import TableId
from tests.join.temporal.test_pair_moments import Columns

YEAR = [date(2023, 1, 1) + timedelta(days=day) for day in range(365)]
# No day after the twelfth: either order is a day.
EARLY = [one for one in YEAR if one.day <= 12]
GUESS = "dates of 'x' are read as {order}, which is a guess after the values of the other column"


def written(days: list[date], form: str) -> pa.Array:
    return pa.array([one.strftime(form) for one in days])


def met(one: list[date], other: list[date]) -> list[tuple[int, int]]:
    return [(i, j) for i, left in enumerate(one) for j, right in enumerate(other) if left == right]


def order_of(days: list[date], form: str) -> DayOrder | None:
    side = Columns(written(days, form), pa.array(["x"])).left
    readings = moment_readings(side, DistinctValues.of(side))
    return readings[0].order if len(readings) == 1 else None


@pytest.mark.parametrize(
    ("form", "order"),
    [
        ("%d/%m/%Y", DayOrder.DMY), ("%m/%d/%Y", DayOrder.MDY), ("%d-%m-%Y", DayOrder.DMY), ("%m-%d-%Y", DayOrder.MDY),
        ("%d.%m.%Y", DayOrder.DMY), ("%m.%d.%Y", DayOrder.MDY), ("%Y/%m/%d", DayOrder.YMD), ("%d/%m/%y", None),
        ("%m/%d/%Y %I:%M %p", DayOrder.MDY), ("%d/%m/%Y %H:%M", DayOrder.DMY), ("%d %B %Y", None), ("n%d", None),
    ],
)  # fmt: skip
def test_a_day_after_the_twelfth_shows_the_order(form: str, order: DayOrder | None) -> None:
    assert order_of(YEAR, form) is order


def test_two_digits_may_be_a_year_or_a_day() -> None:
    late = [one + timedelta(days=7000) for one in YEAR]  # in 2042, which is no day
    assert order_of(late, "%d/%m/%y") is DayOrder.DMY


@pytest.mark.parametrize("form", ["%d/%m/%Y", "%m-%d-%Y", "%d/%m/%y"])
def test_without_one_the_order_is_open(form: str) -> None:
    assert order_of(EARLY, form) is None


def test_days_with_points_have_the_day_first() -> None:
    assert order_of(EARLY, "%d.%m.%Y") is DayOrder.DMY


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from(YEAR), min_size=5, max_size=20),
    st.lists(st.sampled_from(YEAR), min_size=5, max_size=20),
    st.permutations(["%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d.%m.%Y", "%m-%d-%Y"]),
)
def test_dates_meet_as_the_days_that_they_are(one: list[date], other: list[date], forms: list[str]) -> None:
    # A day after the twelfth each, and three days that begin no common week, month or year.
    lefts, rights = ([*days, date(2023, 3, 30), date(2023, 7, 21), date(2023, 9, 13)] for days in (one, other))
    columns = Columns(written(lefts, forms[0]), written(rights, forms[1]))
    condition = columns.choose(MatchKind.TEMPORAL)
    assert columns.pairs(condition) == met(lefts, rights)
    assert "guess" not in condition.description


@pytest.mark.parametrize(("form", "order"), [("%d/%m/%Y", DayOrder.DMY), ("%m/%d/%Y", DayOrder.MDY)])
def test_an_open_order_is_the_one_by_which_more_days_meet(form: str, order: DayOrder) -> None:
    # Days that other orders would miss: there are none after May.
    days = [one for one in EARLY if one.month <= 5]
    columns = Columns(written(days, form), pa.array(days))
    condition = columns.choose(MatchKind.TEMPORAL)
    assert columns.pairs(condition) == met(days, days)
    assert condition.description.endswith(GUESS.format(order=order))
    assert 0.7 < condition.precision < 0.98


def test_where_both_orders_meet_alike_the_guess_is_no_better_than_one() -> None:
    columns = Columns(written(EARLY, "%m/%d/%Y"), pa.array(YEAR))
    condition = columns.choose(MatchKind.TEMPORAL)
    assert condition.precision == pytest.approx(0.98 / 2, abs=0.01)
    assert "which is a guess" in condition.description


def test_two_open_orders_are_the_same_one() -> None:
    columns = Columns(written(EARLY, "%d/%m/%Y"), written(EARLY[::-1], "%d-%m-%Y"))
    condition = columns.choose(MatchKind.TEMPORAL)
    assert columns.pairs(condition) == met(EARLY, EARLY[::-1])
    assert condition.precision > 0.9


def beside(form: str, other: str, days: list[date]) -> JoinSide:
    connection = duckdb.connect()
    late = [one.replace(day=28) for one in days]
    table = pa.table({"x": written(days, form), "note": pa.array(["no date"] * len(days)), "due": written(late, other)})
    connection.register("incoming", table)
    connection.execute("CREATE TABLE l AS SELECT * FROM incoming")
    return JoinSide.open(connection, TableId("l.csv"), ("SELECT * FROM l",) * 2, [0], len(days))


@pytest.mark.parametrize(("form", "order"), [("%d/%m/%Y", DayOrder.DMY), ("%m/%d/%Y", DayOrder.MDY)])
def test_a_column_beside_shows_the_order(form: str, order: DayOrder) -> None:
    columns = Columns(pa.array(["x"]), pa.array(YEAR))
    columns.left = beside(form, form.replace("/", "-"), EARLY)
    assert order_beside(columns.left) == (order, "due")
    columns.connection = columns.left.connection
    columns.connection.register("days", pa.table({"y": pa.array(YEAR)}))
    columns.connection.execute("CREATE TABLE r AS SELECT * FROM days")
    columns.right = JoinSide.open(columns.connection, TableId("r.csv"), ("SELECT * FROM r",) * 2, [0], 365)
    condition = columns.choose()
    assert columns.pairs(condition) == met(EARLY, YEAR)
    assert condition.description.endswith(
        f"dates of 'x' are read as {order}, which is a guess after the column 'due' of its table"
    )
    assert condition.precision == pytest.approx(0.98 * 0.95)


def test_columns_beside_that_disagree_show_nothing() -> None:
    side = beside("%d/%m/%Y", "%d/%m/%Y", EARLY)
    side.connection.execute("ALTER TABLE l ADD COLUMN paid VARCHAR")
    side.connection.execute("UPDATE l SET paid = '05/28/2023'")
    assert order_beside(JoinSide.open(side.connection, side.table, (side.row_source,) * 2, [0], 1)) is None


def test_years_of_two_digits_are_called_a_guess() -> None:
    days = [date(1969, 7, 20) + timedelta(days=331 * place) for place in range(60)]
    recent = [one for one in days if one.year >= 1970]
    columns = Columns(written(recent, "%m/%d/%y"), pa.array(days))
    condition = columns.choose(MatchKind.TEMPORAL)
    assert columns.pairs(condition) == met(recent, days)
    assert condition.description.endswith("years of two digits are taken for 1970 to 2069")
    assert condition.precision < 0.94
