"""Estimate a join from sketches, before it runs: match rate, fan-out and rows, each with an interval."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Integers
from lakeindex.escaping.counted import measured
from lakeindex.join.estimate.counts import LOG_STEP, extremes
from lakeindex.join.estimate.intervals import JoinFigures, estimate_sampled
from lakeindex.join.estimate.samples import DistinctCount, SketchedColumn
from lakeindex.types.columns import TermSet

_WIDE = 20.0
"""Bounds that are so many times apart say no more than the upper one."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the bounds of its 95 % interval; exact where all three are equal."""

    low: float
    expected: float
    high: float

    @property
    def is_exact(self) -> bool:
        """Whether the figure is known exactly."""
        return self.low == self.high


@dataclass(frozen=True, slots=True)
class JoinEstimate:
    """The figures of a join of two columns on their normal values."""

    match_rate: Interval
    """The share of the left rows with a value that find a partner."""
    fan_out: Interval
    """Joined rows for each left row that finds a partner; 0 where none does."""
    rows: Interval
    """Rows of the inner join."""
    is_exact: bool
    """Whether all three are known: both sketches are complete, and no count that matters was rounded."""
    multiplies: bool
    """Whether more rows are expected than the larger side has."""

    def describe(self) -> str:
        """Describe the figures in one line, for people."""
        row, rows = ("row" if one.is_exact and one.expected == 1 else "rows" for one in (self.fan_out, self.rows))
        parts = [
            f"{_in_words(self.match_rate, '{:.1%}'.format)} of the left rows find a partner",
            f"{_in_words(self.fan_out, measured)} joined {row} for each of them",
            f"{_in_words(self.rows, '{:,.0f}'.format)} {rows}",
        ]
        return ", ".join(parts) + ("; more than either side has" if self.multiplies else "")


def estimate_join(
    left: TermSet,
    right: TermSet,
    left_rows: int,
    right_rows: int,
    step: float = LOG_STEP,
    distinct: tuple[DistinctCount | None, DistinctCount | None] = (None, None),
) -> JoinEstimate:
    """Estimate the join of two columns; `left_rows` and `right_rows` are the rows with a value.

    Terms are the normal values of each column, hashed alike. `step` is the size to which the logarithms of their counts
    were rounded, as in a term index; 0 for exact counts. Where terms have no counts, each is given as one, and complete
    columns get the bounds that the total allows. `distinct` is the number of values of each column, where that is
    better known than from its terms. A join on raw values has at most these rows.
    """
    one = SketchedColumn.of(left, left_rows, step, distinct[0])
    other = SketchedColumn.of(right, right_rows, step, distinct[1])
    found = _count(one, other) if left.is_complete and right.is_complete else estimate_sampled(one, other)
    rate, fan_out, rows = Interval(*found.match_rate), Interval(*found.fan_out), Interval(*found.rows)
    return JoinEstimate(
        rate, fan_out, rows,
        is_exact=rate.is_exact and fan_out.is_exact and rows.is_exact,
        multiplies=rows.expected > max(left_rows, right_rows),
    )  # fmt: skip


def _count(left: SketchedColumn, right: SketchedColumn) -> JoinFigures:
    """Count the join of two complete columns; only the rounding of counts leaves anything open."""
    _, at_left, at_right = np.intersect1d(left.hashes, right.hashes, assume_unique=True, return_indices=True)
    if not len(at_left):
        return JoinFigures((0.0,) * 3, (0.0,) * 3, (0.0,) * 3)
    is_matched = np.zeros(len(left.hashes))
    is_matched[at_left] = 1.0
    least, most = extremes(left.low, left.high, is_matched, left.rows)
    matched = float(left.counts[at_left].sum())
    rows = float(left.counts[at_left] @ right.counts[at_right])
    fewest, largest = _rows_between(left, right, at_left, at_right)
    rows_low, rows_high = min(fewest, rows), max(largest, rows)
    low, high = min(least, matched), max(most, matched)
    partners = float(right.low[at_right].min()), float(right.high[at_right].max())
    fan_out = rows / matched
    return JoinFigures(
        (low / left.rows, matched / left.rows, high / left.rows),
        (min(fan_out, max(rows_low / high, partners[0])), fan_out, max(fan_out, min(rows_high / low, partners[1]))),
        (rows_low, rows, rows_high),
    )


def _rows_between(
    left: SketchedColumn, right: SketchedColumn, at_left: Integers, at_right: Integers
) -> tuple[float, float]:
    """Bound the joined rows twice, each time with one side's counts at their bounds; return the narrower bounds."""
    lows, highs = [], []
    for side, at, other, at_other in ((left, at_left, right, at_right), (right, at_right, left, at_left)):
        weights = np.zeros((2, len(side.hashes)))
        weights[0, at], weights[1, at] = other.low[at_other], other.high[at_other]
        lows.append(extremes(side.low, side.high, weights[0], side.rows)[0])
        highs.append(extremes(side.low, side.high, weights[1], side.rows)[1])
    return max(lows), min(highs)


def _in_words(interval: Interval, written: Callable[[float], str]) -> str:
    """Write a figure with its bounds; where these leave nearly anything open, as what it is at most."""
    low, expected, high = map(written, (interval.low, interval.expected, interval.high))
    if interval.is_exact or low == high:
        return expected
    if not math.isfinite(interval.high):
        return f"about {expected}"
    return f"at most {high}" if interval.low * _WIDE < interval.high else f"about {expected} ({low} to {high})"
