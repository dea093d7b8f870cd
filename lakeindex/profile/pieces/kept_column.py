"""The scans of a column's pieces, kept together: each value is written once, and for each piece its rows of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Hashes, Integers
from lakeindex.arrays.ragged import ranges
from lakeindex.canonical.column_reading import PLAIN, ColumnReading
from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.profile.column_profile import Extremes, Spans
from lakeindex.profile.column_scan import ColumnScan, LookedAt, within
from lakeindex.profile.sampled_texts import NO_TEXTS, SampledTexts
from lakeindex.profile.sketch import ANY_HASH, Sketch, first_of_each

_SPANS = ("numbers", "thousands", "dotted", "days")


@dataclass(frozen=True, slots=True, eq=False)
class KeptColumn:
    """The scans of p pieces of a column, with n values among them, of which each piece has some: m in all.

    As in a scan, a piece has all of its values with hashes up to a bound. A scan's sketch is not kept: its hashes are
    those of the values.
    """

    values: SampledTexts
    """(n,) all values, by their hashes and those of their texts; their rows are not used."""
    places: Integers
    """(m,) which values each piece has, one piece after the other."""
    rows: Integers
    """(m,) how many of its rows hold each."""
    starts: Integers
    """(p + 1,) where those of each piece start."""
    bounds: Hashes
    """(p,) the hash up to which it has all of its values."""
    are_cut: Flags
    """(p,) whether it had more values than are kept, beyond those that a scan keeps."""
    sizes: Integers
    """(p, 2) its rows, and those of them without a value."""
    value_types: Integers
    """(p, t) its rows by the type of their value."""
    spans: Floats
    """(p, 8) the extremes of its numbers and dates."""
    reading: ColumnReading

    @classmethod
    def of(cls, scan: ColumnScan, bound: int) -> KeptColumn:
        """Keep the scan of a piece, whose values with hashes above `bound` were not looked for."""
        texts = scan.looked_at.texts
        extremes = [getattr(scan.spans, name) for name in _SPANS]
        return cls(
            texts,
            np.arange(len(texts)),
            texts.rows,
            np.array([0, len(texts)]),
            np.array([scan.looked_at.bound], np.uint64),
            np.array([bound != ANY_HASH and scan.looked_at.bound >= bound]),
            np.array([[scan.rows, scan.nulls]], np.int64),
            scan.value_types[np.newaxis],
            np.array([[end for one in extremes for end in (one.low, one.high)]], np.float64),
            scan.reading,
        )

    @classmethod
    def of_nothing(cls, rows: Integers, types: int) -> KeptColumn:
        """Return a column of which no piece has a value, with as many rows of each piece."""
        pieces = len(rows)
        return cls(
            NO_TEXTS,
            np.zeros(0, np.int64),
            np.zeros(0, np.int64),
            np.zeros(pieces + 1, np.int64),
            np.full(pieces, ANY_HASH, np.uint64),
            np.zeros(pieces, bool),
            np.stack([rows, rows], axis=1),
            np.zeros((pieces, types), np.int64),
            np.full((pieces, 2 * len(_SPANS)), np.nan),
            PLAIN,
        )

    @classmethod
    def joined(cls, several: Sequence[KeptColumn]) -> KeptColumn:
        """Return all pieces of some, of which there is one; they must be read alike."""
        if len(several) == 1:
            return several[0]
        values = SampledTexts.joined([one.values for one in several])
        firsts, places = _equal_ones(values)
        shifts = np.cumsum([0, *[len(one.values) for one in several]])
        ends = np.cumsum([0, *[len(one.places) for one in several]])
        return cls(
            values.take(firsts),
            places[np.concatenate([one.places + shift for one, shift in zip(several, shifts, strict=False)])],
            np.concatenate([one.rows for one in several]),
            np.concatenate([[0], *[one.starts[1:] + end for one, end in zip(several, ends, strict=False)]]),
            np.concatenate([one.bounds for one in several]),
            np.concatenate([one.are_cut for one in several]),
            np.concatenate([one.sizes for one in several]),
            np.concatenate([one.value_types for one in several]),
            np.concatenate([one.spans for one in several]),
            several[0].reading,
        )

    def take(self, pieces: Integers) -> KeptColumn:
        """Return some pieces."""
        counts = np.diff(self.starts)[pieces]
        chosen = ranges(self.starts[:-1][pieces], counts)
        return replace(
            self._with_entries(chosen, counts),
            bounds=self.bounds[pieces],
            are_cut=self.are_cut[pieces],
            sizes=self.sizes[pieces],
            value_types=self.value_types[pieces],
            spans=self.spans[pieces],
        )

    def cut(self, bound: int) -> KeptColumn:
        """Return it without the values whose hashes are above a bound."""
        are_kept = within(self.values.value_hashes, bound)[self.places]
        counts = np.add.reduceat(np.append(are_kept, False), self.starts[:-1], dtype=np.int64)
        counts[np.diff(self.starts) == 0] = 0
        are_cut = self.are_cut | (self.bounds > np.uint64(bound))
        return replace(
            self._with_entries(np.flatnonzero(are_kept), counts),
            bounds=np.minimum(self.bounds, np.uint64(bound)),
            are_cut=are_cut,
        )

    def _with_entries(self, chosen: Integers, counts: Integers) -> KeptColumn:
        """Return it with some of what the pieces have, and the values that these are."""
        used, places = np.unique(self.places[chosen], return_inverse=True)
        return replace(
            self,
            values=self.values.take(used),
            places=places,
            rows=self.rows[chosen],
            starts=np.concatenate([[0], np.cumsum(counts)]),
        )

    def merged(self, limits: ProfileLimits) -> ColumnScan | None:
        """Return the scan of all pieces, of which there is one; None where too little is kept to tell what it is."""
        bound = int(self.bounds.min())
        rows = np.bincount(self.places, self.rows, len(self.values)).astype(np.int64)
        known = np.flatnonzero(within(self.values.value_hashes, bound))
        sampled = self.values.take(known, rows[known])
        looked_at = LookedAt.of(sampled, limits, bound)
        sketch = Sketch.from_hashes(sampled.value_hashes, sampled.rows, limits.values)
        is_cut = bool(self.are_cut[self.bounds == np.uint64(bound)].any())
        may_lack_some = is_cut and looked_at.bound == bound and len(looked_at.texts) < limits.looks
        if bound != ANY_HASH and (sketch.is_complete or may_lack_some):
            return None
        total, nulls = self.sizes.sum(axis=0).tolist()
        return ColumnScan(
            total, nulls, sketch, looked_at, self.value_types.sum(axis=0), _spans_of(self.spans), self.reading
        )

    @property
    def nbytes(self) -> int:
        """About how many bytes it takes in a file, before it is compressed."""
        return 6 * len(self.places) + self.values.texts.nbytes + 16 * len(self.values)


def _equal_ones(values: SampledTexts) -> tuple[Integers, Integers]:
    """Return the place of the first of each kind of equal values, and the number of its kind for each value."""
    order = np.lexsort((values.text_hashes, values.value_hashes))
    first = first_of_each(values.value_hashes[order], values.text_hashes[order])
    kinds = np.zeros(len(order), np.int64)
    kinds[first[1:]] = 1
    places = np.empty(len(order), np.int64)
    places[order] = np.cumsum(kinds)
    return order[first], places


def _spans_of(spans: Floats) -> Spans:
    lows, highs = np.fmin.reduce(spans[:, ::2]), np.fmax.reduce(spans[:, 1::2])
    extremes = [Extremes(low, high) for low, high in zip(lows.tolist(), highs.tolist(), strict=True)]
    return Spans(**dict(zip(_SPANS, extremes, strict=True)))
