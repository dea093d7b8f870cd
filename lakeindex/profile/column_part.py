"""A part of a column, read once: its texts by the shortcuts that they can take, and with a reading their scan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Hashes, Integers, Texts
from lakeindex.canonical.column_reading import ColumnReading
from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.hashing.siphash import keyed_spellings
from lakeindex.hashing.text_hash import hash_strings
from lakeindex.profile.column_profile import VALUE_TYPES, Spans
from lakeindex.profile.column_scan import ColumnScan, LookedAt, within
from lakeindex.profile.sampled_texts import SampledTexts
from lakeindex.profile.shortcuts.classed_texts import ClassedTexts
from lakeindex.profile.sketch import ANY_HASH, Sketch
from lakeindex.profile.value_text import Column, as_text

_TRIED = 4096
"""Values by which it is decided whether to count equal ones first."""
_REPETITIVE = 0.9
"""The share of distinct values among these up to which that is faster: a part has ten times as many, and then few."""
_COUNTED = (
    pa.types.is_boolean, pa.types.is_integer, pa.types.is_float32, pa.types.is_float64, pa.types.is_string,
    pa.types.is_large_string, pa.types.is_timestamp, pa.types.is_date, pa.types.is_decimal128, pa.types.is_dictionary,
)  # fmt: skip
"""Types whose equal values are counted as they are; others once they are written."""


@dataclass(frozen=True, slots=True, eq=False)
class ColumnPart:
    """The texts of some rows of a column."""

    total: int
    """Rows; a list counts as a row for each of its elements."""
    texts: Texts
    """(n,) without null."""
    rows: Integers | None
    """(n,) how many rows hold each; None where it is one each."""
    classed: ClassedTexts

    @classmethod
    def of(cls, column: Column) -> ColumnPart:
        """Read it. Raises ArrowInvalid for strings that are not valid UTF-8."""
        total, texts, rows = _counted(column)
        return cls(total, texts, rows, ClassedTexts.of(texts))

    def types(self) -> Integers:
        """Count the rows by type, (len(VALUE_TYPES),), before dates are looked up in the calendar."""
        return self.classed.types(len(VALUE_TYPES), self.rows)

    def scan(self, reading: ColumnReading, limits: ProfileLimits, bound: int = ANY_HASH) -> ColumnScan:
        """Scan it as its column is read; values with hashes above `bound` are counted, but not kept."""
        # Under a key hashes are hashed once more, and a bound tells nothing before that.
        read = self.classed.read(reading, ANY_HASH if limits.key else bound)
        rows = None if self.rows is None else self.rows[read.places]
        types = np.bincount(read.types, rows, len(VALUE_TYPES)).astype(np.int64)
        hashes = keyed_spellings(read.hashes, limits.key) if limits.key else read.hashes
        kept = np.flatnonzero(within(hashes, bound))
        kept = kept[within(hashes[kept], _enough(hashes[kept], limits))]
        sampled = self._sampled(read.kept[kept], hashes[kept])
        return ColumnScan(
            self.total,
            self.total - int(types.sum()),
            Sketch.from_hashes(sampled.value_hashes, sampled.rows, limits.values),
            LookedAt.of(sampled, limits, bound),
            types,
            Spans.of(read.types, read.numbers, read.days),
            reading,
        )

    def _sampled(self, places: Integers, hashes: Hashes) -> SampledTexts:
        """Return the texts at some places, given the hashes of their values."""
        texts: Any = self.texts.take(places)
        rows = np.ones(len(places), np.int64) if self.rows is None else self.rows[places]
        return SampledTexts(hashes, hash_strings(texts), texts, rows)


def _enough(hashes: Hashes, limits: ProfileLimits) -> int:
    """Return a bound up to which there are enough distinct hashes for all that is kept of a column."""
    most = max(limits.values, limits.looks) + 1
    tried = 4 * most
    if len(hashes) <= tried:
        return ANY_HASH
    smallest = np.unique(np.partition(hashes, tried)[:tried])
    return int(smallest[most - 1]) if len(smallest) >= most else ANY_HASH


def _counted(column: Column) -> tuple[int, Texts, Integers | None]:
    """Return how many rows there are, their texts without null, and where values repeat, each once with its rows."""
    array: Any = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if not any(is_counted(array.type) for is_counted in _COUNTED):
        array = as_text(array)
    if not _is_repetitive(array):
        return len(array), as_text(array).drop_null(), None
    counted: Any = pc.value_counts(array)
    texts = as_text(counted.field("values"))
    rows = counted.field("counts").to_numpy()
    if texts.null_count:
        rows = rows[texts.is_valid().to_numpy(zero_copy_only=False)]
    return len(array), texts.drop_null(), rows


def _is_repetitive(array: Any) -> bool:
    if pa.types.is_dictionary(array.type):
        return True
    some = array.slice((len(array) - min(len(array), _TRIED)) // 2, _TRIED)
    return int(pc.count_distinct(some, mode="all").as_py()) <= _REPETITIVE * len(some)
