"""What paths over other columns changed in the probabilities of a query's candidates, and how that is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from lakeindex.match.paths import NO_BRIDGE, PathWeights, Received
from lakeindex.pairs import Weights
from lakeindex.types import Evidence

PATHS = "paths"
ANSWERS = "answers"

_SAID = {
    True: "asked for its own partners, it names the query",
    False: "against: asked for its own partners, it hardly names the query",
}


@dataclass(frozen=True, slots=True, eq=False)
class Passed:
    """The probabilities of candidates before and after the messages, (n,) each."""

    before: Weights
    answered: Weights
    """With what bridges answered the query, but without paths."""
    after: Weights
    received: Received
    called: Callable[[int], str]
    """Tells what the candidate at a place is called."""

    @classmethod
    def of(cls, before: Weights, received: Received, weights: PathWeights, called: Callable[[int], str]) -> Passed:
        """Add what was received; a candidate that nothing reached stays as probable as it was."""
        own, path = weights.odds(received)
        answered = np.where(received.is_answering, _probability(own), before)
        is_reached = received.via != NO_BRIDGE
        after = np.where(is_reached, _probability(np.logaddexp(own, path)), answered)
        return cls(before, answered, after, received, called)

    def evidence(self, place: int) -> Iterator[Evidence]:
        """List what the messages changed for one candidate."""
        if self.received.is_answering[place]:
            part = float(self.answered[place] - self.before[place])
            strength = float(_probability(self.received.back[place]))
            yield Evidence(ANSWERS, part, strength, _SAID[part >= 0])
        if (via := int(self.received.via[place])) != NO_BRIDGE:
            part = float(self.after[place] - self.answered[place])
            strength = float(_probability(self.received.widest[place]))
            yield Evidence(PATHS, part, strength, f"both may join with {self.called(via)}")


def _probability(log_odds: Weights) -> Weights:
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -500, 500))))
