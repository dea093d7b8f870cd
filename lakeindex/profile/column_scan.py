"""The scan of a column: a mergeable state, scan(A ∪ B) = merge of scan(A) and scan(B), in any order.

Every value is hashed, typed and counted. What needs many looks (words, grams, shapes, lengths, alternate keys) is
counted of the values with the smallest hashes alone: a sample of distinct values that is the same in whatever order and
parts they come (Dasu et al., SIGMOD 2002), and all of them where a column has few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from lakeindex.arrays.aliases import Flags, Hashes, Integers
from lakeindex.canonical.column_reading import PLAIN, ColumnReading
from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.profile.column_profile import Spans
from lakeindex.profile.sampled_texts import NO_TEXTS, SampledTexts, smallest_places
from lakeindex.profile.sketch import ANY_HASH, Sketch


@dataclass(frozen=True, slots=True, eq=False)
class LookedAt:
    """The values that are looked at more than once: those with the smallest hashes, as many as limits allow."""

    texts: SampledTexts = NO_TEXTS
    bound: int = ANY_HASH
    """All values of the column with hashes up to this are among them."""

    @classmethod
    def of(cls, texts: SampledTexts, limits: ProfileLimits, bound: int = ANY_HASH) -> LookedAt:
        """Choose among texts, of which several may be of one value: all of a column with hashes up to `bound`."""
        of_one = np.zeros(len(texts), np.int64)
        places, rows = smallest_places(texts.value_hashes, texts.text_hashes, texts.rows, of_one, limits.looks + 1)
        chosen = texts.take(places, rows)
        fits = np.cumsum(chosen.sizes()) <= limits.look_bytes
        fits[:1] = True
        most = min(int(np.count_nonzero(fits)), limits.looks)
        if most == len(chosen):
            return cls(chosen, bound)
        return cls(chosen.take(np.arange(most)), int(chosen.value_hashes[most - 1]))

    @classmethod
    def merged(cls, parts: Sequence[LookedAt], limits: ProfileLimits) -> LookedAt:
        """Return those of all parts of a column."""
        bound = min(part.bound for part in parts)
        texts = SampledTexts.joined([part.texts for part in parts])
        return cls.of(texts.take(np.flatnonzero(within(texts.value_hashes, bound))), limits, bound)


@dataclass(frozen=True, slots=True, eq=False)
class ColumnScan:
    """What a scan of a column's rows finds."""

    rows: int
    nulls: int
    """Rows without a value: null, blank, or a marker such as `n/a`."""
    values: Sketch
    looked_at: LookedAt
    value_types: Integers
    """(len(VALUE_TYPES),) rows by the type of their value."""
    spans: Spans
    reading: ColumnReading = PLAIN
    """By which keys and days were made."""

    @classmethod
    def merged(cls, parts: Sequence[ColumnScan], limits: ProfileLimits) -> ColumnScan:
        """Return the scan of the rows of all parts, in any order; they must be read alike, and there must be one."""
        first = parts[0]
        if len(parts) == 1:
            return first
        if not all(part.reading.is_as(first.reading) for part in parts):
            raise ValueError("scans of columns that are read differently can't be merged")
        return cls(
            sum(part.rows for part in parts),
            sum(part.nulls for part in parts),
            Sketch.merged([part.values for part in parts]),
            LookedAt.merged([part.looked_at for part in parts], limits),
            np.sum([part.value_types for part in parts], axis=0, dtype=np.int64),
            reduce(Spans.merge, [part.spans for part in parts]),
            first.reading,
        )

    @property
    def bound(self) -> int:
        """The highest hash of a value that a further part may add."""
        sketched = ANY_HASH if self.values.is_complete else int(self.values.hashes[-1])
        return max(sketched, self.looked_at.bound)


def within(hashes: Hashes, bound: int) -> Flags:
    """Return which hashes are not above a bound, (n,)."""
    return np.asarray(hashes <= np.uint64(bound))
