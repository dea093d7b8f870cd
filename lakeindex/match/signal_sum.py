"""One score out of many signals: their weighted sum, so that every part of it can be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.match.signals import REPEATS, RIVAL, SIGNALS, Signal


@dataclass(frozen=True, slots=True, eq=False)
class SignalScores:
    """Pairs with their scores and the parts of these."""

    total: Floats
    """(n,) the sum of the parts; rounding may leave a little less than nothing."""
    parts: tuple[tuple[Signal, Floats, Floats], ...]
    """Each signal with its value for each pair, (n,) in [0, 1], and what that adds to the score, (n,)."""

    @property
    def leads(self) -> Floats:
        """Return by how much the best column of its table is ahead of each candidate, (n,)."""
        return next(values for signal, values, _ in self.parts if signal is RIVAL)

    @property
    def scores(self) -> Floats:
        """Return the scores, (n,) in [0, 1]."""
        return np.maximum(self.total, 0.0)


def sum_signals(values: Mapping[str, Floats], tables: Integers) -> SignalScores:
    """Sum up the signals for a join by their weights, and subtract those against it.

    `tables` (n,) are the tables of the candidates: a query column joins with one column of a table, the best one.
    """
    parts = [(signal, values[signal.name], signal.weight * values[signal.name]) for signal in SIGNALS]
    score = np.sum([added for _, _, added in parts], axis=0)
    parts.append((REPEATS, values[REPEATS.name], -REPEATS.weight * values[REPEATS.name] * score))
    score = score + parts[-1][2]
    lead = _best_of_table(score, tables) - score
    parts.append((RIVAL, lead, -np.minimum(RIVAL.weight * lead, score)))
    return _summed(parts)


def sum_sources(values: Mapping[str, Floats]) -> SignalScores:
    """Score by some sources of candidates alone, in equal parts."""
    share = 1 / len(values)
    signals = {name: Signal(name, share, f"the source {name} alone") for name in values}
    return _summed([(signals[name], one, share * one) for name, one in values.items()])


def _best_of_table(scores: Floats, tables: Integers) -> Floats:
    """Return for each candidate the best score that its table has, (n,)."""
    _, places = np.unique(tables, return_inverse=True)
    best = np.zeros(int(places.max(initial=-1)) + 1)
    np.maximum.at(best, places, scores)
    return best[places]


def _summed(parts: list[tuple[Signal, Floats, Floats]]) -> SignalScores:
    return SignalScores(np.sum([added for _, _, added in parts], axis=0), tuple(parts))
