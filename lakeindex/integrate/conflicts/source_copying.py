"""Which sources copy from one another: they share values that nobody else has, and too many of them.

Dong, Berti-Equille and Srivastava, "Integrating conflicting data: the role of source dependence", VLDB 2009: sources
that are independent share true values often and false ones seldom, so shared false values show copying. What is true is
known only as a probability, over which the likelihood is summed here. The direction is left open.
"""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.arrays.ragged import ranges
from lakeindex.integrate.conflicts.ballots import Ballots

COPY_RATE = 0.8
"""The share of its values that a copier copies, as in the paper."""
_PRIOR = 0.2
"""That two sources depend on one another, before anything is compared; the paper's alpha."""
_MOST_SOURCES = 256
_MOST_COMPARISONS = 3 * 10**8
_CHUNK = 2**22


def copying(ballots: Ballots, posterior: Floats, accuracy: Floats, false_values: Floats) -> Floats:
    """Return the probability that two sources depend on one another, (sources, sources), 0 on the diagonal.

    `posterior` is of options, `accuracy` of votes, `false_values` of cells. Of many sources only those with the most
    votes are compared, and of many cells a sample.
    """
    sources = int(ballots.vote_source.max(initial=-1)) + 1
    compared = np.argsort(-np.bincount(ballots.vote_source, minlength=sources), kind="stable")[:_MOST_SOURCES]
    found = np.zeros((sources, sources))
    if len(compared) < 2:
        return found
    said, sure, right = _matrices(ballots, compared, posterior, accuracy)
    odds = _log_odds(said, sure, right, false_values[_sampled(ballots, len(compared))])
    among = 1 / (1 + np.exp(-np.clip(odds + np.log(_PRIOR / (1 - _PRIOR)), -500, 500)))
    np.fill_diagonal(among, 0.0)
    found[np.ix_(compared, compared)] = among
    return found


def independence(ballots: Ballots, dependence: Floats) -> Floats:
    """Return how much of each vote is the source's own, (votes,): 1 alone, 1 / k among k copies of one another.

    It is the paper's, made symmetric, so that it doesn't depend on the order in which sources are counted.
    """
    own = np.ones(len(ballots.vote_option))
    partners = np.flatnonzero((dependence > 0.01).any(axis=1))
    if not len(partners):
        return own
    place = np.full(len(dependence), -1)
    place[partners] = np.arange(len(partners))
    votes = np.flatnonzero(place[ballots.vote_source] >= 0)
    among = COPY_RATE * dependence[np.ix_(partners, partners)]
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


def _sampled(ballots: Ballots, sources: int) -> Integers:
    """Return the cells that are compared: those with more than one source, at even distances."""
    votes = np.bincount(ballots.vote_cell, minlength=ballots.cells)
    cells = np.flatnonzero(votes > 1)
    most = max(_MOST_COMPARISONS // sources**2, 1)
    return cells[:: -(-len(cells) // most)] if len(cells) > most else cells


def _matrices(
    ballots: Ballots, compared: Integers, posterior: Floats, accuracy: Floats
) -> tuple[Integers, Floats, Floats]:
    """Return what the sources say, how likely that is right, and how often they are, (cells, sources) each."""
    cells = _sampled(ballots, len(compared))
    row = np.full(ballots.cells, -1)
    row[cells] = np.arange(len(cells))
    column = np.full(int(ballots.vote_source.max()) + 1, -1)
    column[compared] = np.arange(len(compared))
    places = row[ballots.vote_cell], column[ballots.vote_source]
    votes = np.flatnonzero((places[0] >= 0) & (places[1] >= 0) & (ballots.vote_weight == 1))
    at = places[0][votes], places[1][votes]
    said = np.full((len(cells), len(compared)), -1)
    sure, right = np.zeros(said.shape), np.full(said.shape, 0.5)
    said[at], right[at] = ballots.vote_option[votes], accuracy[votes]
    sure[at] = posterior[ballots.vote_option[votes]]
    return said, sure, right


def _log_odds(said: Integers, sure: Floats, right: Floats, false_values: Floats) -> Floats:
    """Return the log-odds that each two sources depend, from the cells of which both say something."""
    odds = np.zeros((said.shape[1], said.shape[1]))
    for one in range(said.shape[1]):
        cells = np.flatnonzero(said[:, one] >= 0)
        mine, others = said[cells, one][:, None], said[cells]
        wrong = 1 - right[cells]
        true = right[cells, one][:, None] * right[cells]
        false = wrong[:, [one]] * wrong / false_values[cells][:, None]
        likely = sure[cells, one][:, None]
        mean = (right[cells, one][:, None] + right[cells]) / 2
        alone = likely * true + (1 - likely) * false
        copied = likely * mean + (1 - likely) * (1 - mean)
        same = np.log(COPY_RATE * copied / np.maximum(alone, 1e-12) + 1 - COPY_RATE)
        different = np.log(1 - COPY_RATE)
        evidence = np.where(others == mine, same, different)
        odds[one] = np.where(others >= 0, evidence, 0.0).sum(axis=0)
    return (odds + odds.T) / 2
