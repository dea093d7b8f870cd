"""One score out of many signals: their weighted sum, so that every part of it can be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.match.signals import REPEATS, RIVAL, SIGNALS, Signal
from lakeindex.types.matches import Evidence


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Pairs with their scores and what those are made of."""

    scores: Floats
    """(n,) in [0, 1]."""
    parts: tuple[tuple[Signal, Floats, Floats], ...]
    """Each signal with its value for each pair, (n,) in [0, 1], and what that adds to the score, (n,)."""

    def evidence(self, place: int) -> tuple[Evidence, ...]:
        """List the parts of one pair's score, the largest first; they sum to it."""
        listed = [
            Evidence(signal.name, float(added[place]), float(values[place]), signal.meaning)
            for signal, values, added in self.parts
        ]
        return tuple(sorted(listed, key=lambda one: -one.part))


def fuse(values: Mapping[str, Floats], tables: Integers) -> Scored:
    """Weigh what speaks for a join; of the sum take off what speaks against it.

    `tables` (n,) tells the table of each candidate: a query column has one partner in a table, and the best is it.
    """
    parts = [(signal, values[signal.name], signal.weight * values[signal.name]) for signal in SIGNALS]
    score = np.sum([added for _, _, added in parts], axis=0)
    parts.append((REPEATS, values[REPEATS.name], -REPEATS.weight * values[REPEATS.name] * score))
    score = score + parts[-1][2]
    lead = _best_of_table(score, tables) - score
    parts.append((RIVAL, lead, -np.minimum(RIVAL.weight * lead, score)))
    return _summed(parts)


def fuse_sources(values: Mapping[str, Floats]) -> Scored:
    """Score by what some sources say for themselves, in equal parts."""
    share = 1 / len(values)
    signals = {name: Signal(name, share, f"the source {name} alone") for name in values}
    return _summed([(signals[name], one, share * one) for name, one in values.items()])


def _best_of_table(scores: Floats, tables: Integers) -> Floats:
    """Return for each candidate the best score that its table has, (n,)."""
    _, places = np.unique(tables, return_inverse=True)
    best = np.zeros(int(places.max(initial=-1)) + 1)
    np.maximum.at(best, places, scores)
    return best[places]


def _summed(parts: list[tuple[Signal, Floats, Floats]]) -> Scored:
    # What is taken off may leave a rounding error below nothing.
    return Scored(np.maximum(np.sum([added for _, _, added in parts], axis=0), 0.0), tuple(parts))
