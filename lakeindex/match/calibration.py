"""How evidence and confidence become a probability, and from which probability a join is accepted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Codes, Floats
from lakeindex.match.features import KINDS_OF_JOIN


@dataclass(frozen=True, slots=True)
class Calibration:
    """The few numbers that were fitted beside the trees."""

    score: float
    """What the untrained score adds to the evidence, at 1."""
    trees: float
    """What the prediction of the pair's trees is multiplied with, before it is added to the evidence."""
    confidence: tuple[float, ...] = (0.0,)
    """Ascending: confidence of which the log-odds are known."""
    log_odds: tuple[float, ...] = (0.0,)
    """Those log-odds, ascending; in between lie straight lines, and beyond they go up or down with the confidence."""
    kinds: tuple[tuple[float, float], ...] = ((1.0, 0.0),) * len(KINDS_OF_JOIN)
    """Of each kind of join, in their order: what the log-odds are multiplied with, and what is added to them."""
    threshold: float = 0.5
    """The probability from which an answer is accepted."""

    def probability(self, confidence: Floats, kind: Codes) -> Floats:
        """Return the probability that goes with confidence, (n,); more of it is always more probable.

        `kind` (n,) is the kind of join that each query's best candidate would be, by its place in KINDS_OF_JOIN: all
        candidates of a query are calibrated alike.
        """
        slopes, offsets = np.array(self.kinds).T
        log_odds = slopes[kind] * self.common_log_odds(confidence) + offsets[kind]
        return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -50, 50))))

    def common_log_odds(self, confidence: Floats) -> Floats:
        """Return the log-odds of a join, (n,), whatever its kind."""
        known, fitted = np.array(self.confidence), np.array(self.log_odds)
        beyond = np.minimum(confidence - known[0], 0) + np.maximum(confidence - known[-1], 0)
        return np.asarray(np.interp(confidence, known, fitted) + beyond)
