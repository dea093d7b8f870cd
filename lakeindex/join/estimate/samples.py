"""Two sketches as one sample: below the lower of their limits, every value of both columns is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Floats, Hashes, Integers
from lakeindex.hashing.text_hash import KEY_MASK
from lakeindex.join.estimate.counts import bounds_of, calibrated, capped
from lakeindex.types.columns import TermSet

_HASHES = float(2**64)
_LAST = np.uint64(2**64 - 1)


@dataclass(frozen=True, slots=True)
class DistinctCount:
    """How many distinct values a column has."""

    values: float
    sampled: float
    """The size of the sketch that estimated it, whose relative error is one over the root of that; infinite where they
    were counted."""


@dataclass(frozen=True, slots=True, eq=False)
class SketchedColumn:
    """A column of a join, as far as its sketch knows it."""

    hashes: Hashes
    """(n,) ascending, all values or those with the smallest hashes."""
    counts: Floats
    """(n,) rows of each."""
    low: Floats
    high: Floats
    """(n,) between which the true counts lie."""
    rows: float
    """With a value."""
    is_complete: bool
    distinct: DistinctCount | None = None
    """How many values there are, where that is better known than from the sketch."""

    @classmethod
    def of(cls, terms: TermSet, rows: int, step: float, distinct: DistinctCount | None = None) -> SketchedColumn:
        """Make it of a column's sketch; `step` is the size to which the logarithms of its counts are rounded."""
        low, high = bounds_of(terms.counts, step)
        counts = terms.counts.astype(np.float64)
        if terms.is_complete and not float(low.sum()) <= rows <= float(high.sum()):
            # These aren't the counts of these rows, since the index keeps none: only the total is known.
            low, high = np.ones(len(counts)), np.full(len(counts), max(rows - len(counts) + 1.0, 1.0))
            counts = np.full(len(counts), rows / max(len(counts), 1))
        if terms.is_complete:
            counts = calibrated(counts, low, high, rows)
        return cls(terms.hashes, counts, low, high, float(rows), terms.is_complete, distinct)

    @property
    def limit(self) -> np.uint64:
        """The last hash up to which every value is known."""
        return _LAST if self.is_complete else self.hashes[-1]


@dataclass(frozen=True, slots=True)
class Unseen:
    """What is known of a side's values beyond the sample."""

    values: float
    """How many there are; an estimate where the side's own sketch is cut off."""
    rows: float
    """Known exactly, as the number of all rows is."""
    squares: float
    """The sum of the squared counts, if they are distributed as in the sketch."""
    excess: float
    """Rows that there are beyond such counts: they belong to a few frequent values, or to one."""
    error: float
    """The standard error of the excess, in rows."""
    largest: float
    """The largest count, where it is known; else what all frequent values may have together."""

    @property
    def mean(self) -> float:
        """The mean count of the values that are not frequent."""
        return max((self.rows - self.excess) / self.values, 1.0) if self.values else 0.0

    @property
    def frequent(self) -> float:
        """The share of the rows that belong to frequent values."""
        return self.excess / self.rows if self.rows else 0.0

    @property
    def skew(self) -> float:
        """The mean squared count over the square of the mean count: 1 where all values are equally frequent."""
        return self.values * (self.squares + self.excess**2) / self.rows**2 if self.rows else 0.0

    @property
    def effective(self) -> float:
        """The number of equally frequent values that would vary as much as the others do (Kish, 1965)."""
        return (self.rows - self.excess) ** 2 / self.squares if self.squares else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The values of one side up to the common limit: (n,) one a key, as all spellings of a key are in it or none."""

    counts: Floats
    """Rows of the side."""
    matched: Floats
    """Of them, rows that find a partner."""
    partners: Floats
    """Rows of the other side with the shared values of the key; 0 without."""
    joined: Floats
    """Rows of the join."""
    low: float
    high: float
    """The least and the most partners of a row, as a share of those in `joined`, since counts are rounded."""


def common_limit(left: SketchedColumn, right: SketchedColumn) -> np.uint64:
    """Return the last hash up to which every value of both sides is known."""
    return min(left.limit, right.limit)


def share_below(limit: np.uint64) -> float:
    """Return the probability that a value is in the sample."""
    return 1.0 if limit == _LAST else (float(limit) + 1.0) / _HASHES


def sample_of(side: SketchedColumn, other: SketchedColumn, limit: np.uint64) -> Sample:
    """Return the sample of `side`."""
    size = int(np.searchsorted(side.hashes, limit, side="right"))
    hashes, counts = side.hashes[:size], side.counts[:size]
    _, at, at_other = np.intersect1d(hashes, other.hashes, assume_unique=True, return_indices=True)
    matched, partners = np.zeros(size), np.zeros(size)
    matched[at], partners[at] = counts[at], other.counts[at_other]
    joined = counts * partners
    low, high = (float(counts[at] @ bound[at_other]) for bound in (other.low, other.high))
    whole = float(joined.sum())
    keys = hashes & KEY_MASK
    starts = np.flatnonzero(np.diff(keys, prepend=~keys[:1]))
    return Sample(
        counts=_by_key(counts, starts),
        matched=_by_key(matched, starts),
        partners=_by_key(partners, starts),
        joined=_by_key(joined, starts),
        low=low / whole if whole else 1.0,
        high=high / whole if whole else 1.0,
    )


def _by_key(amounts: Floats, starts: Integers) -> Floats:
    return np.asarray(np.add.reduceat(amounts, starts), np.float64) if len(starts) else amounts


def unseen_of(side: SketchedColumn, limit: np.uint64) -> Unseen:
    """Return what is known beyond the sample, from the rest of the side's sketch and from its total of rows."""
    size = int(np.searchsorted(side.hashes, limit, side="right"))
    known = side.counts[size:]
    rows = max(side.rows - float(side.counts[:size].sum()), 0.0)
    squares, largest = float(known @ known), float(known.max(initial=0.0))
    if side.is_complete:
        return Unseen(float(len(known)), float(known.sum()), squares, 0.0, 0.0, largest)
    kept = len(side.counts)
    share = share_below(side.limit)
    beyond_rows = max(side.rows - float(side.counts.sum()), 0.0)
    distinct = side.distinct or DistinctCount(max(kept - 1, 1) * (1.0 - share) / share + kept, kept)
    beyond = min(max(distinct.values - kept, 0.0), beyond_rows)
    alike = capped(side.counts, beyond_rows / beyond) if beyond else side.counts
    usual, dispersion = beyond * float(alike.mean()), float(alike.var()) / float(alike.mean()) ** 2
    # How many values there are beyond is itself an estimate.
    error = usual / np.sqrt(distinct.sampled)
    excess = _excess(beyond_rows - usual, error, dispersion, beyond_rows - beyond)
    squares += beyond * float(alike @ alike) / kept
    hidden = min(2.0 * error, beyond_rows - beyond) if dispersion > 1.0 else 0.0
    largest = max(largest, excess, hidden, float(alike.max()))
    return Unseen(len(known) + beyond, rows, squares, excess, float(error), largest)


def _excess(more: float, error: float, dispersion: float, most: float) -> float:
    """Estimate the rows of frequent values from those beyond the usual: where there are some, others are hidden."""
    doubt = (1.5 * min(dispersion, 4.0) - 2.0) * error**2
    # Every value has a row at least.
    return min(float(np.sqrt(max(max(more, 0.0) ** 2 + doubt, 0.0))), most)
