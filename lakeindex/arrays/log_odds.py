"""Probabilities as log-odds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Floats

_RARELY = 1e-4


_LEAST_DOUBT = 1e-12


def log_odds_of(probabilities: npt.ArrayLike, doubt: float = _RARELY) -> Floats:
    """Return log-odds, (n,); messages know nothing surer than so much `doubt` leaves."""
    least = max(doubt, _LEAST_DOUBT)
    sure = np.clip(np.asarray(probabilities, np.float64), least, 1 - least)
    return np.asarray(np.log(sure / (1 - sure)))
