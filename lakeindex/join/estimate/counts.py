"""Counts that an index rounds on a logarithmic scale: bounds of the true counts, narrowed by known totals."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Floats

LOG_STEP = 0.1
"""A term index keeps log(1 + count) in steps of this size: counts up to 11 are exact, larger ones within 5 %."""


def bounds_of(counts: npt.NDArray[np.int64], step: float) -> tuple[Floats, Floats]:
    """Return the least and the greatest count that is rounded to each of `counts`; a step of 0 rounds nothing."""
    kept = counts.astype(np.float64)
    if not step:
        return kept, kept
    places = np.rint(np.log1p(kept) / step)
    low = np.ceil(np.expm1((places - 0.5) * step))
    high = np.floor(np.expm1((places + 0.5) * step))
    return np.clip(low, 1.0, kept), np.maximum(high, kept)


def calibrated(counts: Floats, low: Floats, high: Floats, total: float) -> Floats:
    """Move counts towards one of their bounds, all by the same share of the distance, until they sum to `total`."""
    missing = total - float(counts.sum())
    room = (high - counts) if missing > 0 else (low - counts)
    whole = float(room.sum())
    return counts + room * min(missing / whole, 1.0) if whole else counts


def extremes(low: Floats, high: Floats, weights: Floats, total: float) -> tuple[float, float]:
    """Return the least and the greatest sum of weights * counts over all counts within bounds that sum to `total`.

    A fractional knapsack: what the lower bounds leave of the total goes to the smallest weights, or to the largest.
    """
    order = np.argsort(weights, kind="stable")
    room, ascending = (high - low)[order], weights[order]
    spare = min(max(total - float(low.sum()), 0.0), float(room.sum()))
    fixed = float(low @ weights)
    least, most = _filled(room, spare) @ ascending, _filled(room[::-1], spare) @ ascending[::-1]
    return fixed + float(least), fixed + float(most)


def capped(counts: Floats, mean: float) -> Floats:
    """Cap the largest counts so that the mean becomes this; unchanged where it is no larger."""
    if not len(counts) or mean >= counts.mean():
        return counts
    ascending = np.sort(counts)
    before = np.cumsum(ascending) - ascending
    left = np.arange(len(counts), 0, -1)
    first = int(np.argmax(before + left * ascending >= mean * len(counts)))
    return np.asarray(np.minimum(counts, (mean * len(counts) - before[first]) / left[first]), np.float64)


def _filled(room: Floats, spare: float) -> Floats:
    return np.asarray(np.clip(spare - (np.cumsum(room) - room), 0.0, room), np.float64)
