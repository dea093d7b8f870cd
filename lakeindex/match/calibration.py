"""How a sum of evidence becomes a probability, and from which on it is believed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Calibration:
    """How scores become probabilities, and from which on they are believed."""

    bias: float
    """The log-odds of a candidate that nothing speaks for."""
    score: float
    """What the untrained score adds to the log-odds, at 1."""
    trees: float
    """What the trees' sum is multiplied with."""
    threshold: float
    """The probability from which an answer is accepted."""
