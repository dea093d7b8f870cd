"""A value has one key, whichever engine makes it, however it is written, as its column is read."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.canonical.arrow_keys import ReadValues
from lakeindex.canonical.column_reading import PLAIN, ColumnReading, DateOrder
from lakeindex.canonical.rewrites import MAY_BE_DATED, MAY_BE_SIGNED, MINUS, POINT
from lakeindex.canonical.sql_keys import Occurring, key_sql, ordered_sql, words_sql
from lakeindex.catalog.database import connect
from lakeindex.profile.normalise import normal_values

DAY_FIRST = ColumnReading(date_order=DateOrder.DAY_FIRST)
MONTH_FIRST = ColumnReading(date_order=DateOrder.MONTH_FIRST)
ZONED = ColumnReading(is_zoned=True)
COMMA = ColumnReading(has_decimal_comma=True)
READINGS = (PLAIN, ZONED, COMMA, ColumnReading(True, DateOrder.DAY_FIRST, True), MONTH_FIRST)

FORMS = {
    # written: (words, key), with · and ~ for the point and the minus of a number
    " Paris ": ("paris", "paris"),
    "\u00a0x\u2003\t": ("x", "x"),
    "São-Paulo": ("sao paulo", "saopaulo"),
    "İstanbul": ("istanbul", "istanbul"),
    "Straße": ("strasse", "strasse"),
    "GIESSEN": ("giessen", "giessen"),
    "Iğdır": ("igdir", "igdir"),
    "A\u200b1\ufeff": ("a1", "a1"),
    "ＡＢ－１２": ("ab 12", "ab12"),
    "O'Neil,  Ann": ("o neil ann", "oneilann"),
    "北京": ("北京", "北京"),
    "ﬁx ½ ℂ": ("fix 1 2 c", "fix12c"),
    "...": ("", "..."),
    "7.0": ("7", "7"),
    "+7.000": ("7 000", "7"),
    "7.50": ("7 50", "7·5"),
    "-0.0": ("0", "0"),
    "007": ("7", "7"),
    "007.0": ("7", "7"),
    "-007": ("7", "~7"),
    "000": ("0", "0"),
    "00a": ("00a", "0a"),
    "1e5": ("1e5", "1e5"),
    "1,234": ("1 234", "1234"),
    "1,5": ("1 5", "1·5"),
    "1.234,50": ("1 234 50", "1234·5"),
    "1,234,567": ("1 234 567", "1234567"),
    "1 234,5": ("1 234 5", "1234·5"),
    "-1'234.5": ("1 234 5", "~1234·5"),
    "0,5": ("0 5", "0·5"),
    ".5": ("5", "0·5"),
    "1.5e-05": ("1 5e 05", "1·5e~5"),
    "912 345 678": ("912 345 678", "912345678"),
    "1,2,3": ("1 2 3", "123"),
    "1.234": ("1 234", "1·234"),
    "1,234.0": ("1 234 0", "1234"),
    "(030) 12-34": ("030 12 34", "301234"),
    "{0AB-c}": ("0ab c", "0abc"),
    "urn:uuid:0AB-c": ("0ab c", "0abc"),
    "2020-3-4": ("2020 03 04", "20200304"),
    "2020/3/4": ("2020 03 04", "20200304"),
    "2020.03.04": ("2020 03 04", "20200304"),
    "2020-03-04 00:00": ("2020 03 04", "20200304"),
    "2020-03-04T12:30": ("2020 03 04 12 30 00", "20200304123000"),
    "2020-03-04 12:30:00.500": ("2020 03 04 12 30 00 5", "202003041230005"),
    "3.4.2020": ("2020 04 03", "20200403"),
    "3/4/20": ("3 4 20", "3420"),
}

AS_READ = [
    (DAY_FIRST, "3/4/2020", "20200403"),
    (MONTH_FIRST, "3/4/2020", "20200304"),
    (PLAIN, "3/4/2020", "342020"),
    (DAY_FIRST, "3-4-2020 7:05", "20200403070500"),
    (DAY_FIRST, "3/13/2020", "3132020"),
    (COMMA, "25.168", "25168"),
    (COMMA, "1,234", "1·234"),
    (COMMA, "12.50", "12·5"),
    (COMMA, "1.234.567", "1234567"),
    (ZONED, "2024-03-08T06:00:00-06:00", "20240308120000z"),
    (ZONED, "2024-03-08 17:30:00 +0530", "20240308120000z"),
    (ZONED, "2024-03-08T12:00Z", "20240308120000z"),
    (ZONED, "2024-03-08 12:00:00.250+00", "2024030812000025z"),
    (ZONED, "2024-01-01T05:30:00+05:30", "20240101"),
    (ZONED, "2024-12-31T24:00:00Z", "20250101"),
    (ZONED, "1899-12-31T23:00:00-01:00", "19000101"),
    (ZONED, "2024-02-30T00:30:00Z", "20240230003000z"),
    (ZONED, "2024-02-29T00:30:00Z", "20240229003000z"),
]
PIECES = st.sampled_from(
    [
        *("-", "+", "1", "0", "12", "234", "500", ".", ",", " ", "e", "a", "É", "ß", "ı", "İ", "ﬁ", "\u00a0", "\u200b"),
        *("e\u0301", "2024-03-08", "8/3/2024", "13.04.2024", "T", "6:30", "06:00:00", ".250", "Z", "-06:00", "+0530"),
        *("{", "urn:uuid:", "'", "½"),
    ]
)
WRITTEN = st.lists(st.lists(PIECES, min_size=1, max_size=5).map("".join), min_size=1, max_size=12)


def keys(written: list[str], reading: ColumnReading) -> list[tuple[str, str]]:
    read = ReadValues.of_one(normal_values(pa.array(written, pa.large_string())), reading)
    ordered = read.ordered()
    marked = [key.replace(POINT, "·").replace(MINUS, "~") for key in read.keys(ordered).to_pylist()]
    return list(zip(read.words(ordered).to_pylist(), marked, strict=True))


@pytest.mark.parametrize("written", FORMS)
def test_a_value_has_words_and_a_key(written: str) -> None:
    assert keys([written], PLAIN) == [FORMS[written]]


@pytest.mark.parametrize(("reading", "written", "key"), AS_READ)
def test_a_value_is_read_as_its_column_is(reading: ColumnReading, written: str, key: str) -> None:
    assert keys([written], reading)[0][1] == key


def test_forms_of_values_together_are_those_of_each_alone() -> None:
    assert keys(list(FORMS), PLAIN) == list(FORMS.values())


def test_each_of_several_columns_is_read_in_its_own_way() -> None:
    written = [one for _, one, _ in AS_READ]
    values = normal_values(pa.array(written, pa.large_string()))
    read = ReadValues(values, [one for one, _, _ in AS_READ], pa.array(range(len(written))).to_numpy())
    found = [key.replace(POINT, "·").replace(MINUS, "~") for key in read.keys(read.ordered()).to_pylist()]
    assert found == [key for _, _, key in AS_READ]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(PIECES, min_size=1, max_size=5).map("".join), min_size=1, max_size=12), st.sampled_from(READINGS)
)
def test_duckdb_makes_the_same_words_and_keys_as_arrow(written: list[str], reading: ColumnReading) -> None:
    assert in_sql(written, reading) == in_arrow(written, reading)


@pytest.mark.parametrize("reading", READINGS)
def test_duckdb_makes_the_same_keys_of_all_forms(reading: ColumnReading) -> None:
    written = [*FORMS, *(one for _, one, _ in AS_READ)]
    assert in_sql(written, reading) == in_arrow(written, reading)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**12), st.integers(0, 6), st.integers(1, 4))
def test_a_whole_number_has_one_key_with_leading_zeros_or_zero_decimals(number: int, zeros: int, decimals: int) -> None:
    written = [f"{'0' * zeros}{number}", f"{number}.{'0' * decimals}", f"{number:,}", f"{number:,}".replace(",", " ")]
    assert [key for _, key in keys(written, PLAIN)] == [str(number)] * 4
    assert [key for _, key in keys([f"{number:,}".replace(",", ".")], COMMA)] == [str(number)]


def in_arrow(written: list[str], reading: ColumnReading) -> list[tuple[str | None, str | None]]:
    values = normal_values(pa.array(written, pa.large_string()))
    read = ReadValues.of_one(values, reading)
    ordered = read.ordered()
    # A value without letters and digits has itself as key in a sketch, and no partner in a join.
    made = zip(values.to_pylist(), read.words(ordered).to_pylist(), read.keys(ordered).to_pylist(), strict=True)
    return [(words or None, None if key == value and not words else key) for value, words, key in made]


def in_sql(written: list[str], reading: ColumnReading) -> list[tuple[str | None, str | None]]:
    values = normal_values(pa.array(written, pa.large_string()))
    may_be = [pc.any(pc.match_substring_regex(values, test)).as_py() for test in (MAY_BE_DATED, MAY_BE_SIGNED)]
    occurring = Occurring("".join({one for value in values.to_pylist() for one in value}), *may_be)
    ordered = ordered_sql("value", reading, occurring)
    with connect(None, "500MB") as connection:
        connection.register("texts", pa.table({"value": values, "n": range(len(values))}))
        sql = f"SELECT {words_sql(ordered)}, {key_sql(ordered, reading, occurring)} FROM texts ORDER BY n"
        return [(words, key) for words, key in connection.sql(sql).fetchall()]
