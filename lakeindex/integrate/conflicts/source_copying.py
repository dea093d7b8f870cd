"""Which sources copy from one another: they share values that nobody else has, and too many of them.

Dong, Berti-Equille and Srivastava, "Integrating conflicting data: the role of source dependence", VLDB 2009: sources
that are independent share true values often and false ones seldom, so shared false values show copying. What is true is
known only as a probability, over which the likelihood is summed here. The direction is left open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.arrays.proportions import probability_of
from lakeindex.arrays.ragged import ranges
from lakeindex.integrate.conflicts.ballots import Ballots

COPY_RATE = 0.8
"""The share of its values that a copier copies, as in the paper."""
PRIOR_LOG_ODDS = float(np.log(0.2 / 0.8))
"""That two sources depend on one another, before anything is compared; the paper's alpha is .2."""
_LEAST_DEPENDENCE = 0.5
"""What is less likely is taken for none: of sources that share few cells little more than the prior is known."""
_MOST_SOURCES = 256
_MOST_COMPARISONS = 2 * 10**6
"""Of a source's claim with those of all other sources, in the cells that are compared."""
_FEWEST_CELLS = 200
_CHUNK = 2**22


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """What sources say of the cells in which they are compared."""

    sources: Integers
    cells: Integers
    said: Integers
    """(cells, sources) the option, -1 where a source says nothing."""
    likely: Floats
    """(cells, sources) the probability of what it says."""
    accuracy: Floats
    """(cells, sources)"""

    @classmethod
    def of(cls, ballots: Ballots, posterior: Floats, accuracy: Floats) -> Compared:
        """Compare the sources with the most votes in the cells of which two say something, or a sample of these."""
        votes = np.bincount(ballots.vote_source)
        sources = np.sort(np.argsort(-votes, kind="stable")[:_MOST_SOURCES])
        cells = sampled_cells(ballots, _MOST_COMPARISONS)
        row, column = np.full(ballots.cells, -1), np.full(len(votes), -1)
        row[cells], column[sources] = np.arange(len(cells)), np.arange(len(sources))
        places = row[ballots.vote_cell], column[ballots.vote_source]
        vote = np.flatnonzero((places[0] >= 0) & (places[1] >= 0) & (ballots.vote_weight == 1))
        at = places[0][vote], places[1][vote]
        said = np.full((len(cells), len(sources)), -1)
        likely, right = np.zeros(said.shape), np.full(said.shape, 0.5)
        said[at], right[at], likely[at] = (
            ballots.vote_option[vote],
            accuracy[vote],
            posterior[ballots.vote_option[vote]],
        )
        return cls(sources, cells, said, likely, right)

    def log_odds(self, false_values: Floats, rates: Sequence[float] = (COPY_RATE,)) -> Floats:
        """Return the log-odds that each two sources depend, at the copy rate that explains them best.

        A value is true with its probability, over which the likelihood of each claim is summed: equations 4 to 8.
        """
        odds = np.zeros((len(rates), len(self.sources), len(self.sources)))
        for one in range(len(self.sources)):
            cells = np.flatnonzero(self.said[:, one] >= 0)
            ratio = self._ratio(one, cells, false_values[self.cells[cells]][:, None])
            is_same, is_both = self.said[cells] == self.said[cells, one][:, None], self.said[cells] >= 0
            for place, rate in enumerate(rates):
                same = np.log(rate * ratio + 1 - rate)
                odds[place, one] = np.where(is_same, same, np.where(is_both, np.log(1 - rate), 0.0)).sum(axis=0)
        return np.asarray(np.max((odds + odds.transpose(0, 2, 1)) / 2, axis=0) - np.log(len(rates)))

    def _ratio(self, one: int, cells: Integers, false_values: Floats) -> Floats:
        """Return how much likelier each other source's claim is as a copy than as its own, where both say the same."""
        right = self.accuracy[cells]
        mine = right[:, [one]]
        likely = self.likely[cells, one][:, None]
        alone = likely * mine * right + (1 - likely) * (1 - mine) * (1 - right) / false_values
        mean = (mine + right) / 2
        copied: Floats = likely * mean + (1 - likely) * (1 - mean)
        ratio: Floats = copied / np.maximum(alone, 1e-12)
        return ratio


def copying(ballots: Ballots, posterior: Floats, accuracy: Floats, false_values: Floats) -> Floats:
    """Return the probability that two sources depend on one another, (sources, sources), 0 on the diagonal.

    `posterior` is of options, `accuracy` of votes, `false_values` of cells. Of many sources only those with the most
    votes are compared, and of many cells a sample.
    """
    sources = int(ballots.vote_source.max(initial=-1)) + 1
    found = np.zeros((sources, sources))
    if sources > 1:
        compared = Compared.of(ballots, posterior, accuracy)
        among = probability_of(compared.log_odds(false_values) + PRIOR_LOG_ODDS)
        among[among < _LEAST_DEPENDENCE] = 0.0
        np.fill_diagonal(among, 0.0)
        found[np.ix_(compared.sources, compared.sources)] = among
    return found


def sampled_cells(ballots: Ballots, comparisons: int) -> Integers:
    """Return the cells of which several sources say something, or at even distances as many as can be compared."""
    votes = np.bincount(ballots.vote_cell, minlength=ballots.cells)
    cells = np.flatnonzero(votes > 1)
    sources = min(int(ballots.vote_source.max(initial=-1)) + 1, _MOST_SOURCES)
    most = max(int(comparisons / max(sources * votes[cells].mean(), 1)), _FEWEST_CELLS) if len(cells) else 0
    return cells[:: -(-len(cells) // most)] if len(cells) > most else cells


def independence(ballots: Ballots, dependence: Floats, copy_rate: float = COPY_RATE) -> Floats:
    """Return how much of each vote is the source's own, (votes,): 1 alone, 1 / k among k copies of one another.

    It is the paper's, made symmetric, so that it doesn't depend on the order in which sources are counted.
    """
    own = np.ones(len(ballots.vote_option))
    partners = np.flatnonzero(dependence.any(axis=1))
    if not len(partners):
        return own
    place = np.full(len(dependence), -1)
    place[partners] = np.arange(len(partners))
    votes = np.flatnonzero(place[ballots.vote_source] >= 0)
    among = copy_rate * dependence[np.ix_(partners, partners)]
    for some in np.array_split(votes, max(1, len(votes) * len(partners) // _CHUNK + 1)):
        own[some] = 1 / (1 + _shared(ballots, some, place, among))
    return own


def _shared(ballots: Ballots, votes: Integers, place: Integers, among: Floats) -> Floats:
    """Sum the dependence of each vote's source on the others that vote for the same."""
    options = np.unique(ballots.vote_option[votes])
    first = np.searchsorted(ballots.vote_option, options)
    every = ranges(first, np.searchsorted(ballots.vote_option, options, "right") - first)
    every = every[place[ballots.vote_source[every]] >= 0]
    present = np.zeros((len(options), len(among)))
    at = np.searchsorted(options, ballots.vote_option[every])
    present[at, place[ballots.vote_source[every]]] = ballots.vote_weight[every]
    shared = present @ among
    own: Floats = shared[np.searchsorted(options, ballots.vote_option[votes]), place[ballots.vote_source[votes]]]
    return own
