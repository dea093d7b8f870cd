"""The bottom-k (KMV) sketch of a set of hashes, with the frequency of each.

Keeping the k smallest hashes is a uniform sample of the distinct items that is the same in every column, so two
sketches meet on the items that both columns hold (Beyer et al., SIGMOD 2007; Dasu et al., SIGMOD 2002).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Hashes, Integers
from lakeindex.arrays.ragged import starts_run

ANY_HASH = 2**64 - 1
"""No bound on hashes."""
_HASH_RANGE = float(2**64)
_Z = 1.96  # a two-sided 95 % interval


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with the bounds of its 95 % interval; exact when all three are equal."""

    estimate: float
    low: float
    high: float

    @property
    def is_exact(self) -> bool:
        """Whether the value is counted rather than estimated."""
        return self.low == self.high


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """The `size` smallest distinct hashes of a column, ascending, and how many rows hold each."""

    hashes: Hashes
    counts: Integers
    size: int

    @classmethod
    def from_hashes(cls, hashes: Hashes, counts: Integers, size: int) -> Sketch:
        """Sum the counts of equal hashes and keep the `size` smallest."""
        return sketch_each(hashes, counts, np.zeros(len(hashes), np.int64), 1, size)[0]

    @classmethod
    def merged(cls, parts: Sequence[Sketch]) -> Sketch:
        """Return the sketch of the rows of all parts, of which there must be one, equal to that of one scan of all."""
        sizes = {part.size for part in parts}
        if len(sizes) > 1:
            raise ValueError(f"sketches of different sizes can't be merged: {sorted(sizes)}")
        hashes, counts = (np.concatenate([getattr(part, name) for part in parts]) for name in ("hashes", "counts"))
        return cls.from_hashes(hashes, counts, sizes.pop())

    def emptied(self) -> Sketch:
        """Return the sketch of no rows."""
        return Sketch(self.hashes[:0], self.counts[:0], self.size)

    @property
    def is_complete(self) -> bool:
        """Whether every distinct item is in the sketch."""
        return len(self.hashes) < self.size

    @property
    def distinct(self) -> float:
        """The number of distinct items: counted when complete, else the unbiased estimate (k - 1) / h_k."""
        if self.is_complete:
            return float(len(self.hashes))
        return (self.size - 1) / ((float(self.hashes[-1]) + 1.0) / _HASH_RANGE)

    def equals(self, other: Sketch) -> bool:
        """Whether both hold the same hashes with the same counts."""
        return (
            self.size == other.size
            and np.array_equal(self.hashes, other.hashes)
            and np.array_equal(self.counts, other.counts)
        )


NO_SKETCH = Sketch(np.zeros(0, np.uint64), np.zeros(0, np.int64), 0)
"""The sketch that keeps nothing."""


def sketch_each(hashes: Hashes, counts: Integers, owners: Integers, columns: int, size: int) -> list[Sketch]:
    """Sketch the hashes of each column; `owners` is the number of the column that each hash belongs to."""
    # By hash in any order of equal ones, whose counts are summed, then by owner: a radix sort where owners are few.
    order = np.argsort(hashes)
    order = order[np.argsort(compact_owners(owners[order], columns), kind="stable")]
    first = first_of_each(owners[order], hashes[order])
    totals = np.add.reduceat(counts[order], first) if len(first) else counts[:0]
    chosen = order[first]
    bounds = np.searchsorted(owners[chosen], np.arange(columns + 1)).tolist()
    distinct = hashes[chosen]
    # Copies, or the sketch of one column would keep the hashes of all of them in memory.
    return [
        Sketch(distinct[start : min(end, start + size)].copy(), totals[start : min(end, start + size)].copy(), size)
        for start, end in pairwise(bounds)
    ]


def compact_owners(owners: Integers, columns: int) -> npt.NDArray[np.unsignedinteger[Any]]:
    """Return owners in two bytes each, where those suffice, which NumPy sorts far faster."""
    return owners.astype(np.uint16 if columns <= 1 << 16 else np.uint64)


def first_of_each(*keys: npt.NDArray[np.generic]) -> Integers:
    """Return the places where runs of equal keys start, in sorted arrays of the same length."""
    return np.flatnonzero(starts_run(*keys))


def containment(query: Sketch, candidate: Sketch) -> Interval:
    """Estimate |Q ∩ C| / |Q| over distinct items, with the Wilson interval; exact where both are complete."""
    if len(query.hashes) == 0:
        return Interval(0.0, 0.0, 0.0)
    limit = min(_threshold(query), _threshold(candidate))
    seen = query.hashes[query.hashes <= limit]
    shared = int(np.isin(seen, candidate.hashes, assume_unique=True).sum())
    if query.is_complete and candidate.is_complete:
        share = shared / len(seen)
        return Interval(share, share, share)
    return _wilson(shared, len(seen))


def _threshold(sketch: Sketch) -> np.uint64:
    return np.uint64(2**64 - 1) if sketch.is_complete else sketch.hashes[-1]


def _wilson(hits: int, trials: int) -> Interval:
    """Bound a binomial share (Wilson, 1927)."""
    if trials == 0:
        return Interval(0.0, 0.0, 1.0)
    share, spread = hits / trials, _Z * _Z / trials
    middle = (share + spread / 2) / (1 + spread)
    margin = _Z * math.sqrt(share * (1 - share) / trials + spread / (4 * trials)) / (1 + spread)
    return Interval(share, max(0.0, min(share, middle - margin)), min(1.0, max(share, middle + margin)))
