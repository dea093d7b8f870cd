"""What the partners of a column say of each other: message passing over the graph of candidates.

Columns are nodes, and an edge carries the log-odds of a join that the matcher gives it, in each direction its own. Two
layers of a neural Bellman-Ford network (NBFNet, Zhu et al., NeurIPS 2021) start at the query: over each *bridge*, a
column that joins with it, a message reaches what joins with the bridge. It is as strong as the weaker of both joins,
and of all messages the strongest counts (the widest path): that is a commutative monoid, so neither the order of
bridges matters nor how many copies of a table there are. What arrives is a residual: it adds to the odds of a join, and
can't take any away. A bridge besides answers the query: asked for its own partners, it has the query among them or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from lakeindex.errors import IndexDamaged
from lakeindex.pairs import Flags, Numbers, Weights

LEAST = 0.005
"""The probability from which a join carries messages."""
BRIDGES = 3
"""How many columns are asked in their turn: more of them say no more."""
NO_BRIDGE = -1

_RARELY = 1e-4
_LEAST_DOUBT = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Bridge:
    """A candidate that was asked in its turn."""

    place: int
    """Among the query's candidates."""
    partners: Numbers
    """(m,) places among the query's candidates."""
    probabilities: Weights
    """(m,) that the bridge joins with each."""
    back: float
    """The probability that it joins with the query, as it sees it."""

    def moved(self, places: Numbers) -> Bridge:
        """Return the same among other candidates, given the place there of each, (n,)."""
        return Bridge(int(places[self.place]), places[self.partners], self.probabilities, self.back)


@dataclass(frozen=True, slots=True, eq=False)
class Received:
    """What reached each candidate of a query, (n,)."""

    log_odds: Weights
    """Of the candidate itself, before."""
    widest: Weights
    """The log-odds of the weaker join on the best path; minus infinity where there is none."""
    via: Numbers
    """The place of that path's bridge, NO_BRIDGE where there is none."""
    back: Weights
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

    def probabilities(self, received: Received) -> Weights:
        """Return how probable each join is, (n,), with what the paths say of it."""
        return np.asarray(1 / (1 + np.exp(-np.logaddexp(*self.odds(received)))))

    def odds(self, received: Received) -> tuple[Weights, Weights]:
        """Return both log-odds of each join whose odds add up: the candidate's own, (n,), and its path's, (n,)."""
        answered = self.back_bias + self.back_slope * received.back
        own = received.log_odds + np.where(received.is_answering, answered, 0.0)
        return own, self.path_bias + received.widest


def receive(probabilities: Weights, bridges: Sequence[Bridge]) -> Received:
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


def bridges_among(probabilities: Weights) -> Numbers:
    """Choose the places of the candidates to ask in their turn, the most probable first."""
    best = np.argsort(-probabilities, kind="stable")[:BRIDGES]
    return np.asarray(best[probabilities[best] >= LEAST])


def log_odds_of(probabilities: npt.ArrayLike, doubt: float = _RARELY) -> Weights:
    """Return log-odds, (n,); messages know nothing surer than so much `doubt` leaves."""
    least = max(doubt, _LEAST_DOUBT)
    sure = np.clip(np.asarray(probabilities, np.float64), least, 1 - least)
    return np.asarray(np.log(sure / (1 - sure)))
