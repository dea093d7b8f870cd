"""How evidence and confidence become a probability, and from which on it is believed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.pairs import Weights


@dataclass(frozen=True, slots=True)
class Calibration:
    """The few numbers that were fitted beside the trees."""

    score: float
    """What the untrained score adds to the evidence, at 1."""
    trees: float
    """What the trees of the pair add to it, as a share of what they say."""
    confidence: tuple[float, ...] = (0.0,)
    """Ascending: confidence of which the log-odds are known."""
    log_odds: tuple[float, ...] = (0.0,)
    """Those log-odds, ascending; in between lie straight lines, and beyond they go up or down with the confidence."""
    threshold: float = 0.5
    """The probability from which an answer is accepted."""

    def probability(self, confidence: Weights) -> Weights:
        """Return the probability that goes with confidence, (n,); more of it is always more probable."""
        known, told = np.array(self.confidence), np.array(self.log_odds)
        beyond = np.minimum(confidence - known[0], 0) + np.maximum(confidence - known[-1], 0)
        log_odds = np.interp(confidence, known, told) + beyond
        return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -50, 50))))
