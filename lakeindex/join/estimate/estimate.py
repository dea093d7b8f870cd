"""What a join promises before it runs, from sketches alone: match rate, fan-out and rows, each with an interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Integers
from lakeindex.join.estimate.counts import LOG_STEP, extremes
from lakeindex.join.estimate.intervals import Estimate, estimate
from lakeindex.join.estimate.samples import Distinct, Side
from lakeindex.types.columns import TermSet


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the bounds of its 95 % interval; exact where all three are equal."""

    low: float
    expected: float
    high: float

    @property
    def is_exact(self) -> bool:
        """Whether there is nothing left to estimate."""
        return self.low == self.high


@dataclass(frozen=True, slots=True)
class Expected:
    """What a join of two columns on their normal values is going to give."""

    match_rate: Interval
    """The share of the left rows with a value that find a partner."""
    fan_out: Interval
    """Joined rows for each left row that finds a partner; 0 where none does."""
    rows: Interval
    """Rows of the inner join."""
    is_exact: bool
    """Whether all three are known: both sketches are complete, and no count was rounded that would matter."""
    multiplies: bool
    """Whether it is expected to give more rows than the larger side has."""

    def told(self) -> str:
        """Return it as one line for people."""
        parts = [
            f"{_told(self.match_rate, '.1%')} of the left rows find a partner{_between(self.match_rate, '.1%')}",
            f"{_told(self.fan_out, '.2f')} joined rows for each of them{_between(self.fan_out, '.2f')}",
            f"{_told(self.rows, ',.0f')} rows{_between(self.rows, ',.0f')}",
        ]
        return ", ".join(parts) + ("; more than either side has" if self.multiplies else "")


def expect(
    left: TermSet,
    right: TermSet,
    left_rows: int,
    right_rows: int,
    step: float = LOG_STEP,
    distinct: tuple[Distinct | None, Distinct | None] = (None, None),
) -> Expected:
    """Say what the join of two columns gives; `left_rows` and `right_rows` are those with a value.

    Terms are the normal values of each column, hashed alike. `step` is what the logarithms of their counts were
    rounded to, as a term index does; 0 for counts that are exact. Terms without counts, each counted as one, are told
    by their total: of complete columns, bounds are then those that the total allows. `distinct` tells how many values
    each column has, where that is better known than from its terms. A join on raw values gives at most this.
    """
    sides = Side.of(left, left_rows, step, distinct[0]), Side.of(right, right_rows, step, distinct[1])
    found = _count(*sides) if left.is_complete and right.is_complete else estimate(*sides)
    rate, fan_out, rows = Interval(*found.match_rate), Interval(*found.fan_out), Interval(*found.rows)
    return Expected(
        rate, fan_out, rows,
        is_exact=rate.is_exact and fan_out.is_exact and rows.is_exact,
        multiplies=rows.expected > max(left_rows, right_rows),
    )  # fmt: skip


def _count(left: Side, right: Side) -> Estimate:
    """Count the join of two complete columns; only the rounding of counts leaves anything open."""
    _, at_left, at_right = np.intersect1d(left.hashes, right.hashes, assume_unique=True, return_indices=True)
    if not len(at_left):
        return Estimate((0.0,) * 3, (0.0,) * 3, (0.0,) * 3)
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
    return Estimate(
        (low / left.rows, matched / left.rows, high / left.rows),
        (min(fan_out, max(rows_low / high, partners[0])), fan_out, max(fan_out, min(rows_high / low, partners[1]))),
        (rows_low, rows, rows_high),
    )


def _rows_between(left: Side, right: Side, at_left: Integers, at_right: Integers) -> tuple[float, float]:
    """Bound the joined rows twice, each time with the counts of one side at their bounds, and keep what is narrower."""
    lows, highs = [], []
    for side, at, other, at_other in ((left, at_left, right, at_right), (right, at_right, left, at_left)):
        weights = np.zeros((2, len(side.hashes)))
        weights[0, at], weights[1, at] = other.low[at_other], other.high[at_other]
        lows.append(extremes(side.low, side.high, weights[0], side.rows)[0])
        highs.append(extremes(side.low, side.high, weights[1], side.rows)[1])
    return max(lows), min(highs)


def _told(interval: Interval, form: str) -> str:
    return f"{'' if interval.is_exact else 'about '}{interval.expected:{form}}"


def _between(interval: Interval, form: str) -> str:
    if interval.is_exact or not math.isfinite(interval.high):
        return ""
    return f" ({interval.low:{form}} to {interval.high:{form}})"
