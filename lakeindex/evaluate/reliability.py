"""Whether probabilities hold: the reliability curve, its mean gap, and how much squared error they save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats

BINS_OF_EQUAL_MASS = 15
BINS_OF_EQUAL_WIDTH = 10


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Answers of about the same probability."""

    probability: float
    """Their mean probability."""
    joins: float
    """The share of them that join."""
    count: int

    def as_row(self) -> Mapping[str, float]:
        """Return the fields by name, rounded to a hundredth of a percent."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def reliability_curve(
    probabilities: Floats, joins: Flags, bins: int = BINS_OF_EQUAL_WIDTH
) -> tuple[ReliabilityBin, ...]:
    """Return what became of answers, (n,), by their probability: a bin a tenth, without the empty ones."""
    places = np.minimum((probabilities * bins).astype(np.int64), bins - 1)
    return _bins(probabilities, joins, [np.flatnonzero(places == place) for place in range(bins)])


def expected_calibration_error(probabilities: Floats, joins: Flags, bins: int = BINS_OF_EQUAL_MASS) -> float:
    """Return the mean gap between predicted and observed frequencies of joins, over bins of equal mass."""
    parts = np.array_split(np.argsort(probabilities, kind="stable"), bins)
    return mean_gap(_bins(probabilities, joins, parts))


def mean_gap(curve: Sequence[ReliabilityBin]) -> float:
    """Return the mean gap between probability and share of joins over the bins of a curve, weighted by their counts."""
    count = sum(one.count for one in curve)
    return sum(one.count * abs(one.probability - one.joins) for one in curve) / max(count, 1)


def brier_skill(probabilities: Floats, joins: Flags) -> float:
    """Return the relative reduction of the squared error, compared to always predicting the base rate."""
    share = joins.mean()
    return float(1 - np.mean((probabilities - joins) ** 2) / (share * (1 - share)))


def _bins(probabilities: Floats, joins: Flags, parts: Sequence[np.ndarray]) -> tuple[ReliabilityBin, ...]:
    return tuple(
        ReliabilityBin(float(probabilities[part].mean()), float(joins[part].mean()), len(part))
        for part in parts
        if len(part)
    )
