"""Shares of wholes, likeness of histograms, and probabilities as log-odds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Floats

_DEFAULT_DOUBT = 1e-4
_LEAST_DOUBT = 1e-12


def log_odds_of(probabilities: npt.ArrayLike, doubt: float = _DEFAULT_DOUBT) -> Floats:
    """Return log-odds, (n,), of probabilities clipped to [doubt, 1 - doubt]."""
    least = max(doubt, _LEAST_DOUBT)
    clipped = np.clip(np.asarray(probabilities, np.float64), least, 1 - least)
    return np.asarray(np.log(clipped / (1 - clipped)))


def probability_of(log_odds: Floats) -> Floats:
    """Return the probabilities of log-odds, (n,)."""
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -500, 500))))


def ratio(part: Floats, whole: Floats) -> Floats:
    """Divide each part by its whole; 0 / 0 is 0, and rounding makes no ratio larger than 1."""
    return np.minimum(part / np.where(whole > 0, whole, np.inf), 1.0)


def alike(ones: npt.NDArray[np.uint8], others: npt.NDArray[np.uint8]) -> Floats:
    """Return 1 - the total variation distance of histograms that sum to 255, (n,)."""
    distance: Floats = np.abs(ones.astype(np.float64) - others).sum(axis=1) / (2 * 255)
    return 1 - np.minimum(distance, 1.0)
