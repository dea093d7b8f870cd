"""The profile of a column, made of what a scan of its rows found."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.canonical.alternate_keys import may_be_moments
from lakeindex.canonical.column_reading import PLAIN, ZONED_TYPE, ColumnReading
from lakeindex.profile.sampled_texts import SampledText, SampledTexts
from lakeindex.profile.sampling.estimates import ColumnEstimates
from lakeindex.profile.sketch import Sketch
from lakeindex.types.columns import Kind

LENGTH_BINS = 16
"""Values by characters: 0, 1, (none), 2, 3, 4, 5-6, 7-9, 10-13, ... each bin starting 1.4 times as high, up to 108."""
PATTERN_BINS = 24
"""Values by shape (letters, digits and punctuation runs), hashed."""
VALUE_TYPES = (
    "text", "integer", "decimal", "date", "timestamp", "boolean", "code", "grouped", "comma", "thousand",
    "dotted", "flag", "zoned", "day_first", "month_first", "either_order",
)  # fmt: skip
"""The types of single values; a code is a number that only text can hold: leading zeros, or more than 18 digits.

Grouped, comma and thousand are numbers with separators: between thousands, a decimal comma, or either, which only the
rest of the column decides, as it does for dotted ones: `1.234`. A flag is yes, no or a letter for it; a zoned timestamp
has a zone or an offset; of dates with slashes the value itself may show whether the day or the month comes first.
"""

_KIND_SHARE = 0.9
_DENSE = 0.8
_PARTS_OF_SAMPLE = 20
"""A sample has so many blocks at least: the first of them begins in the first of as many parts."""


@dataclass(frozen=True, slots=True)
class Extremes:
    """The smallest and the largest of some numbers; nan without any."""

    low: float = math.nan
    high: float = math.nan

    @classmethod
    def of(cls, numbers: Floats) -> Extremes:
        """Find them among numbers, (n,); nan counts as none."""
        known = numbers[~np.isnan(numbers)]
        return cls(float(known.min()), float(known.max())) if len(known) else cls()

    def merge(self, other: Extremes) -> Extremes:
        """Return the extremes of both."""
        return Extremes(float(np.fmin(self.low, other.low)), float(np.fmax(self.high, other.high)))


@dataclass(frozen=True, slots=True)
class Spans:
    """The extremes of the numbers of a column, by how sure it is what they stand for, and of its dates."""

    numbers: Extremes = Extremes()
    thousands: Extremes = Extremes()
    dotted: Extremes = Extremes()
    days: Extremes = Extremes()

    @classmethod
    def of(cls, types: Integers, numbers: Floats, days: Floats) -> Spans:
        """Find them among values, (n,) each."""
        is_thousand, is_dotted = types == VALUE_TYPES.index("thousand"), types == VALUE_TYPES.index("dotted")
        return cls(
            Extremes.of(numbers[~(is_thousand | is_dotted)]),
            Extremes.of(numbers[is_thousand]),
            Extremes.of(numbers[is_dotted]),
            Extremes.of(days),
        )

    def merge(self, other: Spans) -> Spans:
        """Return the extremes of both."""
        return Spans(
            self.numbers.merge(other.numbers),
            self.thousands.merge(other.thousands),
            self.dotted.merge(other.dotted),
            self.days.merge(other.days),
        )

    @property
    def may_be_moments(self) -> bool:
        """Whether all numbers may be moments of one unit."""
        all_of_them = self.numbers.merge(self.thousands).merge(self.dotted)
        return may_be_moments(all_of_them.low, all_of_them.high)


@dataclass(frozen=True, slots=True, eq=False)
class ColumnProfile:
    """The summary of a column that one scan of its rows gives."""

    rows: int
    nulls: int
    """Rows without a value: null, blank, or a marker such as `n/a`."""
    values: Sketch
    """Of normal values, hashed so that those of one key agree in the bits of KEY_MASK."""
    words: Sketch
    alternates: Sketch
    """Of alternate keys, whether or not the column as a whole may be what they take it for."""
    texts: SampledTexts
    """The values with the smallest hashes, in their order; every value of a column that has few."""
    value_types: Integers
    """(len(VALUE_TYPES),) rows by the type of their value."""
    lengths: Integers
    """(LENGTH_BINS,) rows by the length of their value."""
    patterns: Integers
    """(PATTERN_BINS,) rows by the shape of their value."""
    spans: Spans
    reading: ColumnReading = PLAIN
    """By which keys, words and days were made."""
    estimates: ColumnEstimates | None = None
    """What all figures derive from where only a sample of the rows was read; None where all were."""

    def __repr__(self) -> str:
        return f"<ColumnProfile: {', '.join(f'{name} {value}' for name, value in self._figures())}>"

    def _repr_html_(self) -> str:
        rows = "".join(f'<tr><th scope="row">{name}</th><td>{value}</td></tr>' for name, value in self._figures())
        return f"<table><caption>Column profile</caption><tbody>{rows}</tbody></table>"

    def _figures(self) -> list[tuple[str, str]]:
        """Return what people look at first: no value is in here."""
        counts = [(name, f"{getattr(self, name):,}") for name in ("rows", "nulls", "distinct")]
        return [("type", str(self.kind)), *counts]

    @property
    def distinct(self) -> int:
        """Distinct values: counted when the sketch holds them all, else estimated, never above the rows."""
        if self.estimates is not None:
            return min(self.estimates.distinct.expected, self.rows - self.nulls)
        filled = self.rows - self.nulls
        return min(round(self.values.distinct), filled)

    @property
    def likely_alternates(self) -> Sketch:
        """The alternate keys, none of numbers that are moments in part only."""
        are_moments = may_be_moments(self.spans.numbers.low, self.spans.numbers.high)
        return self.alternates if not self.kind.is_number or are_moments else self.alternates.emptied()

    @property
    def kind(self) -> Kind:
        """The kind of at least nine in ten values; text where no kind is that common."""
        seen = dict(zip(VALUE_TYPES, self.value_types.tolist(), strict=True))
        least = _KIND_SHARE * sum(seen.values())
        if not least:
            return Kind.EMPTY
        if seen["boolean"] + seen["flag"] >= least:
            return Kind.BOOLEAN
        if seen["integer"] >= least:
            return Kind.INTEGER
        if seen["integer"] + seen["decimal"] + self._rows_with_separators(seen) >= least:
            return Kind.DECIMAL
        return Kind.DATE if self._rows_with_dates(seen) >= least else Kind.TEXT

    def _rows_with_separators(self, seen: Mapping[str, int]) -> int:
        """Count the rows of numbers with separators, `1,234` among them only where the column shows what it means."""
        certain = seen["grouped"] + seen["comma"]
        is_known = bool(seen["grouped"]) != bool(seen["comma"])
        return certain + seen["dotted"] + (seen["thousand"] if certain and is_known else 0)

    def _rows_with_dates(self, seen: Mapping[str, int]) -> int:
        dated = seen["date"] + seen["timestamp"] + seen["zoned"]
        if self.reading.date_order is None:
            return dated
        return dated + seen["day_first"] + seen["month_first"] + seen["either_order"]

    @property
    def minimum(self) -> float:
        """Return the smallest number, or the first day since 1970 of a column of dates; nan without any."""
        return self._extremes.low

    @property
    def maximum(self) -> float:
        """Return the largest number, or the last day since 1970 of a column of dates; nan without any."""
        return self._extremes.high

    @property
    def _extremes(self) -> Extremes:
        if self.kind is Kind.DATE:
            return self.spans.days
        extremes = self.spans.numbers
        for read, one in ((self.read_thousands, self.spans.thousands), (self.read_dotted, self.spans.dotted)):
            low, high = read(np.array([one.low, one.high])).tolist()
            extremes = extremes.merge(Extremes(low, high))
        return extremes

    def read_thousands(self, numbers: Floats) -> Floats:
        """Return what `1,234` stands for, given 1234, (n,); nan where that is unknown, and it counts as no number."""
        if self.reading.has_decimal_comma:
            return numbers / 1000
        has_grouped, has_comma = (bool(self.value_types[VALUE_TYPES.index(name)]) for name in ("grouped", "comma"))
        return numbers * (math.nan if has_grouped == has_comma else 1.0)

    def read_dotted(self, numbers: Floats) -> Floats:
        """Return what `1.234` stands for, given 1.234, (n,)."""
        return np.round(numbers * 1000) if self.reading.has_decimal_comma else numbers

    @property
    def sql_type(self) -> str:
        """The narrowest DuckDB type that every value converts to."""
        seen = {name for name, rows in zip(VALUE_TYPES, self.value_types.tolist(), strict=True) if rows}
        for type_name, allowed in (
            ("BOOLEAN", {"boolean"}),
            ("BIGINT", {"integer"}),
            ("DOUBLE", {"integer", "decimal", "dotted"}),
            ("DATE", {"date"}),
            ("TIMESTAMP", {"date", "timestamp"}),
            (ZONED_TYPE, {"zoned"}),
        ):
            if seen and seen <= allowed and not ("dotted" in seen and self.reading.has_decimal_comma):
                return type_name
        return "VARCHAR"

    @property
    def is_key(self) -> bool:
        """Whether no value repeats, as far as is known; rows without a value don't count. A sample doesn't show it."""
        filled = self.rows - self.nulls
        if filled == 0 or self.estimates is not None:
            return False
        return self.distinct == filled if self.values.is_complete else self.distinct >= 0.97 * filled

    @property
    def is_serial(self) -> bool:
        """Whether it counts 0, 1, 2, ... with hardly a gap, as surrogate keys do: any two such columns overlap."""
        # Of a sample, the smallest number is one of the first rows, and nothing shows where the column begins.
        first = 1 if self.estimates is None else self.maximum / _PARTS_OF_SAMPLE
        if self.kind is not Kind.INTEGER or not 0 <= self.minimum <= first:
            return False
        return self.distinct >= _DENSE * (self.maximum - self.minimum + 1)

    def most_frequent(self, limit: int) -> list[SampledText]:
        """Return sampled values, the most frequent first, ties by their hash."""
        return list(self.texts.take(self.texts.most_frequent(limit, np.zeros(len(self.texts), np.int64))))


def length_bin(lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the bin of each length in characters."""
    grown = np.round(2 * np.log2(np.maximum(lengths, 1))).astype(np.int64)
    return np.minimum(np.where(lengths == 0, 0, grown + 1), LENGTH_BINS - 1)
