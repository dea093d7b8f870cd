from __future__ import annotations

import math
from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.canonical.arrow_keys import ReadValues
from lakeindex.canonical.column_reading import ColumnReading, DateOrder
from lakeindex.profile.column_profile import VALUE_TYPES
from lakeindex.profile.normalise import normal_values
from lakeindex.profile.value_types import find_days, interpret

EPOCH = date(1970, 1, 1)
READ = {
    # value: (value type, number, day)
    "0": ("integer", 0, None),
    "-42": ("integer", -42, None),
    "+5": ("integer", 5, None),
    "7.0": ("integer", 7, None),
    "9" * 18: ("integer", 10**18, None),
    "1" + "0" * 18: ("code", 10**18, None),
    "007": ("code", 7, None),
    "-00": ("code", 0, None),
    "9" * 400: ("code", None, None),
    "1.5": ("decimal", 1.5, None),
    ".5": ("decimal", 0.5, None),
    "5.": ("decimal", 5, None),
    "-1.5E-3": ("decimal", -0.0015, None),
    "1e999": ("text", None, None),
    "-1e999": ("text", None, None),
    "1e-999": ("decimal", 0, None),
    "1e1000": ("text", None, None),
    "01.5": ("text", None, None),
    ".": ("text", None, None),
    "inf": ("text", None, None),
    "1,234": ("thousand", 1234, None),
    "-987,654": ("thousand", -987_654, None),
    "1,234.50": ("grouped", 1234.5, None),
    "1,234,567": ("grouped", 1_234_567, None),
    "1'234": ("grouped", 1234, None),
    "12 345.6": ("grouped", 12_345.6, None),
    "1.234,50": ("comma", 1234.5, None),
    "1.234.567": ("comma", 1_234_567, None),
    "1 234,5": ("comma", 1234.5, None),
    "1\u00a0234": ("comma", 1234, None),
    "-12,5": ("comma", -12.5, None),
    "0,123": ("comma", 0.123, None),
    "1234,567": ("comma", 1234.567, None),
    "12,5678": ("comma", 12.5678, None),
    "1.234": ("dotted", 1.234, None),
    "912 345 678": ("text", None, None),
    "01,5": ("text", None, None),
    "1,23,456": ("text", None, None),
    "1,2,3": ("text", None, None),
    "1.23.456": ("text", None, None),
    "1,234.567.8": ("text", None, None),
    "192.168.1.100": ("text", None, None),
    "0x1f": ("text", None, None),
    "٣": ("text", None, None),
    "1970-01-01": ("date", None, 0),
    "2020-02-29": ("date", None, 18321),
    "2020-02-31": ("text", None, None),
    "2021-02-29": ("text", None, None),
    "1900-02-29": ("text", None, None),
    "2020-13-01": ("text", None, None),
    "2020-1-1": ("text", None, None),
    "0000-01-01": ("date", None, -719_528),
    "9999-12-31": ("date", None, 2_932_896),
    "1970-01-02T10:00": ("timestamp", None, 1),
    "1970-01-02 23:59:59.123456789": ("timestamp", None, 1),
    "1970-01-02 23:59:59+05:30": ("zoned", None, 1),
    "1970-01-02T10:00Z": ("zoned", None, 1),
    "13/01/1970": ("day_first", None, 12),
    "3.1.1970": ("day_first", None, 2),
    "1/13/1970": ("month_first", None, None),
    "3/1/1970 10:00": ("either_order", None, 2),
    "31/2/1970": ("text", None, None),
    "1970-01-02 24:00": ("text", None, None),
    "1970-01-02 10:60": ("text", None, None),
    "2020-02-31 10:00": ("text", None, None),
    "1970-01-02 10": ("text", None, None),
    "TRUE": ("boolean", None, None),
    "n": ("flag", None, None),
    "oui": ("text", None, None),
    "": ("text", None, None),
}


DAY_FIRST = ColumnReading(date_order=DateOrder.DAY_FIRST)


def read(values: list[str]) -> list[tuple[str, float | None, float | None]]:
    normal = normal_values(pa.array(values, pa.large_string()))
    value_types, numbers = interpret(normal)
    value_types, days = find_days(ReadValues.of_one(normal, DAY_FIRST).ordered(), value_types)
    known = [[None if math.isnan(number) else number for number in each.tolist()] for each in (numbers, days)]
    return list(zip([VALUE_TYPES[number] for number in value_types], *known, strict=True))


@pytest.mark.parametrize("value", READ, ids=lambda value: value[:30])
def test_a_value_has_a_look_a_number_and_a_day(value: str) -> None:
    assert read([value]) == [READ[value]]


def test_values_are_read_together_as_each_alone() -> None:
    assert read(list(READ)) == list(READ.values())
    assert read([]) == []


def test_every_look_is_seen() -> None:
    assert {value_type for value_type, _, _ in READ.values()} == set(VALUE_TYPES)


@pytest.mark.parametrize("year", [1900, 1999, 2000, 2020, 2023])
def test_days_that_a_month_lacks_are_text_and_all_others_dates(year: int) -> None:
    written = [f"{year}-{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 32)]
    first = date(year, 1, 1)
    real = {(first + timedelta(days)).isoformat() for days in range((date(year + 1, 1, 1) - first).days)}
    assert {text for text, (name, _, _) in zip(written, read(written), strict=True) if name == "date"} == real


@settings(max_examples=50, deadline=None)
@given(st.dates())
def test_a_date_is_the_days_since_1970(day: date) -> None:
    assert read([day.isoformat()]) == [("date", None, (day - EPOCH).days)]


@settings(max_examples=50, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_written_by_python_is_read_as_it_was(number: float) -> None:
    ((value_type, found, _),) = read([repr(number)])
    assert value_type in ("integer", "decimal", "dotted", "code")
    assert found == number
    assert math.copysign(1, found) == 1 or found != 0, "nought has no sign"
