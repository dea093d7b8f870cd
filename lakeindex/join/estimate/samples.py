"""Two sketches as one sample: below the lower of their limits, both columns are known value by value."""

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
class Distinct:
    """How many distinct values a column has."""

    values: float
    sampled: float
    """The size of the sketch that tells it, whose relative error is one over the root of that; infinite where they were
    counted."""


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """A column of a join, as its sketch knows it."""

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
    distinct: Distinct | None = None
    """How many values there are, where that is better known than from the sketch."""

    @classmethod
    def of(cls, terms: TermSet, rows: int, step: float, distinct: Distinct | None = None) -> Side:
        """Take in a column's values; `step` is what the logarithms of its counts are rounded to."""
        low, high = bounds_of(terms.counts, step)
        counts = terms.counts.astype(np.float64)
        if terms.is_complete and not float(low.sum()) <= rows <= float(high.sum()):
            # These aren't the counts of these rows, as of an index that keeps none: all that is known is the total.
            low, high = np.ones(len(counts)), np.full(len(counts), max(rows - len(counts) + 1.0, 1.0))
            counts = np.full(len(counts), rows / max(len(counts), 1))
        if terms.is_complete:
            counts = calibrated(counts, low, high, rows)
        return cls(terms.hashes, counts, low, high, float(rows), terms.is_complete, distinct)

    @property
    def limit(self) -> np.uint64:
        """Return the last hash up to which every value is here."""
        return _LAST if self.is_complete else self.hashes[-1]


@dataclass(frozen=True, slots=True)
class Unseen:
    """What is known of a side's values beyond the sample."""

    values: float
    """How many there are; an estimate where the side's own sketch is cut off."""
    rows: float
    """Known exactly, as all rows are."""
    squares: float
    """The sum of the squared counts of values like those in the sketch."""
    excess: float
    """Rows that values like those in the sketch can't have: they belong to a few frequent values, or to one."""
    error: float
    """The standard error of the excess, in rows."""
    largest: float
    """The largest count, as far as is known; where it isn't, what all frequent values may have together."""

    @property
    def mean(self) -> float:
        """Return the rows of a value that is none of the frequent ones."""
        return max((self.rows - self.excess) / self.values, 1.0) if self.values else 0.0

    @property
    def frequent(self) -> float:
        """Return the share of the rows that belong to frequent values."""
        return self.excess / self.rows if self.rows else 0.0

    @property
    def skew(self) -> float:
        """Return the mean squared count over the square of the mean count: 1 where all values are as frequent."""
        return self.values * (self.squares + self.excess**2) / self.rows**2 if self.rows else 0.0

    @property
    def effective(self) -> float:
        """Return how many equally frequent values would vary as much as the others do (Kish, 1965)."""
        return (self.rows - self.excess) ** 2 / self.squares if self.squares else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The values of one side up to the common limit: (n,) a key each, as the spellings of one are drawn together."""

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
    """What the partners of a row may be, at the least and the most, of what `joined` says: counts are rounded."""


def common_limit(left: Side, right: Side) -> np.uint64:
    """Return the last hash up to which every value of both sides is known."""
    return min(left.limit, right.limit)


def share_below(limit: np.uint64) -> float:
    """Return the probability that a value is in the sample."""
    return 1.0 if limit == _LAST else (float(limit) + 1.0) / _HASHES


def sample_of(side: Side, other: Side, limit: np.uint64) -> Sample:
    """Draw the sample of `side`."""
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


def unseen_of(side: Side, limit: np.uint64) -> Unseen:
    """Tell what lies beyond the sample: what the side's sketch still has, and what total rows say of the rest."""
    size = int(np.searchsorted(side.hashes, limit, side="right"))
    known = side.counts[size:]
    rows = max(side.rows - float(side.counts[:size].sum()), 0.0)
    squares, largest = float(known @ known), float(known.max(initial=0.0))
    if side.is_complete:
        return Unseen(float(len(known)), float(known.sum()), squares, 0.0, 0.0, largest)
    kept = len(side.counts)
    share = share_below(side.limit)
    beyond_rows = max(side.rows - float(side.counts.sum()), 0.0)
    distinct = side.distinct or Distinct(max(kept - 1, 1) * (1.0 - share) / share + kept, kept)
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
    """Tell how many of the rows that are more than usual frequent values have: a column that has some hides others."""
    doubt = (1.5 * min(dispersion, 4.0) - 2.0) * error**2
    # Every value has a row at least.
    return min(float(np.sqrt(max(max(more, 0.0) ** 2 + doubt, 0.0))), most)
