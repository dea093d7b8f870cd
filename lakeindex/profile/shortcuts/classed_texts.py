"""Texts by the shortcut that each can take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Floats, Hashes, Integers, Texts
from lakeindex.canonical.arrow_keys import ReadValues
from lakeindex.canonical.column_reading import ColumnReading
from lakeindex.hashing.text_hash import KEY_MASK, hash_strings, spelling_hashes
from lakeindex.profile.column_profile import VALUE_TYPES
from lakeindex.profile.normalise import MISSING_BYTES, is_missing, lowered
from lakeindex.profile.read_once import NormalOnce
from lakeindex.profile.shortcuts.dates import IsoDates, UtcTimes
from lakeindex.profile.shortcuts.long_way import LongWay
from lakeindex.profile.shortcuts.numbers import Decimals, Digits, flags_of
from lakeindex.profile.shortcuts.plain_texts import FoldedTexts, PlainTexts
from lakeindex.profile.shortcuts.shortcut import Interpreted, Shortcut
from lakeindex.profile.sketch import ANY_HASH
from lakeindex.profile.value_types import interpret

_OF_ASCII: tuple[Shortcut, ...] = (PlainTexts(), Digits(), Decimals(), IsoDates(), UtcTimes())
_TRIED = 64
_OF_OTHERS: tuple[Shortcut, ...] = (FoldedTexts(),)


@dataclass(frozen=True, slots=True, eq=False)
class ReadTexts:
    """What a scan has to know of each text of a column that is not missing, (n,)."""

    places: Integers
    """Where they stand among the column's texts, missing ones included."""
    types: Integers
    """Places in VALUE_TYPES."""
    numbers: Floats
    """nan where there is none."""
    days: Floats
    """Since 1970; nan where there is none."""
    kept: Integers
    """(k,) where those stand among the column's texts whose hashes may be within the bound."""
    hashes: Hashes
    """(k,)"""

    @classmethod
    def joined(cls, several: list[ReadTexts]) -> ReadTexts:
        """Return all of them."""
        if len(several) == 1:
            return several[0]
        none, no_hash, no_number = np.zeros(0, np.int64), np.zeros(0, np.uint64), np.zeros(0)
        nothing = cls(none, none, no_number, no_number, none, no_hash)
        fields = ("places", "types", "numbers", "days", "kept", "hashes")
        return cls(*[np.concatenate([getattr(one, name) for one in (nothing, *several)]) for name in fields])


@dataclass(frozen=True, slots=True, eq=False)
class _Class:
    """Texts that take the same way."""

    shortcut: Shortcut | None
    """None for the long way."""
    places: Integers
    interpreted: Interpreted

    def read(self, reading: ColumnReading, bound: int) -> ReadTexts:
        known, places = self.interpreted, self.places
        if self.shortcut is None or not self.shortcut.holds(reading):
            once = NormalOnce.of(known.values)
            types, numbers = interpret(once.values)
            way = LongWay.of(ReadValues.of_one(once.values, reading), types)
            of = once.value_of
            return ReadTexts(places, way.types[of], numbers[of], way.days[of], places, way.hashes[of])
        days = self.shortcut.days(known.values)
        kept, hashes = _hashes_within(self.shortcut.keys(known.values), known.values, bound)
        if days is None:
            no_days = np.full(len(places), np.nan)
            return ReadTexts(places, known.types, known.numbers, no_days, places[kept], hashes)
        types = np.where(np.isnan(days), VALUE_TYPES.index("text"), known.types)
        return ReadTexts(places, types, known.numbers, days, places[kept], hashes)


@dataclass(frozen=True, slots=True, eq=False)
class ClassedTexts:
    """The texts of a column, but for missing ones, before it is known how the column is read."""

    classes: list[_Class]

    @classmethod
    def of(cls, texts: Texts) -> ClassedTexts:
        """Find a way for each text; there is no null among them."""
        values = lowered(texts)
        is_present = np.ones(len(values), bool)
        short = np.flatnonzero(pc.binary_length(values).to_numpy() <= MISSING_BYTES)
        is_present[short] = ~flags_of(is_missing(values.take(short)))
        is_ascii = flags_of(pc.string_is_ascii(values))
        classes: list[_Class] = []
        for shortcuts, is_theirs in ((_OF_ASCII, is_present & is_ascii), (_OF_OTHERS, is_present & ~is_ascii)):
            _divide(values, np.flatnonzero(is_theirs), shortcuts, classes)
        return cls(classes)

    def types(self, count: int, rows: Integers | None) -> Integers:
        """Count the rows by type, (count,), before dates are looked up in the calendar."""
        counts = np.zeros(count, np.int64)
        for one in self.classes:
            weights = None if rows is None else rows[one.places]
            counts += np.bincount(one.interpreted.types, weights, count).astype(np.int64)
        return counts

    def read(self, reading: ColumnReading, bound: int = ANY_HASH) -> ReadTexts:
        """Read them as their column is read; the hashes above a bound are not wanted."""
        return ReadTexts.joined([one.read(reading, bound) for one in self.classes])


def _hashes_within(keys: Texts, values: Texts, bound: int) -> tuple[Integers, Hashes]:
    """Return the places of values whose hashes are within a bound, and maybe of some above, with their hashes."""
    key_hashes = hash_strings(keys)
    # The key's bits are the upper ones of a value's hash: few of the values themselves have to be hashed.
    kept = np.flatnonzero((key_hashes & KEY_MASK) <= np.uint64(bound))
    if keys is values:
        return kept, spelling_hashes(key_hashes[kept], key_hashes[kept])
    some: Any = values if len(kept) == len(values) else values.take(kept)
    return kept, spelling_hashes(key_hashes[kept], hash_strings(some))


def _divide(values: Texts, places: Integers, shortcuts: tuple[Shortcut, ...], classes: list[_Class]) -> None:
    """Add the classes of the values at some places."""
    left: Any = values if len(places) == len(values) else values.take(places)
    # The values of a column are alike: what most of the first ones fit is tried first.
    first = left.slice(0, _TRIED)
    for shortcut in sorted(shortcuts, key=lambda one: -np.count_nonzero(one.fits(first))) if len(left) else ():
        if not len(left):
            return
        fits = shortcut.fits(left)
        if not fits.any():
            continue
        those: Texts = left if fits.all() else left.filter(pa.array(fits))
        classes.append(_Class(shortcut, places[fits], shortcut.interpret(those)))
        left, places = left.filter(pa.array(~fits)), places[~fits]
    if len(left):
        once = NormalOnce.of(left)
        types, numbers = interpret(once.values)
        of = once.value_of
        classes.append(_Class(None, places, Interpreted(once.values.take(of), types[of], numbers[of])))
