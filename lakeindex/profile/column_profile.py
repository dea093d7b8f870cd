"""The profile of a column: a mergeable state, profile(A ∪ B) = profile(A).merge(profile(B))."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Integers
from lakeindex.profile.sketch import Sketch
from lakeindex.types.columns import Kind

LENGTH_BINS = 16
"""Values by characters: 0, 1, (none), 2, 3, 4, 5-6, 7-9, 10-13, ... each bin starting 1.4 times as high, up to 108."""
PATTERN_BINS = 24
"""Values by shape (letters, digits and punctuation runs), hashed."""
VALUE_TYPES = ("text", "integer", "decimal", "date", "timestamp", "boolean", "code", "grouped", "comma", "thousand")
"""The types of single values; a code is a number that only text can hold: leading zeros, or more than 18 digits.

The last three are numbers with separators: between thousands, a decimal comma, or either, which only the rest of the
column decides.
"""

_KIND_SHARE = 0.9
_DENSE = 0.8


@dataclass(frozen=True, slots=True)
class Extremes:
    """The smallest and the largest of some numbers; nan without any."""

    low: float = math.nan
    high: float = math.nan

    def merge(self, other: Extremes) -> Extremes:
        """Return the extremes of both."""
        return Extremes(float(np.fmin(self.low, other.low)), float(np.fmax(self.high, other.high)))


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How a column writes its numbers: what a comma or a point before three digits means."""

    has_grouped: bool
    """Whether some value has a comma between thousands."""
    has_comma: bool
    """Whether some value has a decimal comma."""

    @property
    def is_known(self) -> bool:
        """Whether `1,234` can be read; if not, it counts as no number: a wrong guess is off by a factor of 1000."""
        return self.has_grouped != self.has_comma

    def read_thousands(self, number: float) -> float:
        """Return what `1,234` stands for, given 1234; nan where that is unknown."""
        if not self.is_known:
            return math.nan
        return number / 1000 if self.has_comma else number

    def read_dotted(self, number: float) -> float:
        """Return what `1.234` stands for, given 1.234."""
        is_thousand = self.has_comma and not self.has_grouped and not math.isnan(number)
        return float(round(number * 1000)) if is_thousand else number


@dataclass(frozen=True, slots=True)
class SampledText:
    """A value of the column as it stands in the file, and the rows that hold it."""

    value_hash: int
    text_hash: int
    text: str
    rows: int


@dataclass(frozen=True, slots=True, eq=False)
class ColumnProfile:
    """The summary of a column that one scan of its rows gives."""

    rows: int
    nulls: int
    """Rows without a value: null, blank, or a marker such as `n/a`."""
    values: Sketch
    """Of normal values, hashed so that those of one key agree in the bits of KEY_MASK."""
    words: Sketch
    texts: tuple[SampledText, ...]
    """The values with the smallest hashes, in their order; every value of a column that has few."""
    text_limit: int
    value_types: Integers
    """(len(VALUE_TYPES),) rows by the type of their value."""
    lengths: Integers
    """(LENGTH_BINS,) rows by the length of their value."""
    patterns: Integers
    """(PATTERN_BINS,) rows by the shape of their value."""
    numbers: Extremes
    """Of the values that are one number whatever their column."""
    thousands: Extremes
    """Of values such as `1,234`, read as thousands."""
    dotted: Extremes
    """Of values such as `1.234`, read as decimals."""
    days: Extremes
    """Of the dates, since 1970."""

    def merge(self, other: ColumnProfile) -> ColumnProfile:
        """Return the profile of the rows of both, equal to that of one scan of both."""
        return replace(
            self,
            rows=self.rows + other.rows,
            nulls=self.nulls + other.nulls,
            values=self.values.merge(other.values),
            words=self.words.merge(other.words),
            texts=_merge_texts(self.texts + other.texts, self.text_limit),
            value_types=self.value_types + other.value_types,
            lengths=self.lengths + other.lengths,
            patterns=self.patterns + other.patterns,
            numbers=self.numbers.merge(other.numbers),
            thousands=self.thousands.merge(other.thousands),
            dotted=self.dotted.merge(other.dotted),
            days=self.days.merge(other.days),
        )

    @property
    def distinct(self) -> int:
        """Distinct values: counted when the sketch holds them all, else estimated, never above the rows."""
        filled = self.rows - self.nulls
        return min(round(self.values.distinct), filled)

    @property
    def kind(self) -> Kind:
        """The kind of at least nine in ten values; text where no kind is that common."""
        seen = dict(zip(VALUE_TYPES, self.value_types.tolist(), strict=True))
        least = _KIND_SHARE * sum(seen.values())
        if not least:
            return Kind.EMPTY
        if seen["boolean"] >= least:
            return Kind.BOOLEAN
        if seen["integer"] >= least:
            return Kind.INTEGER
        if seen["integer"] + seen["decimal"] + self._rows_with_separators(seen) >= least:
            return Kind.DECIMAL
        if seen["date"] + seen["timestamp"] >= least:
            return Kind.DATE
        return Kind.TEXT

    def _rows_with_separators(self, seen: Mapping[str, int]) -> int:
        """Count the rows of numbers with separators, `1,234` among them only where the column's format is known."""
        certain = seen["grouped"] + seen["comma"]
        return certain + seen["thousand"] if certain and self.number_format.is_known else certain

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
            return self.days
        if math.isnan(self.thousands.low) and math.isnan(self.dotted.low):
            return self.numbers
        thousands, dotted = self.number_format.read_thousands, self.number_format.read_dotted
        extremes = self.numbers
        for read, ambiguous in ((thousands, self.thousands), (dotted, self.dotted)):
            extremes = extremes.merge(Extremes(read(ambiguous.low), read(ambiguous.high)))
        return extremes

    @property
    def number_format(self) -> NumberFormat:
        """The number format, as shown by the values that can be read in only one."""
        has_grouped, has_comma = (bool(self.value_types[VALUE_TYPES.index(name)]) for name in ("grouped", "comma"))
        return NumberFormat(has_grouped, has_comma)

    @property
    def sql_type(self) -> str:
        """The narrowest DuckDB type that every value converts to."""
        seen = {name for name, rows in zip(VALUE_TYPES, self.value_types.tolist(), strict=True) if rows}
        for type_name, allowed in (
            ("BOOLEAN", {"boolean"}),
            ("BIGINT", {"integer"}),
            ("DOUBLE", {"integer", "decimal"}),
            ("DATE", {"date"}),
            ("TIMESTAMP", {"date", "timestamp"}),
        ):
            if seen and seen <= allowed:
                return type_name
        return "VARCHAR"

    @property
    def is_key(self) -> bool:
        """Whether no value repeats, as far as is known; rows without a value don't count."""
        filled = self.rows - self.nulls
        if filled == 0:
            return False
        return self.distinct == filled if self.values.is_complete else self.distinct >= 0.97 * filled

    @property
    def is_serial(self) -> bool:
        """Whether it counts 0, 1, 2, ... with hardly a gap, as surrogate keys do: any two such columns overlap."""
        if self.kind is not Kind.INTEGER or not 0 <= self.minimum <= 1:
            return False
        return self.distinct >= _DENSE * (self.maximum - self.minimum + 1)

    def most_frequent(self, limit: int) -> list[SampledText]:
        """Return sampled values, the most frequent first, ties by their hash."""
        return sorted(self.texts, key=lambda sampled: (-sampled.rows, sampled.value_hash))[:limit]


def length_bin(lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the bin of each length in characters."""
    grown = np.round(2 * np.log2(np.maximum(lengths, 1))).astype(np.int64)
    return np.minimum(np.where(lengths == 0, 0, grown + 1), LENGTH_BINS - 1)


def _merge_texts(texts: tuple[SampledText, ...], limit: int) -> tuple[SampledText, ...]:
    merged: dict[int, SampledText] = {}
    for sampled in texts:
        known = merged.get(sampled.value_hash)
        if known is None:
            merged[sampled.value_hash] = sampled
            continue
        # Of several spellings the one with the smallest hash stays, whichever came first.
        first = min(known, sampled, key=lambda one: one.text_hash)
        merged[sampled.value_hash] = replace(first, rows=known.rows + sampled.rows)
    return tuple(sorted(merged.values(), key=lambda sampled: sampled.value_hash)[:limit])
