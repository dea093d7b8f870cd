"""Temporal and as-of joins of a lake's files: one statement gives the same rows in any DuckDB, and is SQL elsewhere."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle, permutations

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from lakeindex import Lake, Settings
from lakeindex.errors import InvalidSetting
from lakeindex.join.dialects import DIALECTS
from lakeindex.join.kinds import AsOf, How
from lakeindex.join.plan import JoinPlan

TABLES = {
    "orders.csv": """SELECT range AS id, TIMESTAMP '2023-01-01 08:00' + to_seconds(range * 90061) AS placed,
                     range % 5 AS shop""",
    "days.csv": "SELECT DATE '2023-01-01' + (range % 400)::INT AS day, range AS visits",
    "months.csv": "SELECT strftime(DATE '2022-11-01' + to_months(range::INT % 20), '%Y-%m') AS month, range AS plan",
    "weeks.csv": "SELECT strftime(DATE '2023-01-02' + (7 * (range % 60))::INT, '%G-W%V') AS week, range AS rain",
    "years.csv": "SELECT 2021 + range % 4 AS year, range AS births",
    "quarters.csv": "SELECT 'Q' || (1 + range % 4) || ' ' || (2022 + range % 2) AS quarter, range AS growth",
    "prices.csv": """SELECT if(range % 7 = 0, NULL, DATE '2022-12-01' + (range % 90 * 5)::INT) AS since,
                     range % 5 AS shop, range AS price""",
    "stamps.parquet": "SELECT (TIMESTAMP '2023-03-01' + to_minutes((range * 977)::INT)) AT TIME ZONE 'UTC' AS at, 1",
    "serials.csv": "SELECT 44927 + range % 400 AS posting_date, range AS amount",
    "epochs.csv": "SELECT epoch_ms(TIMESTAMP '2023-03-01' + to_minutes((977 * range)::INT)) AS sent_at, range AS bytes",
    "offsets.csv": """SELECT strftime(TIMESTAMP '2023-03-01 05:30' + to_minutes((977 * range)::INT),
                      '%Y-%m-%d %H:%M:%S +0530') AS seen, range AS n""",
    "american.csv": """SELECT strftime(TIMESTAMP '2023-01-01 08:00' + to_seconds(range * 90061), '%m/%d/%Y %I:%M:%S %p')
                       AS bought, range AS n""",
    "named.csv": """SELECT strftime(TIMESTAMP '2023-03-01 01:00' + to_minutes((977 * range)::INT) +
                    if(range BETWEEN 37 AND 302, INTERVAL 1 HOUR, INTERVAL 0 HOUR), '%Y-%m-%dT%H:%M:%S Europe/Berlin')
                    AS begun, range AS n""",
    "day_first.csv": "SELECT strftime(DATE '2023-01-01' + (range % 365)::INT, '%d/%m/%Y') AS day, range AS n",
    "month_first.csv": "SELECT strftime(DATE '2023-01-01' + (range % 365)::INT, '%m/%d/%Y') AS day, range AS n",
    "brackets.csv": "SELECT range * range * 17 AS from_id, range / 100 AS rate",
}
TEMPORAL = [
    ("orders.csv", "placed", "days.csv", "day"), ("orders.csv", "placed", "months.csv", "month"),
    ("days.csv", "day", "weeks.csv", "week"), ("years.csv", "year", "days.csv", "day"),
    ("stamps.parquet", "at", "quarters.csv", "quarter"), ("months.csv", "month", "quarters.csv", "quarter"),
    ("serials.csv", "posting_date", "days.csv", "day"), ("epochs.csv", "sent_at", "stamps.parquet", "at"),
    ("stamps.parquet", "at", "named.csv", "begun"), ("american.csv", "bought", "orders.csv", "placed"),
    ("named.csv", "begun", "epochs.csv", "sent_at"), ("serials.csv", "posting_date", "months.csv", "month"),
]  # fmt: skip
ASOF = [
    ("orders.csv", "placed", "prices.csv", "since"), ("stamps.parquet", "at", "prices.csv", "since"),
    ("orders.csv", "id", "brackets.csv", "from_id"), ("days.csv", "day", "months.csv", "month"),
]  # fmt: skip
OPTIONS = [AsOf(), AsOf("forward"), AsOf("nearest")]


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("dated [1] lake's")
    (folder / "lake").mkdir()
    with duckdb.connect() as connection:
        for name, statement in TABLES.items():
            path = str(folder / "lake" / name).replace("'", "''")
            connection.execute(f"COPY ({statement} FROM range(300)) TO '{path}'")
    return Lake.index(folder / "lake", folder / "index", Settings(model="hashing", jobs=2))


@pytest.fixture(scope="module")
def plans(dated: Lake) -> list[JoinPlan]:
    temporal = [dated.join(*columns, "temporal") for columns in TEMPORAL]
    asof = [dated.join(*columns, "asof", asof=options) for columns, options in zip(ASOF, cycle(OPTIONS), strict=False)]
    grouped = [
        dated.join("orders.csv", "placed", "prices.csv", "since", "asof", also=[("shop", "shop")], asof=options)
        for options in (*OPTIONS, AsOf("nearest", "36h"))
    ]
    return [*temporal, *asof, *grouped]


@pytest.mark.parametrize("how", list(How))
def test_the_statement_gives_the_rows_of_the_join(plans: list[JoinPlan], how: How) -> None:
    for plan in (replace(one, how=how) for one in plans):
        rows = plan.to_arrow()
        with duckdb.connect() as connection:
            found = connection.sql(plan.sql()).to_arrow_table()
            pairs = connection.sql(plan.rows_sql()).to_arrow_table()
        assert sorted(map(str, found.to_pylist())) == sorted(map(str, rows.to_pylist()))
        assert pairs.equals(plan.rows())
        assert rows.num_rows == plan.counts.rows(how)
        assert plan.counts.pairs > 0


@pytest.mark.parametrize("dialect", [dialect for dialect in DIALECTS if dialect != "duckdb"])
def test_every_statement_can_be_written_in_every_dialect(plans: list[JoinPlan], dialect: str) -> None:
    for plan in plans:
        for how in (How.FULL, How.ANTI):
            translation = replace(plan, how=how).sql(dialect)
            # Written once more it may differ, in the case of a keyword for example, but then no more.
            again = sqlglot.parse_one(translation, read=dialect).sql(dialect=dialect)
            assert sqlglot.parse_one(again, read=dialect).sql(dialect=dialect) == again
            tree = sqlglot.parse_one(translation, read=dialect)
            defined = {one.alias for one in tree.find_all(exp.CTE)}
            tables = {".".join(part.name for part in table.parts) for table in tree.find_all(exp.Table)} - defined
            assert tables == {plan.left.table, plan.right.table}


def test_weeks_begin_on_a_monday_in_bigquery_too(dated: Lake) -> None:
    translation = dated.join("days.csv", "day", "weeks.csv", "week", "temporal").sql("bigquery")
    assert "ISOWEEK" in translation
    assert "WEEK)" not in translation.replace("ISOWEEK", "")


def test_instants_meet_whatever_their_columns_are_written_in(dated: Lake) -> None:
    written = [("stamps.parquet", "at"), ("epochs.csv", "sent_at"), ("offsets.csv", "seen"), ("named.csv", "begun")]
    for left, right in permutations(written, 2):
        plan = dated.join(*left, *right)
        rows = plan.rows()
        assert rows["left_row"].to_pylist() == rows["right_row"].to_pylist() == list(range(300))
        assert plan.condition.match == ("exact" if {left, right} <= set(written[:3:2]) else "temporal")
        assert plan.counts.pairs == 300


@pytest.mark.parametrize("match", ["auto", "exact", "normalised", "temporal"])
def test_equal_texts_of_different_orders_are_no_equality(dated: Lake, match: str) -> None:
    rows = dated.join("day_first.csv", "day", "month_first.csv", "day", match).rows()
    assert rows["left_row"].to_pylist() == rows["right_row"].to_pylist() == list(range(300))


def test_a_row_meets_all_rows_of_the_moment_and_no_other(dated: Lake) -> None:
    joined = dated.join("days.csv", "day", "months.csv", "month", "asof").to_arrow().to_pylist()
    assert all(row["day"].strftime("%Y-%m") == row["month"] for row in joined)
    assert len(joined) == 300 * 15


def test_an_empty_join_of_moments_proposes_an_as_of_join(dated: Lake) -> None:
    plan = dated.join("orders.csv", "placed", "prices.csv", "since", "exact")
    assert plan.to_arrow().num_rows == 0
    assert "try --match asof, by which each left row meets the latest right one before it" in plan.remarks(0)[1]
    nothing = dated.join("orders.csv", "placed", "prices.csv", "since", "asof", asof=AsOf("backward", "1s"))
    assert "by asof match; try another --direction or a larger --tolerance, or ask" in nothing.remarks(0)[1]


def test_an_as_of_join_is_never_taken_by_itself(dated: Lake) -> None:
    plan = dated.join("orders.csv", "placed", "prices.csv", "since")
    assert plan.condition.match == "temporal"
    assert {condition.match for condition in plan.tried} == {"exact", "normalised", "temporal"}
    with pytest.raises(InvalidSetting, match="are for match asof and not for auto"):
        dated.join("orders.csv", "placed", "prices.csv", "since", asof=AsOf())
