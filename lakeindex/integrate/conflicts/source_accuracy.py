"""How often a source is right: in all attributes, or in each, drawn towards what is known from more claims."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.arrays.ragged import sums
from lakeindex.integrate.conflicts.ballots import Ballots

_PRIOR_CLAIMS = 4.0
"""As many claims the accuracy of all sources counts for in that of one."""
TYPICAL = 0.8
"""The accuracy of a source before anything is known."""
_LEAST_PRIOR, _MOST_PRIOR = 2.0, 1e6
_LEAST_DOUBT = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """The pairs of a source and an attribute that it has votes in."""

    pair_of_vote: Integers
    source_of_pair: Integers

    @classmethod
    def of(cls, ballots: Ballots) -> Sources:
        """Return those of some votes."""
        attribute = ballots.cell_attribute[ballots.vote_cell]
        most = int(attribute.max(initial=0)) + 1
        different, numbers = np.unique(ballots.vote_source * most + attribute, return_inverse=True)
        return cls(numbers, different // most)

    def accuracies(self, ballots: Ballots, posterior: Floats, is_pooled: bool) -> Floats:
        """Return the accuracy of each vote's source: in all attributes alike, or in the vote's."""
        # What a source says alone tells nothing of it.
        in_cell = ballots.of_cells(ballots.of_options(ballots.vote_weight))
        counts = ballots.option_is_sound[ballots.vote_option] & (in_cell[ballots.vote_cell] > 1.5)
        weight = ballots.vote_weight * counts
        right = sums(self.pair_of_vote, weight * posterior[ballots.vote_option], len(self.source_of_pair))
        total = sums(self.pair_of_vote, weight, len(self.source_of_pair))
        everyone = float((right.sum() + _PRIOR_CLAIMS * TYPICAL) / (total.sum() + _PRIOR_CLAIMS))
        all_right, all_total = self._by_source(right), self._by_source(total)
        of_source = (all_right + _PRIOR_CLAIMS * everyone) / (all_total + _PRIOR_CLAIMS)
        found = of_source[self.source_of_pair]
        if not is_pooled:
            prior = _prior_claims(right, total, found, all_total[self.source_of_pair])
            found = (right + prior * found) / (total + prior)
        of_votes: Floats = np.clip(found, _LEAST_DOUBT, 1 - _LEAST_DOUBT)[self.pair_of_vote]
        return of_votes

    def _by_source(self, of_pairs: Floats) -> Floats:
        return sums(self.source_of_pair, of_pairs, int(self.source_of_pair.max(initial=-1)) + 1)


def _prior_claims(right: Floats, total: Floats, expected: Floats, all_total: Floats) -> float:
    """Return as how many claims a source's accuracy counts in that of one of its attributes.

    The method of moments for a beta distribution: the more accuracies differ beyond what chance explains, the fewer.
    """
    has = total > 0
    if not has.any():
        return _MOST_PRIOR
    right, total, expected, left = right[has], total[has], expected[has], 1 - total[has] / all_total[has]
    chance = expected * (1 - expected)
    beyond = float((total * (right / total - expected) ** 2).sum() - (chance * left).sum())
    variance = beyond / max(float((total * left).sum()), 1e-9)
    if variance <= 1 / _MOST_PRIOR:
        return _MOST_PRIOR
    typical = float((chance * total).sum() / total.sum())
    return float(np.clip(typical / variance - 1, _LEAST_PRIOR, _MOST_PRIOR))
