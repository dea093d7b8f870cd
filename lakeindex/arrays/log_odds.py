"""Probabilities as log-odds."""

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
