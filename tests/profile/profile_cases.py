"""Columns to profile, and profiles field by field."""

from __future__ import annotations

from dataclasses import fields

import pyarrow as pa
from hypothesis import settings
from hypothesis import strategies as st

from lakeindex.canonical.column_reading import ColumnReading
from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.profile.column_part import ColumnPart
from lakeindex.profile.column_profile import ColumnProfile, Spans
from lakeindex.profile.column_scan import ColumnScan
from lakeindex.profile.distinct_values import DistinctValues
from lakeindex.profile.sampled_texts import SampledTexts
from lakeindex.profile.scan import profile_columns, profiles_of
from lakeindex.profile.sketch import Sketch
from lakeindex.profile.typed_values import TypedValues

SMALL = ProfileLimits(values=6, words=5, grams=4, texts=3, looks=8, look_bytes=400)
"""So little that a few values already overflow every sketch."""

VALUES = (
    *("Paris", "paris ", "PARIS", "São Paulo", "sao paulo", "北京", "new york", "New York City", "a b", "b a"),
    *("7", "7.0", "07", "-0", "0", "1.5", "1e3", "1e999", "12345678901234567890", "true", "No"),
    *("1,234", "987,654", "1,234.5", "12,5", "1.234", "1.000"),
    *(
        "2020-01-02",
        "2020-1-2",
        "2/1/2020",
        "2020-02-31",
        "1969-12-31T23:00:00Z",
        "1969-12-31 23:00",
        "13/2/2020",
        "2/13/2020",
        "",
        " ",
        "n/a",
        "NULL",
        "-",
    ),
)
COLUMNS = st.lists(st.none() | st.sampled_from(VALUES) | st.text(st.characters(codec="utf-8"), max_size=3), max_size=30)
few = settings(max_examples=20, deadline=None)


def profile(
    values: list[str | None], limits: ProfileLimits = SMALL, reading: ColumnReading | None = None
) -> ColumnProfile:
    readings = None if reading is None else [reading]
    (made,) = profile_columns([pa.array(values, pa.string())], limits, readings=readings)
    return made


def scan(
    values: list[str | None], reading: ColumnReading, by_shortcuts: bool, limits: ProfileLimits = SMALL
) -> ColumnScan:
    """Scan a part of a column, by shortcuts or the long way."""
    column = pa.array(values, pa.string())
    if by_shortcuts:
        return ColumnPart.of(column).scan(reading, limits)
    (made,) = TypedValues.of(DistinctValues.of([column])).scans([reading], limits)
    return made


def merged(parts: list[ColumnScan], limits: ProfileLimits = SMALL) -> ColumnProfile:
    """Profile the column whose parts were scanned."""
    (made,) = profiles_of([ColumnScan.merged(parts, limits)], limits)
    return made


def as_facts(made: ColumnProfile) -> dict[str, object]:
    """Every field of a profile as something that `==` compares."""
    facts: dict[str, object] = {}
    for field in fields(made):
        value = getattr(made, field.name)
        if isinstance(value, Sketch):
            value = (value.hashes.tolist(), value.counts.tolist(), value.size)
        elif isinstance(value, Spans):
            value = repr(value)  # nan equals nan, and -0.0 is not 0.0
        elif isinstance(value, SampledTexts):
            value = list(value)
        elif not isinstance(value, int | ColumnReading | None):
            value = (str(value.dtype), value.tolist())
        facts[field.name] = value
    return facts
