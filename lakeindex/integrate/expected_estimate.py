"""Estimate a join from the sample that two sketches are, and from totals that are known exactly.

The rows of the sample are counted, and the rows beyond it are known in number: only what becomes of those is estimated,
so that an interval closes as the sample becomes everything. A frequent value beyond the sample shows in the rows that
the others can't have, and widens the interval as one value that is matched or not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lakeindex.integrate.expected_counts import Amounts, capped
from lakeindex.integrate.expected_sample import Sample, Side, Unseen, common_limit, sample_of, share_below, unseen_of

_Z = 1.96  # a two-sided 95 % interval
_PRIOR_VALUES = 2.0
_MOST_FREQUENT = 20
"""Values of the sample that tell what becomes of frequent ones beyond it."""
_FREQUENT = 5.0
"""A value is frequent that has as many times the rows of another."""

_TELLING = 100
"""Shared values in the sample that tell whether their counts go together."""
_SURE = 0.95
"""The share of the frequent values, at the least, that find a partner where the others do, too."""
_MEETING = 0.1
"""How much of what two frequent values would give if they were the same is expected."""

Bounds = tuple[float, float, float]
"""Low, expected, high."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """The three figures of a join."""

    match_rate: Bounds
    fan_out: Bounds
    rows: Bounds


@dataclass(frozen=True, slots=True)
class _Route:
    """The join as seen from one of its sides."""

    matched: Bounds
    """Rows of the side that find a partner."""
    partners: Bounds
    """Joined rows for each of them."""
    rows: Bounds


def estimate(left: Side, right: Side) -> Estimate:
    """Estimate the join of two columns of which at least one is known by a sketch."""
    if not left.rows or not right.rows:
        return Estimate((0.0,) * 3, (0.0,) * 3, (0.0,) * 3)
    if not len(left.hashes) or not len(right.hashes):
        return Estimate((0.0, 0.5, 1.0), (0.0, 1.0, right.rows), (0.0, 0.5 * left.rows, left.rows * right.rows))
    limit = common_limit(left, right)
    # Rows of the more skewed side are followed: their number is known, however few values have most of them.
    is_forward = unseen_of(right, limit).skew <= unseen_of(left, limit).skew
    forward = _route(left, right)
    low, expected, high = forward.matched
    found = forward if is_forward else _route(right, left)
    # Every matched row is in the join at least once.
    rows = (max(found.rows[0], low), max(found.rows[1], expected), max(found.rows[2], expected))
    rows = (rows[0], rows[1], max(rows[1], min(rows[2], left.rows * right.rows)))
    fan = forward.partners if is_forward else _ratio(rows, forward.matched)
    match_rate = (low / left.rows, expected / left.rows, high / left.rows)
    if not low:
        fan = (0.0, *fan[1:])
    return Estimate(match_rate, fan, rows)


def _route(side: Side, other: Side) -> _Route:
    limit = common_limit(side, other)
    sample, share = sample_of(side, other, limit), share_below(limit)
    unseen, others = unseen_of(side, limit), unseen_of(other, limit)
    counts = capped(sample.counts, unseen.mean) if unseen.rows else sample.counts
    scale = counts / sample.counts
    rate = _match_rate(sample, scale, unseen)
    known = float(sample.matched.sum())
    low, middle, high = (known + unseen.rows * part for part in rate)
    partners = _partners(sample, scale, share, others, other)
    seen_rows = float(sample.joined.sum())
    expected = unseen.rows * rate[1] * partners[1]
    down = math.hypot(rate[1] - rate[0], rate[1] * (1.0 - partners[0] / partners[1])) * unseen.rows * partners[1]
    up = math.hypot(rate[2] - rate[1], rate[1] * (partners[2] / partners[1] - 1.0)) * unseen.rows * partners[1]
    meeting = _met_by_frequent(sample, unseen, others)
    rows = (
        (seen_rows + max(expected - down, 0.0)) * sample.low,
        seen_rows + expected + _MEETING * meeting,
        (seen_rows + expected + up + meeting) * sample.high,
    )
    whole = _whole(known, seen_rows, middle, partners)
    whole = (
        max(1.0, whole[0] * sample.low),
        whole[1] + _MEETING * meeting / max(middle, 1.0),
        (whole[2] + meeting / max(middle, 1.0)) * sample.high,
    )
    return _Route((low, middle, high), whole, rows)


def _met_by_frequent(sample: Sample, unseen: Unseen, others: Unseen) -> float:
    """Return the joined rows that there are if a value beyond the sample is frequent on both sides.

    So it often is, as the same values are common everywhere; unless the sample is large enough to tell that the counts
    of shared values don't go together.
    """
    most = 2.0 * (unseen.largest - 1.0) * (others.largest - 1.0)
    is_shared = sample.matched > 0
    count = int(is_shared.sum())
    if most <= 0.0 or not count:
        return 0.0
    logs = np.log(np.stack([sample.matched[is_shared], sample.partners[is_shared]]))
    if count >= _TELLING and logs.std(axis=1).all():
        return most if float(np.corrcoef(logs)[0, 1]) > _Z / math.sqrt(count) else 0.0
    return most if all(side.largest > _FREQUENT * side.mean for side in (unseen, others)) else 0.0


def _whole(known: float, seen_rows: float, matched: float, partners: Bounds) -> Bounds:
    """Return the partners of all matched rows, in the sample and beyond it."""
    low, expected, high = (
        (seen_rows + max(matched - known, 0.0) * mean) / matched if matched else mean for mean in partners
    )
    return low, expected, high


def _match_rate(sample: Sample, scale: Amounts, unseen: Unseen) -> Bounds:
    """Estimate the share of the unseen rows that find a partner: of frequent values and of the others."""
    counts, matched = sample.counts * scale, sample.matched * scale
    whole = float(counts.sum())
    if not whole or not unseen.rows:
        return (0.0, 0.5, 1.0) if unseen.rows else (0.0, 0.0, 0.0)
    kish = whole**2 / float(counts @ counts)
    trials = 1.0 / (1.0 / kish + (1.0 / unseen.effective if unseen.effective else 0.0))
    usual = _wilson(float(matched.sum()) / whole, trials)
    if not unseen.excess:
        return usual
    top = np.argsort(-sample.counts, kind="stable")[:_MOST_FREQUENT]
    # Of one value, all rows find a partner or none does.
    low, frequent, high = _wilson(float((sample.matched[top] / sample.counts[top]).mean()), float(len(top)))
    low, high = float(low > _SURE), float(high > 1.0 - _SURE)
    share, doubt = unseen.frequent, _Z * unseen.error / unseen.rows
    expected = (1.0 - share) * usual[1] + share * frequent
    down = math.hypot((1.0 - share) * (usual[1] - usual[0]), doubt) + share * (frequent - low)
    up = math.hypot((1.0 - share) * (usual[2] - usual[1]), doubt) + share * (high - frequent)
    return max(expected - down, 0.0), expected, min(expected + up, 1.0)


def _wilson(share: float, trials: float) -> Bounds:
    """Bound a share of so many trials (Wilson, 1927)."""
    spread = _Z * _Z / trials
    middle = (share + spread / 2) / (1 + spread)
    margin = _Z * math.sqrt(share * (1 - share) / trials + spread / (4 * trials)) / (1 + spread)
    return max(0.0, min(share, middle - margin)), share, min(1.0, max(share, middle + margin))


def _partners(sample: Sample, scale: Amounts, share: float, others: Unseen, other: Side) -> Bounds:
    """Estimate the partners of an unseen row that has some."""
    is_shared = sample.matched > 0
    # How many values the rows are shared by is an estimate: only a mean that is lower beyond its error cuts counts.
    most = others.mean * (1.0 + 2.0 / math.sqrt(len(other.counts))) if others.rows else math.inf
    typical = capped(other.counts, most)
    mean, variance = float(typical.mean()), float(typical.var())
    if not is_shared.any():
        spread = math.sqrt(math.log1p(variance / mean**2))
        return max(1.0, mean * math.exp(-_Z * spread)), max(1.0, mean), max(1.0, mean * math.exp(_Z * spread))
    partners = sample.partners[is_shared]
    cut = capped(partners, most) / partners
    rows = sample.matched[is_shared] * scale[is_shared]
    joined = sample.joined[is_shared] * scale[is_shared] * cut
    ratio = float(joined.sum()) / float(rows.sum())
    errors = joined - ratio * rows
    prior = _PRIOR_VALUES * variance * float(rows @ rows) / len(rows)
    count = len(rows)
    relative = (float(errors @ errors) + prior) / float(joined.sum()) ** 2 * count / (count + _PRIOR_VALUES)
    relative /= max(1.0 - share, 1e-9)
    lump = others.frequent
    growth = 1.0 / (1.0 - min(lump, 0.9))
    # What no value of a sketch shows, three in its size may have.
    rare = 0.0 if other.is_complete else 3.0 / len(other.counts)
    spread = math.sqrt(math.log1p(relative + lump**2 + rare**2))
    expected = max(1.0, ratio * growth)
    return max(1.0, expected * math.exp(-_Z * spread)), expected, expected * math.exp(_Z * spread)


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
