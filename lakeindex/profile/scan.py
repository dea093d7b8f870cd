"""Profile many columns in one pass: their distinct values are normalised, hashed and counted together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Floats, Hashes, Integers, Texts
from lakeindex.canonical.alternate_keys import AlternateKeys, may_be_moments
from lakeindex.canonical.arrow_keys import ReadValues
from lakeindex.canonical.column_reading import ColumnReading
from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.hashing.siphash import keyed_spellings, siphash
from lakeindex.hashing.text_hash import KEY_MASK, HashedText, spelling_hashes
from lakeindex.profile.column_profile import (
    LENGTH_BINS,
    PATTERN_BINS,
    VALUE_TYPES,
    ColumnProfile,
    Extremes,
    length_bin,
)
from lakeindex.profile.normalise import is_missing, shape_of
from lakeindex.profile.read_columns import read_columns
from lakeindex.profile.read_once import NormalOnce, ReadOnce
from lakeindex.profile.sampled_texts import SampledTexts, smallest_places
from lakeindex.profile.sketch import Sketch, sketch_each
from lakeindex.profile.value_text import Column, as_text
from lakeindex.profile.value_types import DATED, find_days, interpret


def profile_columns(
    columns: Sequence[Column],
    limits: ProfileLimits,
    tables: Integers | None = None,
    readings: Sequence[ColumnReading] | None = None,
) -> list[ColumnProfile]:
    """Profile each column; many small ones together cost little more than one.

    `tables` (n,) are the tables that the columns are of, in any numbers; None where each is of its own. What
    `readings` doesn't give is decided here, from the values of each column and its table.
    """
    distinct = _distinct_values(columns)
    normal = distinct.normal
    value_types, numbers = interpret(normal.values)
    if readings is None:
        counts = distinct.histograms(value_types[normal.value_of], len(VALUE_TYPES))
        readings = read_columns(counts, np.arange(len(columns)) if tables is None else tables)
    numbers_of = numbers[normal.value_of]
    read = ReadOnce.of(normal, distinct.owners, readings, _are_moments(distinct.extremes(numbers_of)))
    ordered = read.values.ordered()
    read_types, days = find_days(ordered, value_types[read.value_of])
    value_hashes = _value_hashes(read.values, ordered, limits)[read.read_of]
    # One after the other: the texts and hashes of all values take memory.
    sketches = {
        "words": _sketch_words(distinct, read, ordered, limits),
        "alternates": _sketch_alternates(
            distinct, read, ordered, numbers[read.value_of], np.isin(read_types, DATED), limits
        ),
    }
    types_of, days_of = read_types[read.read_of], days[read.read_of]
    del ordered, read
    lengths = length_bin(pc.utf8_length(normal.values).to_numpy())[normal.value_of]
    is_thousand, is_dotted = (types_of == VALUE_TYPES.index(name) for name in ("thousand", "dotted"))
    fields: dict[str, Sequence[Any]] = {
        "rows": distinct.rows_of_columns,
        "nulls": distinct.nulls(),
        "values": distinct.sketches(value_hashes, limits.values),
        **sketches,
        "texts": distinct.samples(value_hashes, limits.texts),
        "value_types": distinct.histograms(types_of, len(VALUE_TYPES)),
        "lengths": distinct.histograms(lengths, LENGTH_BINS),
        "patterns": distinct.histograms(_patterns(normal.values)[normal.value_of], PATTERN_BINS),
        "numbers": distinct.extremes(np.where(is_thousand | is_dotted, np.nan, numbers_of)),
        "thousands": distinct.extremes(np.where(is_thousand, numbers_of, np.nan)),
        "dotted": distinct.extremes(np.where(is_dotted, numbers_of, np.nan)),
        "days": distinct.extremes(days_of),
        "reading": readings,
    }
    return [
        ColumnProfile(text_limit=limits.texts, **{field: each[column] for field, each in fields.items()})
        for column in range(len(columns))
    ]


def _are_moments(spans: Sequence[Extremes]) -> Flags:
    return np.array([may_be_moments(span.low, span.high) for span in spans], bool)


def _patterns(values: Texts) -> Integers:
    shapes = HashedText.from_arrow(shape_of(values)).strings()
    return (shapes % np.uint64(PATTERN_BINS)).astype(np.int64)


def _value_hashes(read: ReadValues, ordered: Texts, limits: ProfileLimits) -> Hashes:
    key_hashes = HashedText.from_arrow(read.keys(ordered)).strings()
    hashes = spelling_hashes(key_hashes, HashedText.from_arrow(read.values).strings())
    return keyed_spellings(hashes, limits.key) if limits.key else hashes


def _sketch_words(distinct: _DistinctValues, read: ReadOnce, ordered: Texts, limits: ProfileLimits) -> list[Sketch]:
    hashes, owners = HashedText.from_arrow(read.values.words(ordered)).words()
    chosen, places = read.expanded(owners)
    hashes = siphash(hashes, limits.key) if limits.key else hashes
    return distinct.sketches(hashes[chosen], limits.words, places)


def _sketch_alternates(
    distinct: _DistinctValues, read: ReadOnce, ordered: Texts, numbers: Floats, is_dated: Flags, limits: ProfileLimits
) -> list[Sketch]:
    alternates = AlternateKeys.of(ordered, numbers, is_dated, read.may_be_moment)
    hashes = HashedText.from_arrow(alternates.keys).strings() & KEY_MASK
    if limits.key:
        hashes = keyed_spellings(hashes, limits.key) & KEY_MASK
    order = np.argsort(alternates.places, kind="stable")
    chosen, places = read.expanded(alternates.places[order])
    return distinct.sketches(hashes[order[chosen]], limits.alternates, places)


def _distinct_values(columns: Sequence[Column]) -> _DistinctValues:
    counted, lengths = [], []
    for column in columns:
        written = as_text(column)
        lengths.append(len(written))
        counted.append(pc.value_counts(written.drop_null()))
    found: Any = pa.concat_arrays([pa.array([], pa.large_string()), *[one.field("values") for one in counted]])
    rows = np.concatenate([np.zeros(0, np.int64), *[one.field("counts").to_numpy() for one in counted]])
    owners = np.repeat(np.arange(len(columns)), np.array([len(one) for one in counted], np.int64))
    normal = NormalOnce.of(found)
    present = np.flatnonzero(~is_missing(normal.values).to_numpy(zero_copy_only=False)[normal.value_of])
    return _DistinctValues(lengths, normal.take(present), rows[present], owners[present])


@dataclass(frozen=True, slots=True)
class _DistinctValues:
    """The distinct values of several columns, ordered by column; what is known of a text or value is held once."""

    rows_of_columns: list[int]
    """A list counts as a row for each of its elements."""
    normal: NormalOnce
    """The texts and their normal forms."""
    rows: Integers
    """How many rows hold each text."""
    owners: Integers
    """The number of the column that each belongs to."""

    @property
    def columns(self) -> int:
        return len(self.rows_of_columns)

    def nulls(self) -> list[int]:
        filled = np.bincount(self.owners, weights=self.rows, minlength=self.columns).tolist()
        return [total - int(share) for total, share in zip(self.rows_of_columns, filled, strict=True)]

    def sketches(self, hashes: Hashes, size: int, places: Integers | None = None) -> list[Sketch]:
        """Sketch hashes, one a value or, with `places`, any number of each; `places` are those of their values."""
        owners, rows = (self.owners, self.rows) if places is None else (self.owners[places], self.rows[places])
        return sketch_each(hashes, rows, owners, self.columns, size)

    def histograms(self, bins: Integers, size: int) -> list[Integers]:
        counts = np.bincount(self.owners * size + bins, weights=self.rows, minlength=self.columns * size)
        return list(counts.astype(np.int64).reshape(self.columns, size))

    def extremes(self, numbers: Floats) -> list[Extremes]:
        low, high = np.full(self.columns, np.nan), np.full(self.columns, np.nan)
        known = np.flatnonzero(~np.isnan(numbers))
        np.fmin.at(low, self.owners[known], numbers[known])
        np.fmax.at(high, self.owners[known], numbers[known])
        return [Extremes(*pair) for pair in zip(low.tolist(), high.tolist(), strict=True)]

    def samples(self, value_hashes: Hashes, limit: int) -> list[SampledTexts]:
        """Sample the texts with the smallest value hashes; of several spellings the one with the smallest text hash."""
        text_hashes = HashedText.from_arrow(self.normal.texts).strings()[self.normal.text_of]
        places, rows = smallest_places(value_hashes, text_hashes, self.rows, self.owners, limit)
        texts: Any = self.normal.texts.take(self.normal.text_of[places])
        sampled = SampledTexts(value_hashes[places], text_hashes[places], texts, rows)
        return sampled.split(np.searchsorted(self.owners[places], np.arange(self.columns + 1)).tolist())
