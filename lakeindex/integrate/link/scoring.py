"""Scoring without labels: how likely each pair of tuples is the same thing.

1. A classifier of what two tuples say of each other is trained on the pairs that are best for both of their tuples,
   against all other candidates, and scores the pairs anew; this is repeated.
2. How the score and the competition of other candidates make a probability is learned from the same pairs and from
   pairs that are known not to match (`held_out`), by expectation and maximisation (presence-only data; Ward, Hastie,
   Barry, Elith and Leathwick, Biometrics 2009, eq. 10).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Features, Flags, Floats
from lakeindex.integrate.link.blocking import Pairs
from lakeindex.integrate.link.comparison import Comparison
from lakeindex.integrate.link.competition import Rivals, competing, is_mutual_best
from lakeindex.integrate.link.held_out import NonMatches, non_matches
from lakeindex.integrate.link.logistic import Logistic, WeightPrior, fit_logistic, probabilities

_TRAININGS = 2
_ROUNDS = 20
_PRECISION, _COMPETITION_PRECISION = 10.0, 0.3
_SURE = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class ScoredPairs:
    """Pairs with what their probability is made of."""

    agreement: Logistic
    """Of the features of the comparison."""
    competition: Logistic
    """Of the features of competition, the score among them."""
    scores: Floats
    """(pairs,) of the agreement."""
    log_odds: Floats
    """(pairs,)."""

    @property
    def probabilities(self) -> Floats:
        """(pairs,)."""
        return probabilities(self.log_odds)


def score_pairs(pairs: Pairs, comparison: Comparison, rivals: Rivals) -> ScoredPairs:
    """Score all candidate pairs."""
    everything = np.ones(len(pairs), bool)
    scores, agreement = comparison.similarities, Logistic(0.0, np.zeros(comparison.features.shape[1]))
    prior = WeightPrior(agreement.weights, _PRECISION)
    for _ in range(_TRAININGS):
        best = is_mutual_best(rivals.leads(scores, everything))
        agreement = fit_logistic(comparison.features, best.astype(np.float64), np.ones(len(pairs)), prior)
        scores = agreement.log_odds(comparison.features)
    ahead = rivals.leads(scores, everything)
    known = non_matches(pairs, rivals, scores)
    fitted, log_odds = _with_competition(competing(scores, ahead), is_mutual_best(ahead), known)
    return ScoredPairs(agreement, fitted, scores, log_odds)


def _with_competition(features: Features, best: Flags, known: NonMatches) -> tuple[Logistic, Floats]:
    """Learn the log-odds of pairs from those that are best for both, and from others that don't match."""
    whole = np.concatenate([features, known.features])
    counts = np.concatenate([np.ones(len(features)), known.amounts])
    prior, likely = WeightPrior(np.zeros(features.shape[1]), _COMPETITION_PRECISION), best * _SURE
    log_odds, fitted = np.zeros(len(features)), Logistic(0.0, prior.means)
    for _ in range(_ROUNDS):
        labels = np.concatenate([likely, np.zeros(len(known.features))])
        fitted = fit_logistic(whole, labels, counts, prior)
        unmatched = max(float((1 - likely).sum()), 1.0)
        # The pairs that are known not to match come on top of those of the tables.
        more = float(np.log1p(known.amounts.sum() / unmatched))
        fitted = Logistic(fitted.bias + more, fitted.weights)
        log_odds = fitted.log_odds(features)
        likely = probabilities(log_odds)
    return fitted, log_odds
