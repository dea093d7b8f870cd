"""Columns of different grain meet where the finer one lies in the period of the coarser one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import duckdb
import pytest

from lakeindex.errors import InvalidSetting
from lakeindex.join.choose import Chooser
from lakeindex.join.condition import JoinCondition
from lakeindex.join.counts import JoinCounts
from lakeindex.join.kinds import AsOf, How, MatchKind
from lakeindex.join.side import JoinSide
from lakeindex.join.statement import JoinSql
from lakeindex.join.temporal.detect_moments import DistinctValues, Moments, moments_of
from lakeindex.join.temporal.grains import Grain
from lakeindex.types.lake import TableId

DAYS = "DATE '2023-01-01' + (7919 * range % 730)::INT"
TIMES = "TIMESTAMP '2023-01-01 00:00:17' + to_seconds((4801 * range)::BIGINT)"
TO_MONTH = "days of the left column are taken to their month"
MONTH = "DATE '2023-01-01' + to_months(range::INT)"


class Tables:
    """Two tables, made of one SQL expression each, with a number a row."""

    def __init__(
        self, left: str, right: str, rows: tuple[int, int] = (700, 24), names: tuple[str, str] = ("x", "y")
    ) -> None:
        self.connection = duckdb.connect()
        self.left, self.right = (
            self._made(*made) for made in (("l", left, rows[0], names[0]), ("r", right, rows[1], names[1]))
        )

    def _made(self, table: str, expression: str, rows: int, name: str) -> JoinSide:
        self.connection.execute(
            f'CREATE TABLE {table} AS SELECT {expression} AS "{name}", range % 3 AS shop, range AS n FROM range({rows})'
        )
        return JoinSide.open(self.connection, TableId(f"{table}.csv"), (f"SELECT * FROM {table}",) * 2, [0], rows)

    def choose(self, match: MatchKind = MatchKind.TEMPORAL, precision: float = 0.9) -> JoinCondition:
        return self.chooser(precision).choose(match)[0]

    def chooser(self, precision: float = 0.9) -> Chooser:
        return Chooser(self.left, self.right, precision)

    def pairs(self, condition: JoinCondition) -> list[tuple[int, int]]:
        rows = self.connection.sql(JoinSql(self.left, self.right, condition, "l", "r", "").rows()).fetchall()
        return [(left, right) for left, right, _ in rows]

    def by_hand(self, on: str) -> list[tuple[int, int]]:
        return self.connection.sql(f"SELECT l.n, r.n FROM l JOIN r ON {on} ORDER BY ALL").fetchall()


@pytest.mark.parametrize(
    ("left", "right", "on", "description"),
    [
        (DAYS, f"({MONTH})::DATE", "date_trunc('month', x) = y", TO_MONTH),
        (DAYS, f"last_day({MONTH})", "last_day(x) = y", TO_MONTH),
        (DAYS, f"strftime({MONTH}, '%Y-%m')", "strftime(x, '%Y-%m') = y", TO_MONTH),
        (DAYS, f"strftime({MONTH}, '%Y%m')::INT", "strftime(x, '%Y%m')::INT = y",
         TO_MONTH),
        (DAYS, f"strftime({MONTH}, '%b %Y')", "strftime(x, '%b %Y') = y", TO_MONTH),
        (DAYS, "(2021 + range // 4) || '-Q' || (range % 4 + 1)", "year(x) || '-Q' || quarter(x) = y",
         "days of the left column are taken to their quarter"),
        (DAYS, "strftime(DATE '2023-01-02' + (7 * range)::INT, '%G-W%V')", "strftime(x, '%G-W%V') = y",
         "days of the left column are taken to their week"),
        (DAYS, "DATE '2023-01-02' + (7 * range)::INT", "date_trunc('week', x) = y",
         "days of the left column are taken to their week"),
        (DAYS, "make_date(2000 + range::INT, 1, 1)", "year(x) = year(y)", TO_MONTH.replace("month", "year")),
        (TIMES, DAYS, "x::DATE = y", "times of the left column are taken to their day"),
        (TIMES, "TIMESTAMP '2023-01-01' + to_hours(range::INT)", "date_trunc('hour', x) = y",
         "times of the left column are taken to their hour"),
        (TIMES, "TIMESTAMP '2023-01-01' + to_minutes((61 * range)::INT)", "date_trunc('minute', x) = y",
         "times of the left column are taken to their minute"),
        (f"strftime({DAYS}, '%d.%m.%Y')", f"strftime({MONTH}, '%m/%Y')", "x[4:] = replace(y, '/', '.')",
         TO_MONTH),
        (f"strftime({MONTH}, '%Y-%m')", f"({MONTH})::DATE", "strftime(y, '%Y-%m') = x",
         "both columns are of months, however they are written"),
        (f"strftime({MONTH}, '%m/%Y')", DAYS, "strftime(y, '%m/%Y') = x", TO_MONTH.replace("left", "right")),
    ],
)  # fmt: skip
def test_the_pairs_are_those_of_truncating_by_hand(left: str, right: str, on: str, description: str) -> None:
    tables = Tables(left, right)
    condition = tables.choose()
    expected = tables.by_hand(on)
    assert tables.pairs(condition) == expected
    assert expected
    assert (condition.match, condition.description) == ("temporal", description)
    assert condition.matched == pytest.approx(len({one for one, _ in expected}) / 700)
    assert 0.95 < condition.precision <= 0.98


@pytest.mark.parametrize(
    ("expression", "rows", "grain", "chance"),
    [
        (f"({MONTH})::DATE", 2, Grain.DAY, 0),
        (f"({MONTH})::DATE", 3, Grain.MONTH, 30**-3),
        (f"last_day({MONTH})", 12, Grain.MONTH, 30**-12),
        ("make_date(2000 + range::INT, 12, 31)", 4, Grain.YEAR, 365**-4),
        ("DATE '2023-04-01' + to_months(3 * range::INT)", 4, Grain.QUARTER, 91**-4),
        ("DATE '2023-01-01' + (7 * range)::INT", 3, Grain.WEEK, 7**-3),
        ("DATE '2023-01-03' + (7 * range)::INT", 30, Grain.DAY, 0),
        ("TIMESTAMP '2023-01-03' + to_days(range::INT)", 5, Grain.DAY, 24**-5),
        ("TIMESTAMP '2023-01-03' + to_hours(range::INT)", 5, Grain.HOUR, 60**-5),
        ("TIMESTAMP '2023-01-03' + to_minutes(range::INT)", 5, Grain.MINUTE, 60**-5),
        ("TIMESTAMP '2023-01-03' + to_seconds(range)", 5, Grain.TIME, 0),
        ("TIMESTAMP '2023-01-03' + to_days(range::INT)", 2, Grain.TIME, 0),
        ("CASE range WHEN 0 THEN 'infinity'::DATE WHEN 1 THEN NULL ELSE last_day(DATE '2023-01-01') + range::INT END",
         9, Grain.DAY, 0),
        (f"strftime({MONTH}, '%Y%m')::BIGINT", 3, Grain.MONTH, 0.12**3),
        (f"strftime({DAYS}, '%d.%m.%Y')", 9, Grain.DAY, 24**-9),
        ("if(range < 95, '2024-' || (range % 12 + 1) || '', 'x') || repeat(' ', range::INT)", 100, Grain.MONTH, 0),
    ],
)  # fmt: skip
def test_a_grain_is_as_certain_as_its_values_are_many(expression: str, rows: int, grain: Grain, chance: float) -> None:
    found = moments(Tables(expression, DAYS, (rows, 9)).left)
    assert found is not None
    assert (found.grain, found.certainty) == (grain, pytest.approx(1 - chance, abs=1e-12))


@pytest.mark.parametrize(
    "expression",
    [
        "if(range < 94, '2024-' || (range % 12 + 1) || '', 'x') || repeat(' ', range::INT)",
        "'n' || range", "range", "range * 1.5", "range % 2 = 0", "NULL::VARCHAR", "'12:30'::TIME", "[range]",
    ],
)  # fmt: skip
def test_what_holds_no_moments_has_no_grain(expression: str) -> None:
    assert moments(Tables(expression, DAYS, (100, 9)).left) is None


def moments(side: JoinSide) -> Moments | None:
    return moments_of(side, DistinctValues.of(side))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (DAYS, DAYS),
        (TIMES, TIMES),
        ("DATE '2023-01-02' + (7 * range)::INT", f"({MONTH})::DATE"),
        ("'n' || range", DAYS),
        (DAYS, "500 + range"),
        ("2000 + range", "2000 + range"),
    ],
)
def test_what_is_not_temporal_is_refused(left: str, right: str) -> None:
    with pytest.raises(InvalidSetting, match=r"there is no temporal match of l\.csv · x and r\.csv · y: try"):
        Tables(left, right).choose()


@pytest.mark.parametrize(("name", "is_sure"), [("year", True), ("birthYear", True), ("JAHR", True), ("año", True),
                                               ("code", False), ("fiscal_year", False)])  # fmt: skip
def test_four_digits_are_years_for_certain_only_where_their_name_says_so(name: str, is_sure: bool) -> None:
    for year in ("2020 + range", "(2020 + range)::DOUBLE", "(2020 + range)::VARCHAR"):
        tables = Tables(DAYS, year, (700, 5), ("x", name))
        expected = tables.by_hand(f'year(x) = "{name}"::DOUBLE')
        condition = tables.choose()
        assert tables.pairs(condition) == expected
        assert condition.precision == pytest.approx(0.98 if is_sure else 0.784)
        assert (
            condition.description
            == "days of the left column are taken to their year; numbers of four digits are taken for years"
        )


def test_auto_takes_years_only_where_they_are_certain() -> None:
    assert Tables(DAYS, "2020 + range", (700, 5), ("x", "year")).choose(MatchKind.AUTO).match == "temporal"
    unsure = Tables(DAYS, "2020 + range", (700, 5))
    with pytest.raises(InvalidSetting, match=r"78% are expected to be right \(.*\): ask for it with --match temporal"):
        unsure.choose(MatchKind.AUTO)
    assert unsure.choose(MatchKind.AUTO, 0.7).match == "temporal"
    as_text = Tables(DAYS, "(2020 + range)::VARCHAR", (700, 5))
    assert as_text.choose(MatchKind.AUTO).match == "exact"


def test_numbers_that_leave_most_years_out_are_no_years() -> None:
    assert Tables(DAYS, "2023 + range", (700, 1), ("x", "year")).choose().matched == pytest.approx(0.5, abs=0.01)
    with pytest.raises(InvalidSetting, match="no temporal match"):
        Tables("DATE '2020-01-01' + (200 * range)::INT", "2023 + range", (20, 2), ("x", "year")).choose()


def test_numbers_and_dates_are_refused_as_ever_where_nothing_makes_them_meet() -> None:
    for match in (MatchKind.EXACT, MatchKind.NORMALISED, MatchKind.AUTO):
        with pytest.raises(
            InvalidSetting, match=r"l\.csv · x holds dates and r\.csv · y numbers, which are never equal"
        ):
            Tables(DAYS, "range * 7").choose(match)
    with pytest.raises(InvalidSetting, match="never equal"):
        Tables(DAYS, "2020 + range", names=("x", "year")).choose(MatchKind.EXACT)


def test_auto_prefers_what_is_equal() -> None:
    assert Tables(DAYS, DAYS, (700, 730)).choose(MatchKind.AUTO).match == "exact"
    months = f"strftime({MONTH}, '%Y-%m')"
    assert Tables(months, months, (24, 24)).choose(MatchKind.AUTO).match == "exact"
    assert Tables(DAYS, f"({MONTH})::DATE").choose(MatchKind.AUTO).match == "temporal"


def test_further_columns_have_to_be_equal_besides() -> None:
    tables = Tables(DAYS, f"strftime({MONTH}, '%Y-%m')")
    tables.left, tables.right = (replace(side, places=(0, 1)) for side in (tables.left, tables.right))
    expected = tables.by_hand("strftime(x, '%Y-%m') = y AND l.shop = r.shop")
    assert tables.pairs(tables.choose()) == expected
    assert len(expected) > 100


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
def test_moments_with_a_zone_are_taken_to_their_day_in_utc(zone: str) -> None:
    tables = Tables(f"({TIMES}) AT TIME ZONE 'UTC'", DAYS)
    plain = Tables(TIMES, DAYS)
    tables.connection.execute(f"SET TimeZone = '{zone}'")
    condition = tables.choose()
    assert condition.description == (
        "times of the left column are taken to their day, in UTC; "
        "the moments of 'y', which have no zone, are taken for UTC, which is a guess"
    )
    assert condition.precision == pytest.approx(0.98 * 0.93)
    assert tables.pairs(condition) == plain.pairs(plain.choose())


def test_every_how_has_the_rows_of_the_pairs() -> None:
    tables = Tables(DAYS, f"strftime({MONTH} + INTERVAL 1 YEAR, '%m/%Y')")
    sql = JoinSql(tables.left, tables.right, tables.choose(), "l", "r", "")
    on = "strftime(x, '%m/%Y') = y"
    by_hand = {
        How.INNER: f"SELECT * FROM l JOIN r ON {on}", How.LEFT: f"SELECT * FROM l LEFT JOIN r ON {on}",
        How.FULL: f"SELECT * FROM l FULL JOIN r ON {on}", How.ANTI: f"SELECT * FROM l ANTI JOIN r ON {on}",
    }  # fmt: skip
    for how, statement in by_hand.items():
        found, expected = (Counter(tables.connection.sql(one).fetchall()) for one in (sql.joined(how), statement))
        assert found == expected
        counts = JoinCounts(**tables.connection.sql(sql.counts()).to_arrow_table().to_pylist()[0])
        assert counts.rows(how) == expected.total()


def test_what_is_asked_of_an_as_of_join_is_no_question_of_another() -> None:
    tables = Tables(DAYS, DAYS)
    chooser = replace(tables.chooser(), asof=AsOf("forward"))
    with pytest.raises(InvalidSetting, match="a direction and a tolerance are for match asof and not for exact"):
        chooser.choose(MatchKind.EXACT)
    assert (
        chooser.choose(MatchKind.ASOF)[0].description
        == "each left row meets the earliest right moment at or after its own"
    )
