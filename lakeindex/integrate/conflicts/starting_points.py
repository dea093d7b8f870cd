"""Where truth discovery may start from: it ends in the nearest explanation, and that is not always the best.

Which explanation is best is told by the evidence for it: a lower bound of the log-likelihood of all claims.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.integrate.conflicts.ballots import Ballots
from lakeindex.integrate.conflicts.posterior import FALSE_VALUES, Truth, posterior_of, vote_shares
from lakeindex.integrate.conflicts.source_copying import PRIOR_LOG_ODDS, Compared

_MOST_ATTRIBUTES, _MOST_BELIEVED = 6, 12
_MOST_TRUST = 0.95
_COPY_RATES = (0.8, 0.95, 0.99)


def starting_points(ballots: Ballots) -> Iterator[Floats]:
    """Yield posteriors to start from: first the votes, then trust from one attribute alone, or in one source."""
    shares = vote_shares(ballots)
    yield shares
    attribute = ballots.cell_attribute[ballots.vote_cell]
    for number in _most_frequent(attribute, _MOST_ATTRIBUTES):
        yield _trusting(ballots, shares[ballots.vote_option], attribute == number)
    for source in _most_frequent(ballots.vote_source, _MOST_BELIEVED):
        believed = np.full(ballots.cells, -1)
        own = ballots.vote_source == source
        believed[ballots.vote_cell[own]] = ballots.vote_option[own]
        theirs = believed[ballots.vote_cell]
        yield _trusting(ballots, (theirs == ballots.vote_option).astype(np.float64), theirs >= 0)


def _most_frequent(numbers: Integers, most: int) -> Integers:
    return np.argsort(-np.bincount(numbers), kind="stable")[: min(most, len(np.unique(numbers)))]


def _trusting(ballots: Ballots, right: Floats, counts: Flags) -> Floats:
    """Return the posterior where a source's accuracy is the share of its votes that are right, of those that count."""
    total = np.bincount(ballots.vote_source, counts)
    accuracy = (np.bincount(ballots.vote_source, right * counts) + 1) / (total + 2)
    trust = np.clip(accuracy, 1 - _MOST_TRUST, _MOST_TRUST)[ballots.vote_source]
    return posterior_of(ballots, trust, np.ones(len(trust)), np.full(ballots.cells, FALSE_VALUES))


def evidence(ballots: Ballots, truth: Truth) -> float:
    """Return a lower bound of the log-likelihood of all claims, which each source makes itself or copies from another.

    The expected log-likelihood of independent claims, the entropy of the posterior, and what is gained where claims are
    copies along the best forest of sources.
    """
    posterior, accuracy, false_values = truth.posterior, truth.accuracy, truth.false_values
    likely = posterior[ballots.vote_option]
    wrong = np.log((1 - accuracy) / false_values[ballots.vote_cell])
    claims = (ballots.vote_weight * (likely * np.log(accuracy) + (1 - likely) * wrong)).sum()
    unclaimed = np.maximum(1 - ballots.of_cells(posterior), 1e-12)
    others = np.maximum(false_values + 1 - np.diff(ballots.first_options), 1)
    entropy = -(posterior * np.log(np.maximum(posterior, 1e-12))).sum() - (unclaimed * np.log(unclaimed / others)).sum()
    gains = Compared.of(ballots, posterior, accuracy).log_odds(false_values, _COPY_RATES) + PRIOR_LOG_ODDS
    return float(claims + entropy - np.log(false_values + 1).sum() + _best_forest(gains))


def _best_forest(gains: Floats) -> float:
    """Return the largest sum of positive gains without a circle: Prim's algorithm."""
    total, is_reached = 0.0, np.zeros(len(gains), bool)
    nearest = np.zeros(len(gains))
    for _ in range(len(gains)):
        following = int(np.where(is_reached, -np.inf, nearest).argmax())
        total += nearest[following]
        is_reached[following] = True
        nearest = np.maximum(nearest, gains[following])
    return float(total)
