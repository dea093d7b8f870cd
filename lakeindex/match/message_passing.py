"""Message passing over the candidate graph: what joins with a candidate may join with the query, too.

Columns are nodes, and an edge carries the log-odds of a join that the matcher gives it, in each direction its own. Two
layers of a neural Bellman-Ford network (NBFNet, Zhu et al., NeurIPS 2021) start at the query: over each *intermediate*,
a column that joins with it, a message reaches what joins with the intermediate. It is as strong as the weaker of both
joins, and of all messages the strongest counts (the widest path): that is a commutative monoid, so neither the order of
intermediates matters nor how many copies of a table there are. What arrives is a residual: it adds to the odds of a
join, and can't take any away. An intermediate is also queried in reverse: either its own neighbours include the query
or they don't, and that changes the odds of its own join.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.arrays.proportions import log_odds_of, probability_of
from lakeindex.errors import IndexDamaged

LEAST = 0.005
"""The probability from which a join carries messages."""
INTERMEDIATES = 3
"""How many candidates send messages: more of them change nothing."""
NO_SENDER = -1


@dataclass(frozen=True, slots=True, eq=False)
class Intermediate:
    """A candidate that sends messages to its own neighbours."""

    place: int
    """Among the query's candidates."""
    neighbours: Integers
    """(m,) places among the query's candidates."""
    probabilities: Floats
    """(m,) that it joins with each neighbour."""
    reverse_probability: float
    """That it joins with the query, when it is the one that is queried."""

    def moved(self, places: Integers) -> Intermediate:
        """Return the same among other candidates, given the place there of each, (n,)."""
        return Intermediate(
            int(places[self.place]), places[self.neighbours], self.probabilities, self.reverse_probability
        )


@dataclass(frozen=True, slots=True, eq=False)
class Messages:
    """What reached each candidate of a query, (n,)."""

    log_odds: Floats
    """Of the candidate itself, before."""
    widest: Floats
    """The log-odds of the weaker join on the best path; minus infinity where there is none."""
    sender: Integers
    """The place of that path's intermediate, NO_SENDER where there is none."""
    reverse: Floats
    """The log-odds that an intermediate gives the query; 0 for the others."""
    is_intermediate: Flags


@dataclass(frozen=True, slots=True)
class MessageWeights:
    """The few numbers that are learned; they are shared by all layers and lakes."""

    path_bias: float
    """What is added to the log-odds of a path's weaker join: its odds, times a factor, add to a candidate's."""
    reverse_slope: float
    """What the log-odds that an intermediate gives the query are multiplied with, before they are added to its own."""
    reverse_bias: float
    """What is added to them besides."""

    @classmethod
    def open(cls, path: Path) -> MessageWeights:
        """Read weights that were saved. Raises IndexDamaged where the file holds none."""
        try:
            (numbers,) = load_file(path).values()
            return cls(*map(float, numbers))
        except (OSError, SafetensorError, TypeError, ValueError) as error:
            raise IndexDamaged(f"{path} holds no weights of messages ({error}); install lakeindex again") from error

    def save(self, path: Path) -> None:
        """Write the weights as safetensors."""
        save_file({"paths": np.array(list(asdict(self).values()))}, path)

    def probabilities(self, messages: Messages) -> Floats:
        """Return how probable each join is, (n,), after the messages."""
        return probability_of(np.logaddexp(*self.odds(messages)))

    def odds(self, messages: Messages) -> tuple[Floats, Floats]:
        """Return both log-odds of each join whose odds add up: the candidate's own, (n,), and its path's, (n,)."""
        reverse = self.reverse_bias + self.reverse_slope * messages.reverse
        own = messages.log_odds + np.where(messages.is_intermediate, reverse, 0.0)
        return own, self.path_bias + messages.widest

    def least_strength(self, probability: float) -> float:
        """Return how probable the weaker join of a path has to be, so that the path alone gives such a probability."""
        return float(probability_of(log_odds_of(probability) - self.path_bias))

    def apply(self, before: Floats, messages: Messages) -> tuple[Floats, Floats]:
        """Change probabilities, (n,), by the messages: by the reverse queries alone, (n,), and by paths too, (n,).

        What nothing reached stays exactly as probable as it was.
        """
        own, path = self.odds(messages)
        after_reverse = np.where(messages.is_intermediate, probability_of(own), before)
        has_path = messages.sender != NO_SENDER
        return after_reverse, np.where(has_path, probability_of(np.logaddexp(own, path)), after_reverse)


def pass_messages(probabilities: Floats, intermediates: Sequence[Intermediate]) -> Messages:
    """Pass the messages on, given how probable each candidate of a query joins, (n,), and which of them send any."""
    log_odds, exactly = log_odds_of(probabilities), log_odds_of(probabilities, 0.0)
    widest, sender = np.full(len(log_odds), -np.inf), np.full(len(log_odds), NO_SENDER, np.int64)
    reverse, is_intermediate = np.zeros(len(log_odds)), np.zeros(len(log_odds), bool)
    for one in intermediates:
        carries = one.probabilities >= LEAST
        neighbours = one.neighbours[carries]
        strength = np.minimum(log_odds[one.place], log_odds_of(one.probabilities[carries]))
        is_wider = strength > widest[neighbours]
        widest[neighbours[is_wider]] = strength[is_wider]
        sender[neighbours[is_wider]] = one.place
        is_intermediate[one.place] = True
        reverse[one.place] = log_odds_of(one.reverse_probability)
    return Messages(exactly, widest, sender, reverse, is_intermediate)


def choose_intermediates(probabilities: Floats) -> Integers:
    """Choose the places of the candidates that send messages, the most probable first."""
    best = np.argsort(-probabilities, kind="stable")[:INTERMEDIATES]
    return np.asarray(best[probabilities[best] >= LEAST])
