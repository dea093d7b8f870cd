"""The distinct values of columns with their types, profiled together once it is known how to read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Floats, Hashes, Integers, Texts
from lakeindex.canonical.alternate_keys import AlternateKeys, may_be_moments
from lakeindex.canonical.column_reading import ColumnReading
from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.hashing.siphash import keyed_spellings, siphash
from lakeindex.hashing.text_hash import KEY_MASK, HashedText
from lakeindex.profile.column_profile import (
    LENGTH_BINS,
    PATTERN_BINS,
    VALUE_TYPES,
    ColumnProfile,
    Extremes,
    Spans,
    length_bin,
)
from lakeindex.profile.column_scan import ColumnScan, LookedAt
from lakeindex.profile.distinct_values import DistinctValues
from lakeindex.profile.normalise import shape_of
from lakeindex.profile.read_once import ReadOnce
from lakeindex.profile.shortcuts.long_way import LongWay
from lakeindex.profile.sketch import Sketch
from lakeindex.profile.value_types import DATED, interpret

_THOUSAND, _DOTTED = VALUE_TYPES.index("thousand"), VALUE_TYPES.index("dotted")


@dataclass(frozen=True, slots=True, eq=False)
class TypedValues:
    """Distinct values, and what their own texts tell."""

    distinct: DistinctValues
    types: Integers
    """The type of each normal value, as its place in VALUE_TYPES."""
    numbers: Floats
    """The number that each is; nan where there is none."""

    @classmethod
    def of(cls, distinct: DistinctValues) -> TypedValues:
        """Find the types of values."""
        return cls(distinct, *interpret(distinct.normal.values))

    def type_counts(self) -> list[Integers]:
        """Count the rows of each column by type, (len(VALUE_TYPES),) each."""
        return self.distinct.histograms(self.types[self.distinct.normal.value_of], len(VALUE_TYPES))

    def profiles(
        self, readings: Sequence[ColumnReading], limits: ProfileLimits, are_moments: Flags | None = None
    ) -> list[ColumnProfile]:
        """Profile each column; `are_moments` (n,) are those whose numbers may be moments, None where these are all."""
        read = self._read(readings, are_moments)
        way = LongWay.of(read.values, self.types[read.value_of])
        value_hashes = _keyed(way.hashes, limits)[read.read_of]
        # One after the other: the texts and hashes of all values take memory.
        words = _sketch_words(self.distinct, read, way.ordered, limits)
        is_dated = np.isin(way.types, DATED)
        alternates = _sketch_alternates(self.distinct, read, way.ordered, self.numbers[read.value_of], is_dated, limits)
        spans = self._spans(way.types[read.read_of], way.days[read.read_of])
        lengths, patterns = self._shapes()
        fields: dict[str, Sequence[Any]] = {
            "rows": self.distinct.rows_of_columns,
            "nulls": self.distinct.nulls(),
            "values": self.distinct.sketches(value_hashes, limits.values),
            "words": words,
            "alternates": alternates,
            "texts": self.distinct.samples(value_hashes, limits.texts),
            "value_types": self.distinct.histograms(way.types[read.read_of], len(VALUE_TYPES)),
            "lengths": lengths,
            "patterns": patterns,
            "spans": spans,
            "reading": readings,
        }
        each = ({field: of_all[column] for field, of_all in fields.items()} for column in range(len(spans)))
        return [ColumnProfile(**one) for one in each]

    def scans(self, readings: Sequence[ColumnReading], limits: ProfileLimits) -> list[ColumnScan]:
        """Scan each column."""
        read = self._read(readings, None)
        way = LongWay.of(read.values, self.types[read.value_of])
        hashes = _keyed(way.hashes, limits)[read.read_of]
        types = way.types[read.read_of]
        fields: tuple[Sequence[Any], ...] = (
            self.distinct.rows_of_columns,
            self.distinct.nulls(),
            self.distinct.sketches(hashes, limits.values),
            [LookedAt.of(texts, limits) for texts in self.distinct.samples(hashes, limits.looks + 1)],
            self.distinct.histograms(types, len(VALUE_TYPES)),
            self._spans(types, way.days[read.read_of]),
            readings,
        )
        return [ColumnScan(*each) for each in zip(*fields, strict=True)]

    def _read(self, readings: Sequence[ColumnReading], are_moments: Flags | None) -> ReadOnce:
        normal = self.distinct.normal
        if are_moments is None:
            spans = self.distinct.extremes(self.numbers[normal.value_of])
            are_moments = np.array([may_be_moments(span.low, span.high) for span in spans], bool)
        return ReadOnce.of(normal, self.distinct.owners, readings, are_moments)

    def _spans(self, types: Integers, days: Floats) -> list[Spans]:
        numbers = self.numbers[self.distinct.normal.value_of]
        is_thousand, is_dotted = types == _THOUSAND, types == _DOTTED
        each: list[list[Extremes]] = [
            self.distinct.extremes(np.where(is_thousand | is_dotted, np.nan, numbers)),
            self.distinct.extremes(np.where(is_thousand, numbers, np.nan)),
            self.distinct.extremes(np.where(is_dotted, numbers, np.nan)),
            self.distinct.extremes(days),
        ]
        return [Spans(*spans) for spans in zip(*each, strict=True)]

    def _shapes(self) -> tuple[list[Integers], list[Integers]]:
        """Count the rows of each column by the length and by the shape of their value."""
        normal = self.distinct.normal
        lengths = length_bin(pc.utf8_length(normal.values).to_numpy())[normal.value_of]
        patterns = _patterns(normal.values)[normal.value_of]
        return self.distinct.histograms(lengths, LENGTH_BINS), self.distinct.histograms(patterns, PATTERN_BINS)


def _patterns(values: Texts) -> Integers:
    shapes = HashedText.from_arrow(shape_of(values)).strings()
    return (shapes % np.uint64(PATTERN_BINS)).astype(np.int64)


def _keyed(hashes: Hashes, limits: ProfileLimits) -> Hashes:
    return keyed_spellings(hashes, limits.key) if limits.key else hashes


def _sketch_words(distinct: DistinctValues, read: ReadOnce, ordered: Texts, limits: ProfileLimits) -> list[Sketch]:
    hashes, owners = HashedText.from_arrow(read.values.words(ordered)).words()
    chosen, places = read.expanded(owners)
    hashes = siphash(hashes, limits.key) if limits.key else hashes
    return distinct.sketches(hashes[chosen], limits.words, places)


def _sketch_alternates(
    distinct: DistinctValues, read: ReadOnce, ordered: Texts, numbers: Floats, is_dated: Flags, limits: ProfileLimits
) -> list[Sketch]:
    alternates = AlternateKeys.of(ordered, numbers, is_dated, read.may_be_moment)
    hashes = HashedText.from_arrow(alternates.keys).strings() & KEY_MASK
    if limits.key:
        hashes = keyed_spellings(hashes, limits.key) & KEY_MASK
    order = np.argsort(alternates.places, kind="stable")
    chosen, places = read.expanded(alternates.places[order])
    return distinct.sketches(hashes[order[chosen]], limits.alternates, places)
