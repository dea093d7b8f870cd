"""Truth discovery: what is true and whom to trust, each from the other, until neither changes.

The model is ACCU of Dong, Berti-Equille and Srivastava (VLDB 2009): a source is right with its accuracy, or claims one
of n false values. Accuracies are of a source and an attribute, drawn towards the source's, which is drawn towards that
of all sources, so that few claims decide little. Votes that are copied count less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.arrays.ragged import sums
from lakeindex.integrate.conflicts.ballots import Ballots
from lakeindex.integrate.conflicts.source_copying import copying, independence

_ROUNDS = 30
_SETTLED = 1e-4
_PRIOR_CLAIMS = 4.0
"""As many claims the prior of an accuracy counts for."""
_MOST_FALSE = 10.0
_LEAST_DOUBT = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What is likely true."""

    posterior: Floats
    """(options,)"""
    accuracy: Floats
    """(votes,) of the source, for the attribute."""
    dependence: Floats
    """(sources, sources)"""


def discover(ballots: Ballots) -> Truth:
    """Return the probability of each option.

    First a source is trusted in all attributes alike and taken for independent, so that what it says of the attributes
    that are easy to know decides whom to believe in the others; only then its trust may differ between attributes, and
    copies are looked for: both would else keep to a majority that is wrong.
    """
    world = _World(ballots, _false_values(ballots), *_slots(ballots))
    posterior = _shares(ballots)
    accuracy = world.accuracies(posterior, is_pooled=True)
    posterior, accuracy, _ = _settle(world, posterior, accuracy, is_pooled=True)
    return Truth(*_settle(world, posterior, accuracy, is_pooled=False))


@dataclass(frozen=True, slots=True, eq=False)
class _World:
    ballots: Ballots
    false_values: Floats
    """(cells,)"""
    slot_of_vote: Integers
    """The number of each vote's pair of source and attribute."""
    source_of_slot: Integers

    def accuracies(self, posterior: Floats, is_pooled: bool) -> Floats:
        """Return the accuracy of each vote's source, in all attributes or in the vote's."""
        votes = self.ballots
        weight = votes.vote_weight * votes.option_is_sound[votes.vote_option]
        right = sums(self.slot_of_vote, weight * posterior[votes.vote_option], len(self.source_of_slot))
        total = sums(self.slot_of_vote, weight, len(self.source_of_slot))
        everyone = right.sum() / max(total.sum(), 1e-12)
        of_source = _shrunk(self._by_source(right), self._by_source(total), everyone)[self.source_of_slot]
        of_slot = of_source if is_pooled else _shrunk(right, total, of_source)
        return np.clip(of_slot, _LEAST_DOUBT, 1 - _LEAST_DOUBT)[self.slot_of_vote]

    def _by_source(self, of_slots: Floats) -> Floats:
        return sums(self.source_of_slot, of_slots, int(self.source_of_slot.max(initial=-1)) + 1)


def _shrunk(right: Floats, total: Floats, prior: Floats | float) -> Floats:
    return np.asarray((right + _PRIOR_CLAIMS * prior) / (total + _PRIOR_CLAIMS))


def _settle(world: _World, posterior: Floats, accuracy: Floats, is_pooled: bool) -> tuple[Floats, Floats, Floats]:
    """Return posterior, accuracy and dependence once they no longer change."""
    own, dependence = np.ones(len(accuracy)), np.zeros((0, 0))
    for _ in range(_ROUNDS):
        before = posterior
        if not is_pooled:
            dependence = copying(world.ballots, posterior, accuracy, world.false_values)
            own = independence(world.ballots, dependence)
        posterior = _posterior(world.ballots, accuracy, own, world.false_values)
        accuracy = world.accuracies(posterior, is_pooled)
        if np.abs(posterior - before).max(initial=0.0) < _SETTLED:
            break
    return posterior, accuracy, dependence


def _shares(ballots: Ballots) -> Floats:
    """Return the share of its cell's votes that each option has."""
    votes = ballots.of_options(ballots.vote_weight)
    return votes / ballots.of_cells(votes)[ballots.option_cell]


def _false_values(ballots: Ballots) -> Floats:
    """Return how many false values each cell can have: of an attribute with two values, one."""
    attribute = ballots.cell_attribute[ballots.option_cell]
    most = np.zeros(int(attribute.max(initial=-1)) + 1)
    np.maximum.at(most, attribute, ballots.option_code.astype(np.float64))
    return np.clip(most, 1, _MOST_FALSE)[ballots.cell_attribute]


def _slots(ballots: Ballots) -> tuple[Integers, Integers]:
    """Return the number of each vote's pair of source and attribute, and the source of each pair."""
    attribute = ballots.cell_attribute[ballots.vote_cell]
    pairs = ballots.vote_source * (int(attribute.max(initial=0)) + 1) + attribute
    different, numbers = np.unique(pairs, return_inverse=True)
    return numbers, different // (int(attribute.max(initial=0)) + 1)


def _posterior(ballots: Ballots, accuracy: Floats, own: Floats, false_values: Floats) -> Floats:
    """Return each option's probability, beside all the values that nobody claims."""
    odds = np.log(false_values[ballots.vote_cell] * accuracy / (1 - accuracy))
    scores = ballots.of_options(odds * own * ballots.vote_weight)
    scores = np.where(ballots.option_is_sound, np.round(scores, 9), -50.0)
    first = ballots.first_options[:-1]
    top = np.maximum(np.maximum.reduceat(scores, first), 0.0) if len(first) else np.zeros(0)
    powers = np.exp(scores - top[ballots.option_cell])
    unclaimed = np.maximum(false_values + 1 - ballots.of_cells(np.ones(len(scores))), 0) * np.exp(-top)
    found: Floats = powers / (ballots.of_cells(powers) + unclaimed)[ballots.option_cell]
    return found
