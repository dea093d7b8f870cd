"""One reading a column: by its own values, else as its table's other columns are, else by habit, which is said."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from lakeindex.canonical.column_reading import PLAIN, ColumnReading, DateOrder
from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.profile.column_profile import ColumnProfile
from lakeindex.profile.scan import profile_columns
from lakeindex.types.columns import Kind


def profiles(*columns: list[str]) -> list[ColumnProfile]:
    arrays = [pa.array(column) for column in columns]
    return profile_columns(arrays, ProfileLimits(), np.zeros(len(arrays), np.int64))


def readings(*columns: list[str]) -> list[ColumnReading]:
    return [one.reading for one in profiles(*columns)]


@pytest.mark.parametrize(
    ("values", "order", "is_guess"),
    [
        (["13/04/2024", "01/02/2024"], DateOrder.DAY_FIRST, False),
        (["04/13/2024", "01/02/2024"], DateOrder.MONTH_FIRST, False),
        (["13.04.2024"], DateOrder.DAY_FIRST, False),
        (["01/02/2024", "03/04/2024"], DateOrder.MONTH_FIRST, True),
        (["13/04/2024", "04/13/2024"], None, False),
        (["2024-04-13"], None, False),
    ],
)
def test_days_beyond_twelve_show_the_order(values: list[str], order: DateOrder | None, is_guess: bool) -> None:
    (found,) = readings(values)
    assert (found.date_order, found.is_guess) == (order, is_guess)
    assert ("no value shows it" in found.note) is is_guess


def test_an_ambiguous_column_is_read_as_its_neighbours_are_and_that_is_a_guess() -> None:
    ordered, open_ = readings(["25/12/2024", "01/02/2024"], ["01/02/2024", "03/04/2024"])
    assert (open_.date_order, open_.is_guess) == (ordered.date_order, True) == (DateOrder.DAY_FIRST, True)
    assert open_.note == "day first in dates, as in other columns of its table"


def test_thousands_with_points_are_read_by_the_decimal_commas_beside_them() -> None:
    number, amount = profiles(["25.168", "31.002"], ["0,50", "12,00"])
    assert (number.reading.has_decimal_comma, number.reading.is_guess) == (True, True)
    assert (number.minimum, number.maximum, number.sql_type) == (25168.0, 31002.0, "VARCHAR")
    assert amount.reading == ColumnReading(has_decimal_comma=True)
    assert readings(["25.168", "31.002"], ["0.50", "12.00"])[0].has_decimal_comma is False


def test_columns_of_other_tables_are_no_neighbours() -> None:
    arrays = [pa.array(["25.168"]), pa.array(["0,50"])]
    apart = profile_columns(arrays, ProfileLimits(), np.arange(2))
    assert [one.reading.has_decimal_comma for one in apart] == [False, True]


def test_dates_in_either_order_are_dates_and_their_days_are_known() -> None:
    (made,) = profiles(["13/04/2024", "02/03/2024"])
    assert (made.kind, made.sql_type) == (Kind.DATE, "VARCHAR")
    assert (made.minimum, made.maximum) == (19784.0, 19826.0)  # 2 March, 13 April


def test_letters_for_yes_and_no_stay_letters_in_sql() -> None:
    letters, truths = profiles(["y", "n", "t", "f"], ["true", "false"])
    assert (letters.kind, letters.sql_type) == (Kind.BOOLEAN, "VARCHAR")
    assert (truths.kind, truths.sql_type) == (Kind.BOOLEAN, "BOOLEAN")


def test_times_of_which_each_has_a_zone_are_times_with_a_zone() -> None:
    zoned, mixed = profiles(
        ["2024-03-08T06:00:00-06:00", "2024-03-08 06:00 +0530"], ["2024-03-08 06:00", "2024-03-08T06:00Z"]
    )
    assert (zoned.sql_type, zoned.reading.is_zoned) == ("TIMESTAMP WITH TIME ZONE", True)
    assert (mixed.sql_type, mixed.kind) == ("VARCHAR", Kind.DATE)


@pytest.mark.parametrize("reading", [PLAIN, ColumnReading(True, DateOrder.DAY_FIRST, True, True, "a note")])
def test_a_reading_is_written_and_read_back(reading: ColumnReading) -> None:
    assert ColumnReading.from_json(reading.to_json()) == reading


@pytest.mark.parametrize("text", ["[]", "{", '{"date_order": "x"}', '{"date_order": null, "is_guess": 1}', "7"])
def test_what_is_no_reading_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        ColumnReading.from_json(text)
