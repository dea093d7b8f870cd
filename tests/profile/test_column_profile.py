from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakeindex.config.profile_limits import ProfileLimits, RawValues
from lakeindex.hashing.text_hash import HashedText
from lakeindex.profile.column_part import ColumnPart
from lakeindex.profile.column_profile import LENGTH_BINS, PATTERN_BINS, VALUE_TYPES, Extremes, length_bin
from lakeindex.profile.column_scan import ColumnScan
from lakeindex.types.columns import Kind
from tests.profile.profile_cases import COLUMNS, SMALL, VALUES, as_facts, few, merged, profile, scan

LIMITS = ProfileLimits()
TYPES = {
    # values: (kind, DuckDB's type)
    ("1", "-2", "+3", "7.0"): (Kind.INTEGER, "BIGINT"),
    ("999999999999999999",): (Kind.INTEGER, "BIGINT"),
    ("1000000000000000000",): (Kind.TEXT, "VARCHAR"),
    ("18446744073709551616", "5"): (Kind.TEXT, "VARCHAR"),
    ("01234", "1234"): (Kind.TEXT, "VARCHAR"),
    (*map(str, range(10, 29)), "007"): (Kind.INTEGER, "VARCHAR"),
    ("1", "2.5", "1e3", ".5"): (Kind.DECIMAL, "DOUBLE"),
    ("2.50", "3.10"): (Kind.DECIMAL, "DOUBLE"),
    ("1", "1e999"): (Kind.TEXT, "VARCHAR"),
    ("1,234.50", "987", "1,234"): (Kind.DECIMAL, "VARCHAR"),
    ("1.234,50", "12", "1,234"): (Kind.DECIMAL, "VARCHAR"),
    ("12,5", "3,25"): (Kind.DECIMAL, "VARCHAR"),
    ("1,234", "5,678"): (Kind.TEXT, "VARCHAR"),
    ("1,234", "1,234.5", "0,5"): (Kind.TEXT, "VARCHAR"),
    ("2020-01-02", "1999-12-31"): (Kind.DATE, "DATE"),
    ("2020-01-02", "2020-01-02 10:00", "2020-01-02T10:00:00.5Z"): (Kind.DATE, "VARCHAR"),
    ("2020-01-02", "2020-01-02 10:00"): (Kind.DATE, "TIMESTAMP"),
    ("2020-01-02 10:00Z", "2020-01-02T10:00:00.5+05:30"): (Kind.DATE, "TIMESTAMP WITH TIME ZONE"),
    ("2020-02-30", "2020-02-28"): (Kind.TEXT, "VARCHAR"),
    ("02/01/2020", "03/01/2020"): (Kind.DATE, "VARCHAR"),
    ("13/01/2020", "01/13/2020"): (Kind.TEXT, "VARCHAR"),
    ("true", "F", "yes", "N"): (Kind.BOOLEAN, "VARCHAR"),
    ("true", "FALSE"): (Kind.BOOLEAN, "BOOLEAN"),
    ("1", "0"): (Kind.INTEGER, "BIGINT"),
    ("true", "1"): (Kind.TEXT, "VARCHAR"),
    ("1", "2020-01-02"): (Kind.TEXT, "VARCHAR"),
    ("1", "n/a", "", None): (Kind.INTEGER, "BIGINT"),
    ("n/a", "", None): (Kind.EMPTY, "VARCHAR"),
    (): (Kind.EMPTY, "VARCHAR"),
}
KEYS = {
    ("a", "b", None, ""): True,
    ("a", "b", "A "): False,
    ("7", "7.0"): False,
    ("7", "07"): True,
    (None, "n/a"): False,
    (): False,
}


@few
@given(COLUMNS, st.data())
def test_every_split_in_any_order_merges_to_the_profile_of_the_whole(
    values: list[str | None], data: st.DataObject
) -> None:
    whole = profile(values)
    rows = data.draw(st.permutations(values))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=3)))
    bounds = zip([0, *cuts], [*cuts, len(rows)], strict=True)
    ways = st.booleans()
    parts = [scan(rows[start:end], whole.reading, by_shortcuts=data.draw(ways)) for start, end in bounds]
    some = data.draw(st.integers(1, len(parts)))
    nested = [ColumnScan.merged(parts[:some], SMALL), *parts[some:]]
    assert as_facts(merged(parts)) == as_facts(merged(nested[::-1])) == as_facts(whole)


@few
@given(COLUMNS, COLUMNS)
def test_a_part_that_is_scanned_within_the_bound_of_the_others_adds_all_that_it_has_to(
    ones: list[str | None], others: list[str | None]
) -> None:
    whole = profile(ones + others)
    known = scan(ones, whole.reading, by_shortcuts=True)
    column = pa.array(others, pa.string())
    further = ColumnPart.of(column).scan(whole.reading, SMALL, known.bound)
    assert as_facts(merged([known, further])) == as_facts(whole)


def test_under_a_key_shortcuts_lead_to_the_same_hashes() -> None:
    keyed = replace(SMALL, raw=RawValues.HASH, hash_key="00112233445566778899aabbccddeeff")
    values: list[str | None] = [*VALUES, *map(str, range(40)), *(f"name {number}" for number in range(40))]
    reading = profile(values).reading
    one, other = (scan(values, reading, by_shortcuts, keyed) for by_shortcuts in (True, False))
    assert one.values.equals(other.values)
    assert not one.values.equals(scan(values, reading, True).values)
    assert as_facts(merged([one], keyed)) == as_facts(merged([other], keyed))


def test_scans_of_different_readings_are_not_merged() -> None:
    day_first, month_first = (profile([day]).reading for day in ("13/01/2024", "01/13/2024"))
    with pytest.raises(ValueError, match="read differently"):
        merged([scan([], reading, by_shortcuts=True) for reading in (day_first, month_first)])


def test_the_values_of_the_lists_are_of_every_value_type() -> None:
    seen = profile(list(VALUES), LIMITS).value_types
    assert dict(zip(VALUE_TYPES, (seen > 0).tolist(), strict=True)) == dict.fromkeys(VALUE_TYPES, True)


@pytest.mark.parametrize("values", TYPES, ids=lambda values: " ".join(map(str, values))[:40])
def test_values_decide_the_kind_and_the_sql_type(values: tuple[str | None, ...]) -> None:
    made = profile(list(values), LIMITS)
    assert (made.kind, made.sql_type) == TYPES[values]


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


@few
@given(values=st.lists(st.sampled_from([value for values in TYPES for value in values if value]), max_size=3))
def test_every_value_converts_to_the_sql_type_in_duckdb(
    values: list[str], connection: duckdb.DuckDBPyConnection
) -> None:
    kind = profile(values, LIMITS).sql_type
    for value in values:
        found = connection.execute(f"SELECT TRY_CAST(trim(?) AS {kind})", [value]).fetchone()
        assert value == "n/a" or found != (None,), f"{value} is no {kind}"


def test_nine_in_ten_values_decide_the_kind_and_all_of_them_the_sql_type() -> None:
    numbers = [str(number) for number in range(9)]
    assert (profile([*numbers, "x"], LIMITS).kind, profile([*numbers, "x"], LIMITS).sql_type) == (
        Kind.INTEGER,
        "VARCHAR",
    )
    assert profile([*numbers, "x", "y"], LIMITS).kind is Kind.TEXT


@pytest.mark.parametrize("values", KEYS, ids=str)
def test_a_key_is_a_column_whose_values_do_not_repeat(values: tuple[str | None, ...]) -> None:
    assert profile(list(values), LIMITS).is_key is KEYS[values]


def test_with_an_incomplete_sketch_a_key_is_a_column_of_about_as_many_values_as_rows() -> None:
    unique = [f"v{number}" for number in range(20_000)]
    made = profile(unique, LIMITS)
    assert not made.values.is_complete
    assert made.distinct == pytest.approx(20_000, rel=3 / math.sqrt(LIMITS.values))
    assert made.distinct <= 20_000
    assert not profile(unique * 2, LIMITS).is_key


def test_a_column_of_dates_has_the_extremes_of_its_dates_and_any_other_those_of_its_numbers() -> None:
    dates = [f"2020-01-{day:02d}" for day in range(1, 20)]
    mixed = profile([*dates, "-1e300"], LIMITS)
    assert (mixed.kind, mixed.minimum, mixed.maximum) == (Kind.DATE, 18262.0, 18280.0)
    assert (mixed.spans.numbers, mixed.spans.days) == (Extremes(-1e300, -1e300), Extremes(18262.0, 18280.0))
    text = profile(["x", "007", "-1.5", "2020-01-01"], LIMITS)
    assert (text.kind, text.minimum, text.maximum) == (Kind.TEXT, -1.5, 7.0)


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        (["1,234.50", "987", "45,678"], 987.0, 45_678.0),
        (["1.234,50", "0,5", "45.678"], 0.5, 45_678.0),
        (["12,5", "3,25", "1,234", "1.001"], 1.234, 1001.0),
        (["1 234,5", "-7"], -7.0, 1234.5),
        (["1.234", "2.5"], 1.234, 2.5),
        (["1,234", "5"], 5.0, 5.0),
        (["1,234,567", "12,5", "1,234", "2"], 2.0, 1_234_567.0),
    ],
)
def test_a_column_decides_what_its_commas_and_points_mean(values: list[str], low: float, high: float) -> None:
    made = profile(values, LIMITS)
    assert (made.minimum, made.maximum) == (low, high)
    together = merged([scan(part, made.reading, False, LIMITS) for part in (values[:1], values[1:])], LIMITS)
    assert (together.minimum, together.maximum) == (low, high)


def test_extremes_of_nothing_are_nan_and_give_way_to_any_number() -> None:
    assert math.isnan(profile(["x"]).minimum)
    assert math.isnan(profile([]).maximum)
    assert Extremes().merge(Extremes(1.0, 2.0)) == Extremes(1.0, 2.0).merge(Extremes()) == Extremes(1.0, 2.0)


def test_frequent_texts_come_first_and_equally_frequent_ones_in_the_order_of_their_hashes() -> None:
    made = profile(["b", "a", "c", "C", "d", "d", "d"], LIMITS)
    tied = sorted("ab", key=lambda text: HashedText.from_arrow(pa.array([text])).strings()[0])
    assert [sampled.text.lower() for sampled in made.most_frequent(4)] == ["d", "c", *tied]
    assert [sampled.text for sampled in made.most_frequent(1)] == ["d"]


def test_lengths_are_binned_by_powers_of_the_root_of_two() -> None:
    firsts = {0: 0, 1: 1, 3: 2, 4: 3, 5: 4, 6: 5, 7: 7, 8: 10, 9: 14, 10: 20, 11: 27, 12: 39, 13: 54, 14: 77, 15: 108}
    bins = length_bin(np.arange(0, 400))
    assert {int(number): int(np.argmax(bins == number)) for number in np.unique(bins)} == firsts
    assert bins.tolist() == sorted(bins.tolist())


def test_a_value_counts_its_rows_in_each_histogram_once() -> None:
    made = profile(["ab", "AB", "12", None, "n/a"], LIMITS)
    assert made.value_types.tolist() == [2, 1] + [0] * (len(VALUE_TYPES) - 2)
    assert made.lengths.tolist() == [0, 0, 0, 3] + [0] * (LENGTH_BINS - 4)
    assert sorted(made.patterns.tolist()) == [0] * (PATTERN_BINS - 2) + [1, 2]


def test_a_profile_is_shown_in_a_line_without_any_value() -> None:
    shown = profile(["secret", "secret", "other", None], LIMITS)
    assert repr(shown) == "<ColumnProfile: type text, rows 4, nulls 1, distinct 2>"
    assert repr(profile([None], LIMITS)) == "<ColumnProfile: type empty, rows 1, nulls 1, distinct 0>"
    assert '<th scope="row">distinct</th><td>2</td>' in shown._repr_html_() and "secret" not in shown._repr_html_()
