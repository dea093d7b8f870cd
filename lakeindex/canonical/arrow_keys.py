"""Canonical keys and words of values in Arrow, over whole columns, each value as its column is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Integers, Texts
from lakeindex.arrays.constant_texts import constant_text
from lakeindex.arrays.text_numbers import integers_of
from lakeindex.canonical.column_reading import PLAIN, ColumnReading
from lakeindex.canonical.folding import fold
from lakeindex.canonical.rewrites import (
    KEYS,
    LEADING_ZEROS,
    MAY_BE_DATED,
    MAY_BE_SIGNED,
    MINUS,
    PLAIN_DECIMAL,
    PLAIN_DECIMALS,
    TIMES,
    UUIDS,
    WORDS,
    ZEROS,
    ZONED,
    Rewrites,
    dates,
    numbers,
)

_NOTHING = constant_text("")
_UTC = constant_text("z")


@dataclass(frozen=True, slots=True)
class ReadValues:
    """Normal values with the readings of their columns."""

    values: Texts
    """Trimmed and in lower case, without null."""
    readings: Sequence[ColumnReading]
    owners: Integers
    """(n,) the place of each value's column in `readings`."""

    @classmethod
    def of_one(cls, values: Texts, reading: ColumnReading = PLAIN) -> ReadValues:
        """Return the values of a single column."""
        return cls(values, [reading], np.zeros(len(values), np.int64))

    def ordered(self) -> Texts:
        """Return the values folded, with dates in the order of ISO 8601 and times with a zone in UTC."""
        values = _rewritten(fold(self.values), UUIDS, _matches(self.values, "urn:uuid:"))
        is_dated = _matches(values, MAY_BE_DATED)
        if not is_dated.any():
            return values
        for reading, owned in self._by_reading(dates):
            values = _rewritten(values, dates(reading), is_dated & owned)
        is_zoned = np.array([reading.is_zoned for reading in self.readings], bool)
        return _rewritten(_in_utc(values, is_dated & is_zoned[self.owners]), TIMES, is_dated)

    def keys(self, ordered: Texts) -> Texts:
        """Return the keys of the `ordered` values: letters and digits alone; of numbers also their point and minus."""
        values, is_number = ordered, _matches(ordered, MAY_BE_SIGNED)
        if is_number.any():
            has_comma = np.array([reading.has_decimal_comma for reading in self.readings], bool)[self.owners]
            is_plain = is_number & ~has_comma & _matches(ordered, PLAIN_DECIMAL)
            values, is_number = _rewritten(values, PLAIN_DECIMALS, is_plain), is_number & ~is_plain
            for reading, owned in self._by_reading(numbers):
                values = _rewritten(values, numbers(reading), is_number & owned)
        keys = joined(values, "", KEYS)
        leading = pc.or_(pc.starts_with(keys, "0"), pc.starts_with(keys, f"{MINUS}0")).to_numpy(zero_copy_only=False)
        keys = _rewritten(keys, LEADING_ZEROS, leading)
        found: Texts = pc.if_else(pc.equal(keys, _NOTHING), self.values, keys)
        return found

    def words(self, ordered: Texts) -> Texts:
        """Return the words of the `ordered` values, with a blank between."""
        words: Texts = pc.utf8_trim_whitespace(joined(ordered, " ", WORDS))
        return _rewritten(words, ZEROS, pc.starts_with(words, "0").to_numpy(zero_copy_only=False))

    def _by_reading(self, rewrites: Any) -> list[tuple[ColumnReading, Flags]]:
        """Return one reading for each different list of rewrites, with the values that it is for."""
        different: dict[Rewrites, list[int]] = {}
        for place, reading in enumerate(self.readings):
            different.setdefault(rewrites(reading), []).append(place)
        return [(self.readings[places[0]], np.isin(self.owners, places)) for places in different.values()]


def joined(values: Texts, by: str, rewrites: Rewrites) -> Texts:
    """Replace what is no letter or digit; in ASCII alone, which is a third of the work, these are few."""
    if pc.all(pc.string_is_ascii(values)).as_py():
        joined: Texts = pc.replace_substring_regex(values, r"[^a-z0-9]+", by)
        return joined
    return _rewritten(values, rewrites)


def _matches(values: Texts, pattern: str) -> Flags:
    flags: Flags = pc.match_substring_regex(values, pattern).to_numpy(zero_copy_only=False)
    return flags


def _rewritten(values: Texts, rewrites: Rewrites, where: Flags | None = None) -> Texts:
    """Apply rewrites, one after the other, to the values at `where`, (n,)."""
    if where is not None and not where.any():
        return values
    chosen: Any = None if where is None or where.all() else pa.array(where)
    some: Texts = values if chosen is None else values.filter(chosen)
    for rewrite in rewrites:
        most = None if rewrite.is_global else 1
        some = pc.replace_substring_regex(some, rewrite.pattern, rewrite.by, max_replacements=most)
    if chosen is None:
        return some
    replaced: Texts = pc.replace_with_mask(values, chosen, some)
    return replaced


def _in_utc(values: Texts, may_be: Flags) -> Texts:
    """Write times with a zone, where there may be such, in UTC, with a `z`; what the calendar lacks stays as it is."""
    is_zoned = may_be & _matches(values, ZONED) if may_be.any() else may_be
    if not is_zoned.any():
        return values
    some: Texts = values.filter(pa.array(is_zoned))
    instants = _instants(some)
    at: Any = pa.array(instants)
    texts: Any = pc.strftime(at, "%Y-%m-%d %H:%M:%S").cast(pa.large_string())
    decimals: Any = pc.replace_substring_regex(some, r"^[^.]*?(\.\d+)?[^.]*$", r"\1")
    written = pc.binary_join_element_wise(texts, decimals, _UTC, _NOTHING)
    some = pc.if_else(pa.array(np.isnat(instants)), some, written)
    replaced: Texts = pc.replace_with_mask(values, pa.array(is_zoned), some)
    return replaced


_PARTS = r"^(?P<date>\d{4}-\d\d-\d\d) (?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?:\.\d+)? ?"
_OFFSET = r"(?:z|utc|gmt|(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d)?)$"
_FARTHEST = 15
"""Hours between a zone and UTC, at most."""


def _instants(values: Texts) -> npt.NDArray[np.datetime64]:
    """Return the instant of each time with a zone, (n,) in seconds, without its decimals; NaT where there is none."""
    parts: Any = pc.extract_regex(values, _PARTS + _OFFSET)
    date = parts.field("date").cast(pa.string())
    days = pc.strptime(date, "%Y-%m-%d", "s", error_is_null=True)
    # What the calendar doesn't have, February 30, must not become another day.
    is_day = pc.equal(pc.strftime(days, "%Y-%m-%d").cast(pa.string()), date).fill_null(False)
    hour, minute, second, hours, minutes = (
        _whole_numbers(parts.field(name)) for name in ("hour", "minute", "second", "hours", "minutes")
    )
    west = pc.equal(parts.field("sign"), pa.scalar("-")).fill_null(False).to_numpy(zero_copy_only=False)
    clock, offset = 3600 * hour + 60 * minute + second, 3600 * hours + 60 * minutes
    is_sound = is_day.to_numpy(zero_copy_only=False) & (clock <= _DAY) & (minute < 60) & (second < 60)
    is_sound &= (hours <= _FARTHEST) & (minutes < 60)
    start = days.to_numpy(zero_copy_only=False).astype("M8[s]").astype(np.int64)
    instants = (start + clock - np.where(west, -offset, offset)).astype("M8[s]")
    instants[~is_sound] = np.datetime64("NaT")
    return np.asarray(instants)


_DAY = 24 * 3600


def _whole_numbers(texts: Any) -> Integers:
    """Return the numbers that texts are, 0 for nothing."""
    return integers_of(texts)[1]
