"""Truth discovery: what is true and whom to trust, each from the other, until neither changes.

The model is ACCU with copying of Dong, Berti-Equille and Srivastava (VLDB 2009), see `posterior` and `source_copying`.
"""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Floats
from lakeindex.integrate.conflicts.ballots import Ballots
from lakeindex.integrate.conflicts.posterior import FALSE_VALUES, Truth, false_values_of, posterior_of, vote_shares
from lakeindex.integrate.conflicts.source_accuracy import Sources
from lakeindex.integrate.conflicts.source_copying import copying, independence, sampled_cells
from lakeindex.integrate.conflicts.starting_points import evidence, starting_points

_ROUNDS = 30
_ROUNDS_OF_COPYING = 12
_SETTLED = 1e-3
_FEWEST_SOURCES = 4
"""With fewer, all explanations are as good."""
MOST_COMPARISONS = 3 * 10**5
"""Of claims with those of other sources, where starts are tried."""
_GAIN = 3.0
"""By so much the evidence for another start must exceed that for the votes."""


def discover(ballots: Ballots) -> Truth:
    """Return the probability of each option.

    First a source is trusted alike in all attributes, so that what it says of those that are easy to know decides whom
    to believe in the others. Only then its trust may differ between attributes: a majority that is wrong would else
    keep itself alive.
    """
    if not ballots.options:
        return Truth(np.zeros(0), np.zeros(0), np.zeros((0, 0)), np.zeros(0))
    posterior = _best_start(ballots)
    truth = _settle(ballots, posterior, is_pooled=True)
    return _settle(ballots, truth.posterior, is_pooled=False)


def _best_start(ballots: Ballots) -> Floats:
    """Return the posterior to start from: the votes, unless another start explains a sample better."""
    sources = len(np.unique(ballots.vote_source))
    cells = sampled_cells(ballots, MOST_COMPARISONS)
    if sources < _FEWEST_SOURCES or not len(cells):
        return vote_shares(ballots)
    sample = ballots.only(cells)
    settled = [_settle(sample, start, is_pooled=True) for start in starting_points(sample)]
    found = np.array([evidence(sample, truth) for truth in settled])
    best = int(found.argmax())
    if found[best] < found[0] + _GAIN:
        return vote_shares(ballots)
    return _extended(ballots, sample, settled[best])


def _extended(ballots: Ballots, sample: Ballots, truth: Truth) -> Floats:
    """Return the posterior of all ballots, as the sources of a sample of them are trusted."""
    sources = int(ballots.vote_source.max()) + 1
    accuracy = np.full(sources, np.median(truth.accuracy))
    accuracy[sample.vote_source] = truth.accuracy
    dependence = np.zeros((sources, sources))
    dependence[: len(truth.dependence), : len(truth.dependence)] = truth.dependence
    own = independence(ballots, dependence)
    return posterior_of(ballots, accuracy[ballots.vote_source], own, np.full(ballots.cells, FALSE_VALUES))


def _settle(ballots: Ballots, posterior: Floats, is_pooled: bool) -> Truth:
    """Return what is true and whom to trust once neither changes."""
    sources = Sources.of(ballots)
    false_values = np.full(ballots.cells, FALSE_VALUES)
    for step in range(_ROUNDS):
        accuracy = sources.accuracies(ballots, posterior, is_pooled)
        if step < _ROUNDS_OF_COPYING:
            dependence = copying(ballots, posterior, accuracy, false_values)
            own = independence(ballots, dependence)
        before, posterior = posterior, posterior_of(ballots, accuracy, own, false_values)
        if not is_pooled:
            false_values = false_values_of(ballots, posterior, dependence)
        if step and np.abs(posterior - before).max() < _SETTLED:
            break
    return Truth(posterior, accuracy, dependence, false_values)
