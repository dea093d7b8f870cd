"""What the partners of a column say of each other: message passing over the graph of candidates.

Columns are nodes, and an edge carries the log-odds of a join that the matcher gives it, in each direction its own. Two
layers of a neural Bellman-Ford network (NBFNet, Zhu et al., NeurIPS 2021) start at the query: over each *bridge*, a
column that joins with it, a message reaches what joins with the bridge. It is as strong as the weaker of both joins,
and of all messages the strongest counts (the widest path): that is a commutative monoid, so neither the order of
bridges matters nor how many copies of a table there are. What arrives is a residual: it adds to the odds of a join, and
can't take any away. A bridge besides answers the query: asked for its own partners, it has the query among them or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.arrays.log_odds import log_odds_of
from lakeindex.errors import IndexDamaged
from lakeindex.types.matches import Evidence

LEAST = 0.005
"""The probability from which a join carries messages."""
BRIDGES = 3
"""How many columns are asked in their turn: more of them say no more."""
NO_BRIDGE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Bridge:
    """A candidate that was asked in its turn."""

    place: int
    """Among the query's candidates."""
    partners: Integers
    """(m,) places among the query's candidates."""
    probabilities: Floats
    """(m,) that the bridge joins with each."""
    back: float
    """The probability that it joins with the query, as it sees it."""

    def moved(self, places: Integers) -> Bridge:
        """Return the same among other candidates, given the place there of each, (n,)."""
        return Bridge(int(places[self.place]), places[self.partners], self.probabilities, self.back)


@dataclass(frozen=True, slots=True, eq=False)
class Received:
    """What reached each candidate of a query, (n,)."""

    log_odds: Floats
    """Of the candidate itself, before."""
    widest: Floats
    """The log-odds of the weaker join on the best path; minus infinity where there is none."""
    via: Integers
    """The place of that path's bridge, NO_BRIDGE where there is none."""
    back: Floats
    """The log-odds that a bridge gives the query; 0 for the others."""
    is_answering: Flags
    """Which candidates are bridges."""


@dataclass(frozen=True, slots=True)
class PathWeights:
    """The few numbers that are learned; they are shared by all layers and lakes."""

    path_bias: float
    """What is added to the log-odds of a path's weaker join: its odds, times a factor, add to a candidate's."""
    back_slope: float
    """What the log-odds that a bridge gives the query are multiplied with, and what is added, before they add to the
    log-odds of the bridge."""
    back_bias: float

    @classmethod
    def open(cls, path: Path) -> PathWeights:
        """Read weights that were saved. Raises IndexDamaged where the file holds none."""
        try:
            (numbers,) = load_file(path).values()
            return cls(*map(float, numbers))
        except (OSError, SafetensorError, TypeError, ValueError) as error:
            raise IndexDamaged(f"{path} holds no weights of paths ({error}); install lakeindex again") from error

    def save(self, path: Path) -> None:
        """Write the weights as safetensors."""
        save_file({"paths": np.array(list(asdict(self).values()))}, path)

    def probabilities(self, received: Received) -> Floats:
        """Return how probable each join is, (n,), with what the paths say of it."""
        return np.asarray(1 / (1 + np.exp(-np.logaddexp(*self.odds(received)))))

    def odds(self, received: Received) -> tuple[Floats, Floats]:
        """Return both log-odds of each join whose odds add up: the candidate's own, (n,), and its path's, (n,)."""
        answered = self.back_bias + self.back_slope * received.back
        own = received.log_odds + np.where(received.is_answering, answered, 0.0)
        return own, self.path_bias + received.widest


def receive(probabilities: Floats, bridges: Sequence[Bridge]) -> Received:
    """Pass the messages on, given how probable each candidate of a query joins, (n,), and those that were asked."""
    log_odds, exactly = log_odds_of(probabilities), log_odds_of(probabilities, 0.0)
    widest, via = np.full(len(log_odds), -np.inf), np.full(len(log_odds), NO_BRIDGE, np.int64)
    back, is_answering = np.zeros(len(log_odds)), np.zeros(len(log_odds), bool)
    for bridge in bridges:
        carried = bridge.probabilities >= LEAST
        partners = bridge.partners[carried]
        strength = np.minimum(log_odds[bridge.place], log_odds_of(bridge.probabilities[carried]))
        is_wider = strength > widest[partners]
        widest[partners[is_wider]] = strength[is_wider]
        via[partners[is_wider]] = bridge.place
        is_answering[bridge.place] = True
        back[bridge.place] = log_odds_of(bridge.back)
    return Received(exactly, widest, via, back, is_answering)


def bridges_among(probabilities: Floats) -> Integers:
    """Choose the places of the candidates to ask in their turn, the most probable first."""
    best = np.argsort(-probabilities, kind="stable")[:BRIDGES]
    return np.asarray(best[probabilities[best] >= LEAST])


PATHS = "paths"


ANSWERS = "answers"


_SAID = {
    True: "asked for its own partners, it names the query",
    False: "against: asked for its own partners, it hardly names the query",
}


@dataclass(frozen=True, slots=True, eq=False)
class Passed:
    """The probabilities of candidates before and after the messages, (n,) each."""

    before: Floats
    answered: Floats
    """With what bridges answered the query, but without paths."""
    after: Floats
    received: Received
    called: Callable[[int], str]
    """Tells what the candidate at a place is called."""

    @classmethod
    def of(cls, before: Floats, received: Received, weights: PathWeights, called: Callable[[int], str]) -> Passed:
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


def _probability(log_odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -500, 500))))
