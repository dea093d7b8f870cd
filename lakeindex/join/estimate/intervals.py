"""Estimate a join from the sample that two sketches form, and from totals that are known exactly.

The rows of the sample are counted, and the number of rows beyond it is known; only their partners are estimated, so
that an interval closes as the sample grows to the whole column. A frequent value beyond the sample shows in rows that
the other values can't have, and widens the interval as one value that is matched or not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from lakeindex.join.estimate.counts import capped
from lakeindex.join.estimate.samples import SketchedColumn, common_limit, sample_of, share_below, unseen_of
from lakeindex.join.estimate.unseen import Bounds, joined_by_frequent, match_rate_of, partners_of

_FREQUENT_OVERLAP = 0.1
"""The expected share of the rows that there would be if the frequent values of both sides were the same."""


@dataclass(frozen=True, slots=True)
class JoinFigures:
    """The three figures of a join."""

    match_rate: Bounds
    fan_out: Bounds
    rows: Bounds


@dataclass(frozen=True, slots=True)
class _FromSide:
    """The join, estimated from the rows of one of its sides."""

    matched: Bounds
    """Rows of the side that find a partner."""
    partners: Bounds
    """Joined rows for each of them."""
    rows: Bounds


def estimate_sampled(left: SketchedColumn, right: SketchedColumn) -> JoinFigures:
    """Estimate the join of two columns of which at least one is known by a sketch."""
    if not left.rows or not right.rows:
        return JoinFigures((0.0,) * 3, (0.0,) * 3, (0.0,) * 3)
    if not len(left.hashes) or not len(right.hashes):
        return JoinFigures((0.0, 0.5, 1.0), (0.0, 1.0, right.rows), (0.0, 0.5 * left.rows, left.rows * right.rows))
    limit = common_limit(left, right)
    # Rows of the more skewed side are followed: their number is known, however few values have most of them.
    is_forward = unseen_of(right, limit).skew <= unseen_of(left, limit).skew
    forward = _from_side(left, right)
    low, expected, high = forward.matched
    found = forward if is_forward else _from_side(right, left)
    # Every matched row is in the join at least once.
    rows = (max(found.rows[0], low), max(found.rows[1], expected), max(found.rows[2], expected))
    most = float(left.rows * right.rows)
    rows = (min(rows[0], most), min(rows[1], most), min(rows[2], most))
    fan = forward.partners if is_forward else _ratio(rows, forward.matched)
    fan = (min(fan[0], right.rows), min(fan[1], right.rows), min(fan[2], right.rows))
    match_rate = (low / left.rows, expected / left.rows, high / left.rows)
    if not low:
        fan = (0.0, *fan[1:])
    return JoinFigures(match_rate, fan, rows)


def _from_side(side: SketchedColumn, other: SketchedColumn) -> _FromSide:
    limit = common_limit(side, other)
    sample, share = sample_of(side, other, limit), share_below(limit)
    unseen, others = unseen_of(side, limit), unseen_of(other, limit)
    counts = capped(sample.counts, unseen.mean) if unseen.rows else sample.counts
    scale = counts / sample.counts
    rate = match_rate_of(sample, scale, unseen)
    known = float(sample.matched.sum())
    low, middle, high = (known + unseen.rows * part for part in rate)
    partners = partners_of(sample, scale, share, others, other)
    seen_rows = float(sample.joined.sum())
    expected = unseen.rows * rate[1] * partners[1]
    down = math.hypot(rate[1] - rate[0], rate[1] * (1.0 - partners[0] / partners[1])) * unseen.rows * partners[1]
    up = math.hypot(rate[2] - rate[1], rate[1] * (partners[2] / partners[1] - 1.0)) * unseen.rows * partners[1]
    overlap = joined_by_frequent(sample, unseen, others)
    rows = (
        (seen_rows + max(expected - down, 0.0)) * sample.low,
        seen_rows + expected + _FREQUENT_OVERLAP * overlap,
        (seen_rows + expected + up + overlap) * sample.high,
    )
    whole = _whole(known, seen_rows, middle, partners)
    whole = (
        max(1.0, whole[0] * sample.low),
        whole[1] + _FREQUENT_OVERLAP * overlap / max(middle, 1.0),
        (whole[2] + overlap / max(middle, 1.0)) * sample.high,
    )
    return _FromSide((low, middle, high), whole, rows)


def _whole(known: float, seen_rows: float, matched: float, partners: Bounds) -> Bounds:
    """Return the partners of all matched rows, in the sample and beyond it."""
    low, expected, high = (
        (seen_rows + max(matched - known, 0.0) * mean) / matched if matched else mean for mean in partners
    )
    return low, expected, high


def _ratio(parts: Bounds, wholes: Bounds) -> Bounds:
    """Divide two figures whose errors are independent, or nearly so."""
    expected = parts[1] / wholes[1] if wholes[1] else 1.0
    down = math.hypot(_log(parts[1], parts[0]), _log(wholes[2], wholes[1]))
    up = math.hypot(_log(parts[2], parts[1]), _log(wholes[1], wholes[0]))
    return max(1.0, expected * math.exp(-down)), expected, expected * math.exp(min(up, 700.0))


def _log(high: float, low: float) -> float:
    if high <= low:
        return 0.0
    return math.log(high / low) if low > 0 else math.inf
