"""Moments that stand as text or as a number are read as the day on which they begin."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import duckdb
import pyarrow as pa
import pytest

from lakeindex.join.temporal.date_formats import MOMENT_FORMATS
from lakeindex.join.temporal.grains import Grain, common_grain

MARCH = datetime(2024, 3, 1)
NEVER = (
    "2024-13", "00/2024", "2024-Q5", "q0 2024", "2024-W54", "2024-W00", "2024-02-30", "2024-03-15 25:00", "31.04.2024",
    "marsh 2024", "Feb 30 2024", "15 mars 2024", "Mar 15 24", "20241301", "202413", "24-03", "2024-3-", "",
    "n/a", "3.2024 5",
)  # fmt: skip


def read(texts: list[str]) -> list[tuple[Grain | None, datetime] | None]:
    """Read texts by the first format that each of them has; the others of the same order say the same."""
    with duckdb.connect() as connection:
        connection.register("texts", pa.table({"value": pa.array(texts, pa.string()), "n": range(len(texts))}))
        moments = ", ".join(one.moment.replace("{value}", "value") for one in MOMENT_FORMATS)
        rows = connection.sql(f"SELECT {moments} FROM texts ORDER BY n").fetchall()
    found: list[list[tuple[Grain | None, datetime]]] = []
    for row in rows:
        has = [(form, moment) for form, moment in zip(MOMENT_FORMATS, row, strict=True) if moment is not None]
        of_order = {form.days and form.days.order: moment for form, moment in has}
        assert all(moment == of_order[form.days and form.days.order] for form, moment in has)
        assert len(of_order) < 2 or all(form.days is not None for form, _ in has), "a value has two formats"
        found.append([(form.grain, moment) for form, moment in has])
    return [one[0] if one else None for one in found]


@pytest.mark.parametrize(
    ("grain", "moment", "texts"),
    [
        (Grain.MONTH, MARCH, ["2024-03", "2024/3", "03/2024", "3-2024", "202403", "202403.0", "Mar 2024",
                              " MARCH 2024 ", "mar. 2024", "Mar-2024", "march, 2024"]),
        (Grain.QUARTER, datetime(2024, 7, 1), ["2024-Q3", "Q3 2024", "2024Q3", "2024 q3", "q3-2024", "Q3/2024"]),
        (Grain.WEEK, datetime(2024, 1, 29), ["2024-W05", "2024W05", "2024-w05"]),
        (Grain.YEAR, datetime(2024, 1, 1), ["2024", "2024.0", " 2024 "]),
        (Grain.DAY, datetime(2024, 3, 15), ["20240315", "20240315.0"]),
        (None, datetime(2024, 3, 15), ["2024-03-15", "2024/3/15", "2024.03.15", "15.3.2024", "2024-03-15 00:00:00",
                                       "2024-03-15T00:00:00Z", "2024-03-15t01:00+01:00", "15.03.2024 00:00",
                                       "Mar 15 2024", "March 15, 2024", "15 Mar 2024", "15-MAR-2024", "15th march 2024",
                                       "15. March 2024", "mar. 15th, 2024"]),
        (None, datetime(2024, 3, 15, 13, 45, 30, 250000), ["2024-03-15 13:45:30.25", "2024-03-15T13:45:30.250",
                                                           "2024-03-15 08:45:30.25-05"]),
    ],
)  # fmt: skip
def test_every_form_is_read(grain: Grain | None, moment: datetime, texts: list[str]) -> None:
    assert read(texts) == [(grain, moment)] * len(texts)


def test_what_is_no_moment_is_none() -> None:
    assert read(list(NEVER)) == [None] * len(NEVER)


def test_all_months_are_known_by_name() -> None:
    months = [datetime(2023, month, 1) for month in range(1, 13)]
    for form in ("%b %Y", "%B %Y"):
        assert read([month.strftime(form) for month in months]) == [(Grain.MONTH, month) for month in months]
    for form in ("%b %d %Y", "%d %B %Y"):
        assert read([month.strftime(form) for month in months]) == [(None, month) for month in months]


def test_weeks_are_those_of_iso_8601() -> None:
    mondays = [date(2015, 1, 5) + timedelta(weeks=number) for number in range(600)]
    texts = ["{}-W{:02d}".format(*monday.isocalendar()) for monday in mondays]
    assert read(texts) == [(Grain.WEEK, datetime(one.year, one.month, one.day)) for one in mondays]


def test_periods_of_a_finer_grain_lie_within_those_of_a_coarser_one() -> None:
    """A week lies in no month; whether the others do is tried on every minute of two years, some of them."""
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE t AS SELECT timestamp '2023-01-01' + to_minutes((17 * range)::INT) AS m FROM range(62000)"
        )
        for one in Grain:
            for other in Grain:
                if Grain.TIME in (one, other):
                    continue
                crossing = connection.sql(
                    f"SELECT count(*) FROM (SELECT count(DISTINCT {other.truncated('m')}) AS n FROM t "
                    f"GROUP BY {one.truncated('m')}) WHERE n > 1"
                ).fetchall()[0][0]
                nests = crossing == 0
                is_finer = list(Grain).index(one) <= list(Grain).index(other)
                assert (common_grain(one, other) is other) is (nests and is_finer)


def test_times_are_finer_than_all() -> None:
    assert common_grain(Grain.YEAR, Grain.TIME) is Grain.YEAR
    assert common_grain(Grain.WEEK, Grain.MONTH) is None
    assert common_grain(Grain.QUARTER, Grain.WEEK) is None
