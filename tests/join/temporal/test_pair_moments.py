"""Moments meet by the instant, however they are written, and a guess is called one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.errors import InvalidSetting
from lakeindex.join.choose import Chooser
from lakeindex.join.condition import JoinCondition
from lakeindex.join.kinds import MatchKind
from lakeindex.join.side import JoinSide
from lakeindex.join.statement import JoinSql
from lakeindex.types.lake import TableId

DAYS = [date(2023, 1, 1) + timedelta(days=day) for day in range(365)]
SERIALS = [(day - date(1899, 12, 30)).days for day in DAYS]
INSTANTS = [
    datetime(2024, 3, 8, 6, tzinfo=UTC) + timedelta(minutes=181 * place, seconds=place % 7) for place in range(60)
]


class Columns:
    """Two columns of Arrow values, joined."""

    def __init__(self, left: pa.Array, right: pa.Array, names: tuple[str, str] = ("x", "y")) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("SET TimeZone = 'Asia/Kolkata'")
        self.left, self.right = (self._side(*one) for one in (("l", names[0], left), ("r", names[1], right)))

    def _side(self, table: str, name: str, values: pa.Array) -> JoinSide:
        self.connection.register("incoming", pa.table({name: values}))
        self.connection.execute(f"CREATE TABLE {table} AS SELECT * FROM incoming")
        source = (f"SELECT * FROM {table}",) * 2
        return JoinSide.open(self.connection, TableId(f"{table}.csv"), source, [0], len(values))

    def choose(self, match: MatchKind = MatchKind.AUTO, precision: float = 0.9) -> JoinCondition:
        return Chooser(self.left, self.right, precision).choose(match)[0]

    def pairs(self, condition: JoinCondition) -> list[tuple[int, int]]:
        rows = self.connection.sql(JoinSql(self.left, self.right, condition, "l", "r", "").rows()).fetchall()
        return [(left, right) for left, right, _ in rows]


def zoned(instants: list[datetime], zone: str, form: str) -> list[str]:
    return [one.astimezone(ZoneInfo(zone)).strftime(form) for one in instants]


def epochs(instants: list[datetime], per_second: int) -> list[int]:
    return [round(one.timestamp()) * per_second for one in instants]


SPELLINGS = {
    "UTC": pa.array(zoned(INSTANTS, "UTC", "%Y-%m-%dT%H:%M:%SZ")),
    "offset": pa.array(zoned(INSTANTS, "America/Chicago", "%Y-%m-%dT%H:%M:%S%z")),
    "blank": pa.array(zoned(INSTANTS, "Asia/Kolkata", "%Y-%m-%d %H:%M:%S %z")),
    "named": pa.array(zoned(INSTANTS, "Europe/Berlin", "%Y-%m-%d %H:%M:%S Europe/Berlin")),
    "bracket": pa.array(zoned(INSTANTS, "Europe/Berlin", "%Y-%m-%dT%H:%M:%S%z[Europe/Berlin]")),
    "abbreviated": pa.array(zoned(INSTANTS, "Europe/Berlin", "%Y-%m-%d %H:%M:%S %Z")),
    "mixed": pa.array(
        [one.astimezone(timezone(timedelta(hours=place % 9 - 4))).isoformat() for place, one in enumerate(INSTANTS)]
    ),
    "American": pa.array(zoned(INSTANTS, "America/New_York", "%m/%d/%Y %I:%M:%S %p %z")),
    "typed": pa.array(INSTANTS, pa.timestamp("us", "America/New_York")),
    "nanoseconds": pa.array(INSTANTS, pa.timestamp("ns", "UTC")),
    "s": pa.array(epochs(INSTANTS, 1)),
    "ms": pa.array(epochs(INSTANTS, 1000)),
    "ms as text": pa.array(list(map(str, epochs(INSTANTS, 1000)))),
    "us as a decimal": pa.array([float(one) for one in epochs(INSTANTS, 1_000_000)]),
    "ns": pa.array(epochs(INSTANTS, 1_000_000_000)),
}
NUMBERS = ("s", "ms", "ms as text", "us as a decimal", "ns")


# Each with three others, and each of them once on either side.
NAMES = list(SPELLINGS)
RING = [(one, NAMES[(place + step) % len(NAMES)]) for place, one in enumerate(NAMES) for step in (1, 4, -2)]


@pytest.mark.parametrize(("one", "other"), [pair for pair in RING if not set(pair) <= set(NUMBERS)])
def test_an_instant_meets_itself_in_any_zone_unit_and_spelling(one: str, other: str) -> None:
    columns = Columns(SPELLINGS[one], SPELLINGS[other].take(pa.array(range(59, -1, -1))))
    condition = columns.choose()
    assert columns.pairs(condition) == [(place, 59 - place) for place in range(60)]
    assert condition.matched == 1
    assert 0.9 < condition.precision <= 1
    assert "guess" not in condition.description


def test_equal_local_times_with_different_offsets_are_no_match() -> None:
    east, west = (
        pa.array([f"2024-03-{day:02d}T06:00:07{zone}" for day in range(1, 29)]) for zone in ("+05:30", "-06:00")
    )
    columns = Columns(east, west)
    assert columns.pairs(columns.choose(MatchKind.TEMPORAL)) == []
    shifted = Columns(east, pa.array([f"2024-03-{day:02d}T18:30:07-06:00" for day in range(1, 29)]))
    assert shifted.pairs(shifted.choose(MatchKind.TEMPORAL)) == [(place + 1, place) for place in range(27)]


zones = st.sampled_from(["UTC", "America/St_Johns", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Auckland"])
minutes = st.integers(min_value=-20_000_000, max_value=30_000_000)  # before, offsets have seconds


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(minutes, zones), min_size=4, max_size=12), st.lists(st.tuples(minutes, zones), max_size=8))
def test_instants_that_meet_are_those_that_are_equal_in_python(
    one: list[tuple[int, str]], other: list[tuple[int, str]]
) -> None:
    start = datetime(2001, 1, 1, 0, 0, 7, tzinfo=UTC)
    lefts = [(start + timedelta(minutes=minute)).astimezone(ZoneInfo(zone)) for minute, zone in one]
    # Some are the same instants in another zone.
    rights = [(start + timedelta(minutes=minute)).astimezone(ZoneInfo(zone)) for minute, zone in [*other, *one[::2]]]
    rights = [moment.astimezone(ZoneInfo("Asia/Tokyo")) for moment in rights]
    texts = ([moment.strftime("%Y-%m-%d %H:%M:%S%z") for moment in moments] for moments in (lefts, rights))
    columns = Columns(*map(pa.array, texts))
    expected = [(i, j) for i, left in enumerate(lefts) for j, right in enumerate(rights) if left == right]
    assert columns.pairs(columns.choose(MatchKind.TEMPORAL)) == expected


def test_a_zone_that_does_not_exist_is_no_moment() -> None:
    texts = [f"2024-03-{day:02d} 06:00:07 Europe/Berlin" for day in range(1, 29)]
    texts[3] = "2024-03-04 06:00:07 Mars/Phobos"
    utc = [f"2024-03-{day:02d}T05:00:07Z" for day in range(1, 29)] + ["2024-03-04T06:00:07Z"]
    columns = Columns(pa.array(texts), pa.array(utc))
    condition = columns.choose(MatchKind.TEMPORAL)
    assert columns.pairs(condition) == [(place, place) for place in range(28) if place != 3]
    assert condition.matched == pytest.approx(27 / 28)


@pytest.mark.parametrize("typed", [True, False])
def test_a_time_without_a_zone_is_only_taken_for_utc_as_a_guess(typed: bool) -> None:
    plain = [one.replace(tzinfo=None) for one in INSTANTS]
    left = pa.array(plain, pa.timestamp("us")) if typed else pa.array([one.isoformat(" ") for one in plain])
    columns = Columns(left, SPELLINGS["offset"])
    condition = columns.choose(MatchKind.TEMPORAL)
    assert columns.pairs(condition) == [(place, place) for place in range(60)]
    assert condition.description.endswith("the moments of 'x', which have no zone, are taken for UTC, which is a guess")
    assert condition.precision < 0.94
    # Where another offset would do as well, it is not even that.
    hourly = [datetime(2024, 3, 8) + timedelta(hours=hour) for hour in range(60)]
    columns = Columns(pa.array(hourly), pa.array([one.replace(tzinfo=UTC).isoformat() for one in hourly]))
    assert columns.choose(MatchKind.TEMPORAL).precision == pytest.approx(0.49)


@pytest.mark.parametrize("names", [("posting_date", "date"), ("date", "postingDate"), ("a", "b")])
@pytest.mark.parametrize("kind", [pa.int64(), pa.float64(), pa.string()])
def test_the_days_of_spreadsheets_meet_dates(names: tuple[str, str], kind: pa.DataType) -> None:
    serials = pa.array(SERIALS).cast(kind)
    for left, right in ((serials, pa.array(DAYS)), (pa.array(DAYS), serials)):
        columns = Columns(left, right, names)
        condition = columns.choose()
        assert columns.pairs(condition) == [(place, place) for place in range(365)]
        assert "are taken for days since 1899-12-30, as spreadsheets count them" in condition.description
        assert 0.9 < condition.precision < 0.97


def test_fractions_of_days_are_times() -> None:
    times = [datetime(2023, 1, 1) + timedelta(minutes=97 * place) for place in range(200)]
    serials = [round((one - datetime(1899, 12, 30)) / timedelta(days=1), 6) for one in times]
    columns = Columns(pa.array(serials), pa.array(times))
    assert columns.pairs(columns.choose()) == [(place, place) for place in range(200)]


CHANCE = np.random.default_rng(1)


@pytest.mark.parametrize(
    ("numbers", "names", "precision"),
    [
        (SERIALS, ("zip", "date"), 0.7),
        (list(range(44_930, 45_200)), ("a", "b"), 0.7),
        (list(range(44_800, 45_400)), ("a", "b"), 0.3),
        (CHANCE.choice(np.arange(44_000, 46_000), 300, replace=False).tolist(), ("order_no", "date"), 0.3),
    ],
)
def test_numbers_that_any_numbers_could_be_are_no_dates_without_being_asked(
    numbers: list[int], names: tuple[str, str], precision: float
) -> None:
    columns = Columns(pa.array(numbers), pa.array(DAYS), names)
    expected = f"{0.98 * precision:.0%}"
    with pytest.raises(
        InvalidSetting, match=rf"never equal as they are written; .* {expected} are expected .* arbitrary numbers"
    ):
        columns.choose()
    assert columns.choose(MatchKind.TEMPORAL).precision == pytest.approx(0.98 * precision)


@pytest.mark.parametrize("seed", range(3))
def test_arbitrary_numbers_are_never_surely_dates(seed: int) -> None:
    chance = np.random.default_rng(seed)
    first = date(2015 + seed, 1, 1)
    days = [first + timedelta(days=day) for day in range(int(chance.integers(60, 900)))]
    sets = [days, [day for day in days if day.weekday() < 5], days[:: int(chance.integers(2, 9))]]
    low, high = ((one - date(1899, 12, 30)).days for one in (days[0], days[-1]))
    for some in sets:
        start = int(chance.integers(1, 60_000))
        for numbers in (
            range(start, start + int(chance.integers(50, 2000))),
            range(low - 30, high + 40),
            np.unique(chance.integers(low - 200, high + 200, 300)).tolist(),
            np.unique(chance.integers(10_000, 99_999, 2000)).tolist(),
        ):
            columns = Columns(pa.array(numbers), pa.array(some))
            with pytest.raises(InvalidSetting, match="never equal"):
                columns.choose()


def test_workdays_are_met_by_no_chance() -> None:
    workdays = [day for day in DAYS if day.weekday() < 5]
    serials = [(day - date(1899, 12, 30)).days for day in workdays[20:200]]
    columns = Columns(pa.array(serials), pa.array(workdays), ("order_no", "b"))
    condition = columns.choose()
    assert columns.pairs(condition) == [(place, place + 20) for place in range(180)]
    assert condition.precision > 0.9


def test_numbers_that_meet_no_dates_are_refused_with_what_was_tried() -> None:
    for numbers in (list(range(365)), [7 * one for one in range(365)]):
        with pytest.raises(
            InvalidSetting,
            match=r"which are never equal.*; read as days since 1899-12-30, as spreadsheets count them, or as seconds "
            r"since 1970, or as milliseconds since 1970, .* the numbers meet too few moments",
        ):
            Columns(pa.array(numbers), pa.array(DAYS), ("day", "date")).choose()


def test_two_columns_of_numbers_join_as_numbers() -> None:
    seconds = epochs(INSTANTS, 1)
    columns = Columns(pa.array(seconds), pa.array([one * 1000 for one in seconds]), ("created_at", "created_ms"))
    assert columns.choose().match == "exact"
    with pytest.raises(InvalidSetting, match="no temporal match"):
        columns.choose(MatchKind.TEMPORAL)
    as_text = Columns(pa.array(seconds), pa.array([str(one * 1000) for one in seconds]))
    with pytest.raises(InvalidSetting, match="no temporal match"):
        as_text.choose(MatchKind.TEMPORAL)


EDGES = [
    ("2024-02-29", "29/02/2024"), ("0987-05-06", "06/05/0987"), ("1582-10-10", "10/10/1582"),
    ("1899-12-31", "31/12/1899"), ("9999-12-31", "31/12/9999"), ("0000-02-29", "29/02/0000"),
    ("2023-02-29", "29/02/2023"), ("1900-02-29", "29/02/1900"),
]  # fmt: skip


def test_days_at_the_edges_of_calendars_have_one_reading() -> None:
    others = [(day.isoformat(), day.strftime("%d/%m/%Y")) for day in DAYS]
    left, right = (pa.array([pair[side] for pair in [*EDGES, *others]]) for side in (0, 1))
    columns = Columns(left, right)
    condition = columns.choose(MatchKind.TEMPORAL)
    # 2023 and 1900 had no 29 February; 0000, which is 1 BC, had one.
    assert columns.pairs(condition) == [(place, place) for place in range(len(EDGES) + 365) if place not in (6, 7)]


def test_midnight_at_24_and_leap_seconds_are_the_next_moment() -> None:
    left = [f"2016-12-{day:02d} 24:00:00" for day in range(10, 31)] + ["2016-12-31 23:59:60", "2016-12-31 12:00:01"]
    right = [f"{day:02d}.12.2016 00:00:00" for day in range(11, 32)] + ["01.01.2017 00:00:00", "31.12.2016 12:00:01"]
    plain = Columns(pa.array(left[:-2] + left[-1:]), pa.array(right))
    expected = [*((place, place) for place in range(21)), (21, 22)]
    assert plain.pairs(plain.choose(MatchKind.TEMPORAL)) == expected
    leap = Columns(pa.array([one.replace("24:00:00", "23:59:60") for one in left]), pa.array(right))
    assert leap.pairs(leap.choose(MatchKind.TEMPORAL)) == [(place, place) for place in range(23)]


def test_infinite_moments_and_missing_ones_disturb_nobody() -> None:
    texts = [f"2024-03-{day:02d} 10:00:0{day % 10}" for day in range(1, 29)] + ["infinity", "-infinity", None]
    columns = Columns(pa.array(texts), pa.array(texts))
    columns.connection.execute("CREATE TABLE one AS SELECT CAST(x AS TIMESTAMP) AS x FROM l")
    columns.connection.execute("CREATE TABLE two AS SELECT CAST(x AS TIMESTAMP) AT TIME ZONE 'UTC' AS y FROM l")
    columns.left, columns.right = (
        JoinSide.open(columns.connection, TableId(f"{name}.csv"), (f"SELECT * FROM {name}",) * 2, [0], 31)
        for name in ("one", "two")
    )
    condition = columns.choose(MatchKind.TEMPORAL)
    sql = JoinSql(columns.left, columns.right, condition, "one", "two", "").rows()
    found = [(left, right) for left, right, _ in columns.connection.sql(sql).fetchall()]
    assert found == [(place, place) for place in range(30)]
