"""How likely pairs match, by what is known: copies of tuples match, tuples that lost their partner have no match.

The log-odds are learned from both, in shares that have nothing to do with those of the tables; these shares are then
found by expectation and maximisation (Saerens, Latinne and Decaestecker, Neural Computation 2002, eq. 2.9).
"""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Features
from lakeindex.integrate.link.held_out import NonMatches
from lakeindex.integrate.link.logistic import Logistic, WeightPrior, fit_logistic, log_odds_of, probabilities

_ROUNDS = 200
_STILL = 1e-6
_MOST_ROWS = 200_000
"""Of more pairs than this, every second, third... counts for the share."""
_FEWEST = 0.3
"""Matches that there are at least, so that no share is 0."""


def by_known_matches(
    features: Features, start: float, known: tuple[Features, NonMatches], prior: WeightPrior
) -> Logistic:
    """Return the log-odds of pairs, (pairs, features), by copies, (copies, features), and held-out pairs.

    `start` is how many of the pairs match at first sight.
    """
    copies, apart = known
    matches, others = max(start, 1.0), max(float(apart.amounts.sum()), 1.0)
    amounts = np.concatenate([np.full(len(copies), matches / len(copies)), apart.amounts])
    labels = np.repeat([1.0, 0.0], [len(copies), len(apart.features)])
    fitted = fit_logistic(np.concatenate([copies, apart.features]), labels, amounts, prior)
    evidence = fitted.log_odds(features[:: 1 + len(features) // _MOST_ROWS]) - np.log(matches / others)
    share = min(matches / len(features), 0.9)
    for _ in range(_ROUNDS):
        mean = float(probabilities(evidence + log_odds_of(share)).mean())
        before, share = share, min(max(mean, _FEWEST / len(features)), 0.99)
        if abs(share - before) < _STILL:
            break
    return Logistic(fitted.bias - float(np.log(matches / others)) + log_odds_of(share), fitted.weights)
