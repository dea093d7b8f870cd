from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakeindex.canonical.arrow_keys import ReadValues
from lakeindex.canonical.column_reading import ColumnReading
from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.hashing.text_hash import HashedText
from lakeindex.profile.column_profile import LENGTH_BINS, length_bin
from lakeindex.profile.normalise import is_missing, normal_values
from lakeindex.profile.scan import profile_columns
from lakeindex.types.columns import Kind
from tests.profile.profile_cases import COLUMNS, SMALL, as_facts, few, profile

LIMITS = ProfileLimits()
NOON = dt.datetime(2020, 1, 2, 12)
ARROW = {
    # type: (array, kind, SQL type, its texts)
    "int64": (pa.array([3, None, 10]), Kind.INTEGER, "BIGINT", {"3", "10"}),
    "uint64": (pa.array([2**64 - 1], pa.uint64()), Kind.TEXT, "VARCHAR", {"18446744073709551615"}),
    "double": (pa.array([7.0, 1e20, float("nan")]), Kind.DECIMAL, "DOUBLE", {"7", "1e+20"}),
    "infinity": (pa.array([1.5, float("inf")]), Kind.TEXT, "VARCHAR", {"1.5", "inf"}),
    "half": (pa.array(np.array([1.5], np.float16)), Kind.DECIMAL, "DOUBLE", {"1.5"}),
    "decimal": (pa.array([Decimal("1.50")]), Kind.DECIMAL, "DOUBLE", {"1.50"}),
    "whole decimal": (pa.array([Decimal("15.00")]), Kind.INTEGER, "BIGINT", {"15.00"}),
    "bool": (pa.array([True, None, False]), Kind.BOOLEAN, "BOOLEAN", {"true", "false"}),
    "date32": (pa.array([dt.date(2020, 1, 2)]), Kind.DATE, "DATE", {"2020-01-02"}),
    "timestamp": (pa.array([NOON], pa.timestamp("s")), Kind.DATE, "TIMESTAMP", {"2020-01-02 12:00:00"}),
    "timestamp UTC": (
        pa.array([NOON], pa.timestamp("s", "UTC")),
        Kind.DATE,
        "TIMESTAMP WITH TIME ZONE",
        {"2020-01-02 12:00:00+00"},
    ),
    "timestamp zone": (
        pa.array([NOON], pa.timestamp("s", "Europe/Paris")),
        Kind.DATE,
        "TIMESTAMP WITH TIME ZONE",
        {"2020-01-02 12:00:00+00"},
    ),
    "timestamp ns": (pa.array([1], pa.timestamp("ns")), Kind.DATE, "TIMESTAMP", {"1970-01-01 00:00:00.000000001"}),
    "time": (pa.array([dt.time(3, 4, 5)], pa.time32("s")), Kind.TEXT, "VARCHAR", {"03:04:05"}),
    "duration": (pa.array([dt.timedelta(seconds=4)], pa.duration("s")), Kind.INTEGER, "BIGINT", {"4"}),
    "interval": (
        pa.array([pa.MonthDayNano([1, 2, 3])]),
        Kind.TEXT,
        "VARCHAR",
        {"MonthDayNano(months=1, days=2, nanoseconds=3)"},
    ),
    "binary": (pa.array([b"\x00\xff", None]), Kind.TEXT, "VARCHAR", {"00ff"}),
    "binary view": (pa.array([b"\x00\xff"], pa.binary_view()), Kind.TEXT, "VARCHAR", {"00ff"}),
    "fixed binary": (pa.array([b"\xab\xcd"], pa.binary(2)), Kind.TEXT, "VARCHAR", {"abcd"}),
    "dictionary": (pa.array(["a", None, "a"]).dictionary_encode(), Kind.TEXT, "VARCHAR", {"a"}),
    "run-end": (pc.run_end_encode(pa.array([1, 1, 2])), Kind.INTEGER, "BIGINT", {"1", "2"}),
    "list": (pa.array([[1, 2], None]), Kind.INTEGER, "BIGINT", {"1", "2"}),
    "struct": (pa.array([{"a": 1}]), Kind.TEXT, "VARCHAR", {"{'a': 1}"}),
    "map": (pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int8())), Kind.TEXT, "VARCHAR", {"[('a', 1)]"}),
    "uuid": (
        pa.array([uuid.UUID(int=10).bytes], pa.uuid()),
        Kind.TEXT,
        "VARCHAR",
        {"00000000-0000-0000-0000-00000000000a"},
    ),
    "null": (pa.nulls(3), Kind.EMPTY, "VARCHAR", set()),
    "large string": (pa.array(["é"], pa.large_string()), Kind.TEXT, "VARCHAR", {"é"}),
    "string view": (pa.array(["é", None], pa.string_view()), Kind.TEXT, "VARCHAR", {"é"}),
    "no rows": (pa.array([], pa.string()), Kind.EMPTY, "VARCHAR", set()),
    "no chunks": (pa.chunked_array([], pa.int64()), Kind.EMPTY, "VARCHAR", set()),
    "chunks": (pa.chunked_array([["a"], [], ["b", "a"]]), Kind.TEXT, "VARCHAR", {"a", "b"}),
    "slice": (pa.array(["x", "a", "b", "y"]).slice(1, 2), Kind.TEXT, "VARCHAR", {"a", "b"}),
}


@pytest.mark.parametrize("name", ARROW)
def test_a_column_of_any_arrow_type_is_profiled(name: str) -> None:
    array, kind, sql_type, texts = ARROW[name]
    (made,) = profile_columns([array], LIMITS)
    assert (made.kind, made.sql_type, made.rows) == (kind, sql_type, 3 if name == "list" else len(array))
    assert {sampled.text for sampled in made.texts} == texts


@few
@given(st.lists(COLUMNS, max_size=6))
def test_columns_profiled_together_are_profiled_as_each_alone(columns: list[list[str | None]]) -> None:
    together = profile_columns([pa.array(column, pa.string()) for column in columns], SMALL)
    assert [as_facts(made) for made in together] == [as_facts(profile(column)) for column in columns]


def spelling_hash(form: tuple[str, str, list[str]]) -> int:
    value, key, _ = form
    return hash_of(key) >> 24 << 24 | hash_of(value) % 2**24


@few
@given(COLUMNS)
def test_the_counts_of_a_profile_are_those_of_its_rows(rows: list[str | None]) -> None:
    made = profile(rows, LIMITS)
    forms = [form for row in rows if row is not None and (form := normal_form(row, made.reading)) is not None]
    lengths = length_bin(np.array([len(value) for value, _, _ in forms], np.int64))
    assert (made.rows, made.nulls) == (len(rows), len(rows) - len(forms))
    assert made.distinct == len({value for value, _, _ in forms})
    assert made.lengths.tolist() == np.bincount(lengths, minlength=LENGTH_BINS).tolist()
    for sketch, items in (
        (made.values, [spelling_hash(form) for form in forms]),
        (made.words, [hash_of(word) for _, _, words in forms for word in words]),
    ):
        counts = sorted(Counter(items).items())
        assert list(zip(sketch.hashes.tolist(), sketch.counts.tolist(), strict=True)) == counts


@few
@given(COLUMNS)
def test_the_texts_are_those_of_the_smallest_hashes_with_the_rows_of_all_spellings(rows: list[str | None]) -> None:
    spellings: dict[int, list[str]] = {}
    made = profile(rows)
    for row in rows:
        if row is not None and (form := normal_form(row, made.reading)) is not None:
            spellings.setdefault(spelling_hash(form), []).append(row)
    expected = [(value, min(texts, key=hash_of), len(texts)) for value, texts in sorted(spellings.items())]
    sampled = [(text.value_hash, text.text, text.rows) for text in made.texts]
    assert sampled == expected[: SMALL.texts]
    assert all(text.text_hash == hash_of(text.text) for text in profile(rows).texts)


def test_no_columns_have_no_profiles() -> None:
    assert profile_columns([], LIMITS) == []


def normal_form(text: str, reading: ColumnReading) -> tuple[str, str, list[str]] | None:
    """The value, key and words of a text; None where it stands for nothing."""
    values = normal_values(pa.array([text], pa.large_string()))
    if is_missing(values)[0].as_py():
        return None
    read = ReadValues.of_one(values, reading)
    ordered = read.ordered()
    value, key, joined = (forms[0].as_py() for forms in (values, read.keys(ordered), read.words(ordered)))
    return value, key, joined.split(" ") if joined else []


def hash_of(text: str) -> int:
    return int(HashedText.from_arrow(pa.array([text], pa.large_string())).strings()[0])
