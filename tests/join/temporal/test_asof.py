"""As-of joins against comparing every pair of rows, against pandas' merge_asof, and against DuckDB's ASOF JOIN."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from lakeindex.errors import InvalidSetting
from lakeindex.join.counts import JoinCounts
from lakeindex.join.kinds import AsOf, How
from lakeindex.join.side import JoinSide
from lakeindex.join.statement import JoinSql
from lakeindex.join.temporal.asof import asof_condition
from lakeindex.types.lake import TableId

DIRECTIONS = ("backward", "forward", "nearest")
START = datetime(2024, 1, 1)

# The row numbers that meet, found by comparing every left row with every right one.
BRUTE = """
SELECT l.n AS left_row, r.n AS right_row FROM l JOIN r ON {condition}
QUALIFY rank() OVER (PARTITION BY l.n ORDER BY {distance}, r.moment) = 1 ORDER BY ALL
"""
CONDITIONS = {
    "backward": "r.moment <= l.moment",
    "forward": "r.moment >= l.moment",
    "nearest": "l.moment IS NOT NULL AND r.moment IS NOT NULL",
}


def moments(chance: np.random.Generator, rows: int, kind: str) -> pa.Array:
    """Draw few moments, so that many are there several times; one in ten is missing."""
    ticks = chance.integers(0, 60, rows)
    is_missing = chance.random(rows) < 0.1
    if kind == "decimal":
        return pa.array(ticks, pa.float64(), mask=is_missing)
    if kind == "number":
        return pa.array(ticks, pa.int32(), mask=is_missing)
    if kind == "date":
        days = [(START + timedelta(days=int(tick) % 18)).date() for tick in ticks]
        return pa.array(days, pa.date32(), mask=is_missing)
    hours = [START + timedelta(hours=int(tick) * 7, seconds=int(tick) % 3) for tick in ticks]
    if kind == "zoned":
        return pa.array(hours, pa.timestamp("us", "Europe/Berlin"), mask=is_missing)
    return pa.array(hours, pa.timestamp("ns" if kind == "nanoseconds" else "us"), mask=is_missing)


def sides(
    kinds: tuple[str, str], seed: int, grouped: bool = True
) -> tuple[duckdb.DuckDBPyConnection, JoinSide, JoinSide]:
    chance = np.random.default_rng(seed)
    connection = duckdb.connect()
    made = []
    for name, rows, kind in (("l", 90, kinds[0]), ("r", 40, kinds[1])):
        group = pa.array(chance.choice(["a", "b", "c", None], rows).tolist(), pa.string())
        table = pa.table({"moment": moments(chance, rows, kind), "group": group, "n": range(rows)})
        connection.register("incoming", table)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
        source = (f"SELECT * FROM {name}",) * 2
        made.append(JoinSide.open(connection, TableId(f"{name}.csv"), source, [0, 1] if grouped else [0], rows))
    return connection, made[0], made[1]


def written(left: JoinSide, right: JoinSide, options: AsOf) -> JoinSql:
    return JoinSql(left, right, asof_condition(left, right, options), "l", "r", "")


def brute(connection: duckdb.DuckDBPyConnection, direction: str, within: str | None, grouped: bool) -> pa.Table:
    distance = "abs(epoch(l.moment::TIMESTAMP) - epoch(r.moment::TIMESTAMP))"
    if connection.sql("SELECT typeof(moment) FROM l").fetchall()[0][0] in ("DOUBLE", "INTEGER"):
        distance = "abs(l.moment - r.moment)"
    conditions = [CONDITIONS[direction], 'l."group" = r."group"' if grouped else "true"]
    conditions += [f"{distance} <= {within}"] if within else []
    return connection.sql(BRUTE.format(condition=" AND ".join(conditions), distance=distance)).to_arrow_table()


KINDS = [
    ("number", "number"), ("number", "decimal"), ("decimal", "decimal"), ("date", "date"), ("date", "time"),
    ("time", "date"), ("time", "time"), ("nanoseconds", "nanoseconds"), ("nanoseconds", "time"),
]  # fmt: skip


@pytest.mark.parametrize("grouped", [True, False])
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("kinds", KINDS)
def test_the_pairs_are_those_of_comparing_every_row(kinds: tuple[str, str], direction: str, grouped: bool) -> None:
    are_numbers = kinds[0] in ("number", "decimal")
    for seed, tolerance in enumerate([None, 2.0, 0.0] if are_numbers else [None, timedelta(days=1), timedelta()]):
        connection, left, right = sides(kinds, seed, grouped)
        sql = written(left, right, AsOf(direction, tolerance))
        within = None if tolerance is None else str(tolerance if are_numbers else tolerance.total_seconds())
        expected = brute(connection, direction, within, grouped)
        found = connection.sql(sql.rows()).to_arrow_table()
        assert found.select(["left_row", "right_row"]).to_pylist() == expected.to_pylist()
        assert set(found["probability"].to_pylist()) <= {1.0}
        assert expected.num_rows > 5 or tolerance in (0.0, timedelta())


@pytest.mark.parametrize("how", list(How))
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("tolerance", [None, "1 day"])
def test_every_how_keeps_the_rows_of_the_pairs_and_those_without(
    direction: str, how: How, tolerance: str | None
) -> None:
    connection, left, right = sides(("date", "time"), 11)
    sql = written(left, right, AsOf(direction, tolerance))
    pairs = brute(connection, direction, "86400" if tolerance else None, True).to_pylist()
    met = Counter((pair["left_row"], pair["right_row"]) for pair in pairs)
    expected = met if how is not How.ANTI else Counter()
    if how is not How.INNER:
        lonely = set(range(left.rows)) - {one for one, _ in met}
        expected += Counter((one,) if how is How.ANTI else (one, None) for one in lonely)
    if how is How.FULL:
        expected += Counter((None, other) for other in set(range(right.rows)) - {other for _, other in met})
    joined = connection.sql(sql.joined(how)).fetchall()
    found = Counter((row[2],) if how is How.ANTI else (row[2], row[5]) for row in joined)
    assert found == expected
    counts = JoinCounts(**connection.sql(sql.counts()).to_arrow_table().to_pylist()[0])
    assert counts.rows(how) == expected.total()
    assert counts.pairs == len(pairs)


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("tolerance", [None, timedelta(hours=5)])
def test_the_moments_that_meet_are_those_of_pandas(direction: str, tolerance: timedelta | None) -> None:
    connection, left, right = sides(("time", "time"), 5)
    joined = connection.sql(written(left, right, AsOf(direction, tolerance)).joined(How.LEFT)).to_arrow_table()
    ours = {row["n"]: row["moment (r)"] for row in joined.to_pylist()}
    one, other = (
        connection.sql(f'SELECT * FROM {name} WHERE moment IS NOT NULL AND "group" IS NOT NULL ORDER BY moment').df()
        for name in ("l", "r")
    )
    other = other.assign(met=other["moment"]).drop(columns="n")
    theirs = pd.merge_asof(one, other, on="moment", by="group", direction=direction, tolerance=tolerance)
    for row in theirs.to_dict("records"):
        assert ours.pop(row["n"]) == (None if pd.isna(row["met"]) else row["met"].to_pydatetime())
    assert set(ours.values()) == {None}


def test_the_latest_moment_is_that_of_duckdb() -> None:
    connection, left, right = sides(("decimal", "number"), 3)
    ours = connection.sql(written(left, right, AsOf()).joined(How.INNER)).to_arrow_table()
    theirs = connection.sql(
        'SELECT l.n, r.moment FROM l ASOF JOIN r ON l."group" = r."group" AND l.moment >= r.moment'
    ).fetchall()
    assert dict(zip(ours["n"].to_pylist(), ours["moment (r)"].to_pylist(), strict=True)) == dict(theirs)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_moments_with_a_zone_are_the_same_in_every_session(zone: str) -> None:
    connection, left, right = sides(("zoned", "time"), 7)
    sql = written(left, right, AsOf())
    connection.execute("SET TimeZone = 'UTC'")
    expected = brute(connection, "backward", None, True).to_pylist()
    connection.execute(f"SET TimeZone = '{zone}'")
    found = connection.sql(sql.rows()).to_arrow_table()
    assert found.select(["left_row", "right_row"]).to_pylist() == expected


def column(values: pa.Array, name: str, connection: duckdb.DuckDBPyConnection | None = None) -> JoinSide:
    connection = duckdb.connect() if connection is None else connection
    connection.register("incoming", pa.table({name: values}))
    connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
    return JoinSide.open(connection, TableId(f"{name}.csv"), (f"SELECT * FROM {name}",) * 2, [0], len(values))


def test_dates_that_stand_as_text_are_moments() -> None:
    connection = duckdb.connect()
    connection.execute("""
        CREATE TABLE l AS SELECT unnest(['05.02.2024', '1.1.2024', 'n/a', NULL, '31.12.2023']) AS day;
        CREATE TABLE r AS SELECT unnest(['2024-01', '2024-02', '2024-03']) AS month""")
    left, right = (
        JoinSide.open(connection, TableId(f"{name}.csv"), (f"SELECT * FROM {name}",) * 2, [0], 5) for name in "lr"
    )
    joined = connection.sql(written(left, right, AsOf()).joined(How.LEFT)).fetchall()
    assert dict(joined) == {
        "05.02.2024": "2024-02", "1.1.2024": "2024-01", "n/a": None, None: None, "31.12.2023": None
    }  # fmt: skip


def test_not_a_number_meets_nothing() -> None:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE l AS SELECT unnest([1.0, 'nan'::DOUBLE, 'inf'::DOUBLE]) AS x")
    connection.execute("CREATE TABLE r AS SELECT unnest(['-inf'::DOUBLE, 'nan'::DOUBLE]) AS y")
    left, right = (
        JoinSide.open(connection, TableId(f"{name}.csv"), (f"SELECT * FROM {name}",) * 2, [0], 3) for name in "lr"
    )
    joined = connection.sql(written(left, right, AsOf()).joined(How.INNER)).fetchall()
    assert sorted(joined) == [(1.0, float("-inf")), (float("inf"), float("-inf"))]


WORDS, DAYS, NUMBERS = pa.array(["a", "b"]), pa.array([1, 2], pa.date32()), pa.array([1, 2])


@pytest.mark.parametrize(
    ("left", "right", "options", "message"),
    [
        (
            WORDS,
            DAYS,
            AsOf(),
            r"l\.csv · l holds values that are neither dates nor numbers and r.csv · r holds dates or times",
        ),
        (DAYS, NUMBERS, AsOf(), r"r\.csv · r holds numbers: name other columns"),
        (DAYS, DAYS, AsOf("sideways"), "there is no direction 'sideways'; there are: backward, forward, nearest"),
        (DAYS, DAYS, AsOf(tolerance="5"), "has no unit that is known: write 2 days, 12h"),
        (DAYS, DAYS, AsOf(tolerance="3 months"), "has no unit that is known"),
        (DAYS, DAYS, AsOf(tolerance="soon"), "a tolerance of 'soon' makes no sense"),
        (DAYS, DAYS, AsOf(tolerance="-1h"), "a tolerance of '-1h' makes no sense"),
        (DAYS, DAYS, AsOf(tolerance=timedelta(days=-1)), "give how far apart moments may be"),
        (NUMBERS, NUMBERS, AsOf(tolerance="1h"), "the columns hold numbers, so a tolerance of '1h' must be one too"),
        (NUMBERS, NUMBERS, AsOf(tolerance=timedelta(1)), "must be one too"),
        (NUMBERS, NUMBERS, AsOf(tolerance=-1), "a tolerance of -1 makes no sense"),
    ],
)
def test_what_makes_no_sense_is_refused(left: pa.Array, right: pa.Array, options: AsOf, message: str) -> None:
    connection = duckdb.connect()
    sides = column(left, "l", connection), column(right, "r", connection)
    with pytest.raises(InvalidSetting, match=message):
        asof_condition(*sides, options)


@pytest.mark.parametrize(
    ("tolerance", "microseconds"),
    [("1h", 3.6e9), ("2 days", 1.728e11), ("15min", 9e8), ("1.5 s", 1.5e6), ("500ms", 5e5), ("1 W", 6.048e11),
     (timedelta(minutes=2), 1.2e8), ("0s", 0)],
)  # fmt: skip
def test_a_tolerance_is_read_with_its_unit(tolerance: str | timedelta, microseconds: float) -> None:
    rule = asof_condition(column(DAYS, "l"), column(DAYS, "r"), AsOf(tolerance=tolerance)).rule
    assert rule.tolerance == microseconds


def test_numbers_that_count_time_meet_the_moments_before_them() -> None:
    times = [START + timedelta(hours=place) for place in range(100)]
    epochs = [int((one - datetime(1970, 1, 1)).total_seconds() * 1000) + 60_000 for one in times]
    for left, right in ((epochs, times), (list(map(str, epochs)), times), (times, [one - 120_000 for one in epochs])):
        connection = duckdb.connect()
        for name, values in (("l", left), ("r", right)):
            connection.register("incoming", pa.table({name: pa.array(values)}))
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
        one, other = (
            JoinSide.open(connection, TableId(f"{name}.csv"), (f"SELECT * FROM {name}",) * 2, [0], 100)
            for name in ("l", "r")
        )
        sql = written(one, other, AsOf("backward", "1h"))
        assert "are taken for milliseconds since 1970" in sql.condition.description
        assert [row[:2] for row in connection.sql(sql.rows()).fetchall()] == [(place, place) for place in range(100)]


def test_an_as_of_join_reads_dates_in_the_order_that_meets() -> None:
    connection = duckdb.connect()
    connection.execute("""CREATE TABLE l AS SELECT strftime(make_date(2024, m, d), '%m/%d/%Y') AS l
                          FROM range(1, 5) months(m), range(1, 13) days(d)""")
    connection.execute("CREATE TABLE r AS SELECT make_date(2024, m, 5) AS r FROM range(1, 5) months(m)")
    sides = [JoinSide.open(connection, TableId(f"{n}.csv"), (f"SELECT * FROM {n}",) * 2, [0], 48) for n in "lr"]
    sql = written(sides[0], sides[1], AsOf())
    assert sql.condition.description.endswith("dates of 'l' are read as month, day, year, which is a guess")
    found = connection.sql(sql.joined(How.INNER)).fetchall()
    expected = {(m, d): m if d >= 5 else m - 1 for m in range(1, 5) for d in range(1, 13) if m > 1 or d >= 5}
    assert {(int(text[:2]), int(text[3:5])): day.month for text, day in found} == expected
