"""Estimate for the rows beyond a sample how many find a partner, and how many partners each has."""

from __future__ import annotations

import math

import numpy as np

from lakeindex.arrays.aliases import Floats
from lakeindex.join.estimate.counts import capped
from lakeindex.join.estimate.samples import Sample, SketchedColumn, Unseen

_Z = 2.1  # of a two-sided 95 % interval of few values (Student's t, 20 degrees of freedom)
_PRIOR_VALUES = 2.0
"""Values as varied as the whole column, by which a sample of shared values is extended."""
_MOST_FREQUENT = 20
"""Values of the sample from which the match rate of frequent values beyond it is estimated."""
_FREQUENT = 5.0
"""A value is frequent that has so many times the rows of the mean."""
_FEWEST_SHARED = 100
"""Shared values of the sample from which on the correlation of their counts is trusted."""
_SURE = 0.95
"""The bound of their match rate from which on all frequent values are taken to find a partner, or none."""

Bounds = tuple[float, float, float]
"""Low, expected, high."""


def match_rate_of(sample: Sample, scale: Floats, unseen: Unseen) -> Bounds:
    """Estimate the share of the unseen rows that find a partner: of frequent values and of the others."""
    counts, matched = sample.counts * scale, sample.matched * scale
    whole = float(counts.sum())
    if not whole or not unseen.rows:
        return (0.0, 0.5, 1.0) if unseen.rows else (0.0, 0.0, 0.0)
    kish = whole**2 / float(counts @ counts)
    trials = 1.0 / (1.0 / kish + (1.0 / unseen.effective if unseen.effective else 0.0))
    found = float(matched.sum()) / whole
    # Two columns are compared because their sketches share something: the first shared value is no evidence.
    first = found / max(int(np.count_nonzero(matched)), 1)
    usual = (_wilson(found - first, trials)[0], *_wilson(found, trials)[1:])
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


def partners_of(sample: Sample, scale: Floats, share: float, others: Unseen, other: SketchedColumn) -> Bounds:
    """Estimate the partners of an unseen row that has some."""
    is_shared = sample.matched > 0
    # How many values the rows are shared by is an estimate: only a mean that is lower beyond its error cuts counts.
    most = others.mean * (1.0 + 2.0 / math.sqrt(len(other.counts))) if others.rows else math.inf
    typical = capped(other.counts, most)
    mean, variance = float(typical.mean()), float(typical.var())
    if not is_shared.any():
        spread = math.sqrt(math.log1p(variance / mean**2))
        return max(1.0, mean * math.exp(-_Z * spread)), max(1.0, mean), max(1.0, mean * math.exp(_Z * spread))
    rows = sample.matched[is_shared] * scale[is_shared]
    joined = sample.joined[is_shared] * scale[is_shared]
    if typical.max() < other.counts.max():
        joined = joined * np.minimum(typical.max() / sample.partners[is_shared], 1.0)
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


def joined_by_frequent(sample: Sample, unseen: Unseen, others: Unseen) -> float:
    """Return the joined rows that there are if a value beyond the sample is frequent on both sides.

    Often one is, as the same values are common everywhere; not if the sample is large enough to show that the counts of
    shared values don't correlate.
    """
    most = 2.0 * (unseen.largest - 1.0) * (others.largest - 1.0)
    is_shared = sample.matched > 0
    count = int(is_shared.sum())
    if most <= 0.0 or not count:
        return 0.0
    logs = np.log(np.stack([sample.matched[is_shared], sample.partners[is_shared]]))
    if count >= _FEWEST_SHARED and logs.std(axis=1).all():
        return most if float(np.corrcoef(logs)[0, 1]) > _Z / math.sqrt(count) else 0.0
    return most if all(side.largest > _FREQUENT * side.mean for side in (unseen, others)) else 0.0


def _wilson(share: float, trials: float) -> Bounds:
    """Bound a share of so many trials (Wilson, 1927)."""
    spread = _Z * _Z / trials
    middle = (share + spread / 2) / (1 + spread)
    margin = _Z * math.sqrt(share * (1 - share) / trials + spread / (4 * trials)) / (1 + spread)
    return max(0.0, min(share, middle - margin)), share, min(1.0, max(share, middle + margin))
