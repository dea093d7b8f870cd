"""One score out of many signals: their weighted sum, so that every part of it can be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lakeindex.match.signals import SIGNALS, Signal
from lakeindex.pairs import Weights
from lakeindex.types import Evidence


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Pairs with their scores and what those are made of."""

    scores: Weights
    """(n,) in [0, 1]."""
    signals: tuple[Signal, ...]
    values: Mapping[str, Weights]
    """Each signal's value for each pair, in [0, 1]."""

    def evidence(self, place: int) -> tuple[Evidence, ...]:
        """List the parts of one pair's score, the largest first; they sum to it."""
        parts = [
            Evidence(signal.name, signal.weight * value, value, signal.meaning)
            for signal in self.signals
            for value in [float(self.values[signal.name][place])]
        ]
        return tuple(sorted(parts, key=lambda one: -one.part))


def fuse(values: Mapping[str, Weights]) -> Scored:
    """Weigh all signals."""
    return _weighted(SIGNALS, values)


def fuse_sources(values: Mapping[str, Weights]) -> Scored:
    """Score by what some sources say for themselves, in equal parts."""
    signals = tuple(Signal(name, 1 / len(values), f"the source {name} alone") for name in values)
    return _weighted(signals, values)


def _weighted(signals: tuple[Signal, ...], values: Mapping[str, Weights]) -> Scored:
    scores = sum((signal.weight * values[signal.name] for signal in signals), np.zeros(1))
    return Scored(np.clip(scores, 0.0, 1.0), signals, values)
