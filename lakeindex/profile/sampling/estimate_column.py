"""Estimate the figures of a column from blocks of its rows.

The number of distinct values: between those seen and the guaranteed upper bound of GEE (Charikar et al., PODS 2000),
one for each value seen more than once and N/n for each seen once; expected by the estimator of Chao and Lin (Biometrics
2012), of Chao's for draws without replacement. The units that were drawn are blocks, no rows, so that "once" means in
one block (incidence data, Colwell et al., 2012): a value of b of the K blocks, each drawn with probability q, adds
1 + (b - 1)(1 - q)^b to the expected upper bound, never less than its due.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from lakeindex.arrays.aliases import Integers
from lakeindex.profile.column_profile import ColumnProfile
from lakeindex.profile.sampled_texts import SampledTexts
from lakeindex.profile.sampling.block_counts import BlockCounts
from lakeindex.profile.sampling.estimates import ColumnEstimates, CountEstimate
from lakeindex.profile.sketch import Sketch
from lakeindex.types.lake import RowCount

_Z = 2.05  # of a two-sided 95 % interval of some thirty blocks (Student's t)
_Z_OF_SINGLES = 3.0
"""Of the values that one block alone has: few blocks of a sorted column may have most of them."""
_RULE_OF_THREE = 3.0
"""What was not seen in n draws has an expected number of at most three in n (Hanley and Lippman-Hand, 1983)."""


@dataclass(frozen=True, slots=True)
class SampleOf:
    """A sample of a table: how many rows this has, and how many of them were read."""

    rows: RowCount
    read: int

    @property
    def scale(self) -> float:
        """Return how many rows of the table a row of the sample stands for."""
        return max(self.rows.rows / max(self.read, 1), 1.0)


def estimated(profile: ColumnProfile, blocks: BlockCounts, sample: SampleOf) -> ColumnProfile:
    """Return the profile of the whole column, given that of the rows that were read."""
    rows = _rows_of(profile, sample)
    nulls = estimate_nulls(np.array(blocks.nulls), np.array(blocks.rows), rows)
    filled = rows.high - nulls.low
    distinct = estimate_distinct(blocks, min(sample.read / max(sample.rows.rows, 1), 1.0), filled)
    scale = sample.scale
    return replace(
        profile,
        rows=rows.expected,
        nulls=nulls.expected,
        values=_scaled(profile.values, scale),
        words=_scaled(profile.words, scale),
        alternates=_scaled(profile.alternates, scale),
        texts=_scaled_texts(profile.texts, scale),
        estimates=ColumnEstimates(sample.read, rows, nulls, distinct),
    )


def _rows_of(profile: ColumnProfile, sample: SampleOf) -> CountEstimate:
    """Return the rows of a column, of which a list has one for each of its elements."""
    table = sample.rows
    if profile.rows == sample.read:
        return CountEstimate(table.rows, table.low, table.high)
    each = profile.rows / max(sample.read, 1)
    return CountEstimate(*(round(each * count) for count in (table.rows, table.low, table.high)))


def estimate_nulls(nulls: Integers, rows: Integers, of: CountEstimate) -> CountEstimate:
    """Estimate the rows without a value, given those of each block, (blocks,), and the rows of each.

    Wilson's interval (1927) for as many draws as vary as the blocks do (Kish, 1965).
    """
    total = int(rows.sum())
    if not total:
        return CountEstimate(0, 0, of.high)
    share = float(nulls.sum()) / total
    spread = float(((nulls - share * rows) ** 2).sum()) * len(rows) / max(len(rows) - 1, 1) / total**2
    draws = min(share * (1.0 - share) / spread, total) if spread and 0 < share < 1 else float(total)
    width = _Z**2 / draws
    middle = (share + width / 2) / (1 + width)
    margin = _Z * math.sqrt(share * (1 - share) / draws + width / (4 * draws)) / (1 + width)
    left = math.sqrt(max(1.0 - total / max(of.expected, 1), 0.0))
    low, high = (share + (end - share) * left for end in (middle - margin, middle + margin))
    return CountEstimate(
        round(share * of.expected),
        max(math.floor(min(low, share) * of.low), int(nulls.sum()), 0),
        min(math.ceil(max(high, share) * of.high), of.high),
    )


def estimate_distinct(blocks: BlockCounts, read: float, most: int) -> CountEstimate:
    """Estimate the distinct values, given which share of the table's rows was read; there are `most` at most."""
    values, numbers = blocks.values()
    if not len(values.hashes):
        return CountEstimate(0, 0, min(math.ceil(_RULE_OF_THREE * (1.0 / read - 1.0)), most) if read else most)
    seen, kept = values.distinct, len(values.hashes)
    error = 0.0 if values.is_complete else _Z / math.sqrt(kept)
    is_single = values.counts == 1
    expected = seen + _unseen(float(is_single.sum()), float((values.counts == 2).sum()), read) * seen / kept
    each = np.bincount(numbers[is_single], minlength=len(blocks.rows)) * (seen / kept)
    spread = float(each.var(ddof=1)) * len(each) if len(each) > 1 else float(each.sum()) ** 2
    singles = float(each.sum()) + max(_Z_OF_SINGLES * math.sqrt(spread), _RULE_OF_THREE)
    low = math.floor(seen * (1.0 - error))
    high = math.ceil((seen + singles * (1.0 / read - 1.0)) * (1.0 + error))
    high = max(min(high, most), low)
    return CountEstimate(min(max(round(expected), low), high), low, high)


def _unseen(once: float, twice: float, read: float) -> float:
    """Estimate how many values no block has, given how many one block has, and two (Chao and Lin, 2012, eq. 3)."""
    return once**2 / max(2.0 * twice + read / max(1.0 - read, 1e-12) * once, 1e-12) if read < 1 else 0.0


def _scaled(sketch: Sketch, scale: float) -> Sketch:
    return replace(sketch, counts=_scaled_counts(sketch.counts, scale))


def _scaled_texts(texts: SampledTexts, scale: float) -> SampledTexts:
    return replace(texts, rows=_scaled_counts(texts.rows, scale))


def _scaled_counts(counts: Integers, scale: float) -> Integers:
    return np.asarray(np.maximum(np.rint(counts * scale), 1), np.int64)
