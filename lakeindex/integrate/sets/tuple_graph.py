"""The graph of tuples: for pairs of them, the probability that they describe one entity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Codes, Floats, Integers

_MOST_LOG_ODDS = 7.0


@dataclass(frozen=True, slots=True, eq=False)
class TupleGraph:
    """Tuples, and for pairs of them the probability that they describe one entity; a pair is there once."""

    size: int
    left: Integers
    right: Integers
    probabilities: Floats
    tables: Integers | None = None
    """(tuples,) the number of each one's table; None where that isn't known."""
    verdicts: Codes | None = None
    """(edges,) what a person said of each: 1 for one entity, 0 for two, -1 for nothing; None where nobody did."""

    def log_odds(self) -> Floats:
        """Return the log-odds of each edge, bounded: no edge is certain."""
        least = 1 / (1 + np.exp(_MOST_LOG_ODDS))
        unsure = np.clip(self.probabilities, least, 1 - least)
        log_odds: Floats = np.log(unsure / (1 - unsure))
        return log_odds
