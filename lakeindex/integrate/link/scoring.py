"""Scoring without labels: how likely each pair of tuples is the same thing.

1. A classifier of what two tuples say of each other is trained on the pairs that are best for both of their tuples,
   against all other candidates, and scores the pairs anew; this is repeated.
2. How the score and the competition of other candidates make a probability is learned from the same pairs and from
   pairs that are known not to match (`held_out`), by expectation and maximisation (presence-only data; Ward, Hastie,
   Barry, Elith and Leathwick, Biometrics 2009, eq. 10).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lakeindex.arrays.aliases import Codes, Features, Flags, Floats
from lakeindex.integrate.link.blocking import Pairs
from lakeindex.integrate.link.comparison import Comparison
from lakeindex.integrate.link.competition import Rivals, competing, is_mutual_best
from lakeindex.integrate.link.held_out import NonMatches, non_matches
from lakeindex.integrate.link.logistic import MOST_LOG_ODDS, Logistic, WeightPrior, fit_logistic, probabilities
from lakeindex.integrate.link.verdicts import ACCEPTED, NONE, REJECTED

_TRAININGS = 3
_ROUNDS = 40
_PRECISION, _COMPETITION_PRECISION = 10.0, 0.3
_COMPETITION, _BIAS = np.array([0.4, 0.9, 0.5, 0.8, 0.3]), -1.5
"""What the log-odds are made of where there are too few pairs to learn it: the score, leads, and the bias."""
_SURE = 0.9
_SAME = float(np.log(19.0))
"""The least log-odds of two rows that hold the same."""
_VERDICT = 10.0
"""How many other pairs one with a verdict counts as."""


@dataclass(frozen=True, slots=True, eq=False)
class ScoredPairs:
    """Pairs with what their probability is made of."""

    pairs: Pairs
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


@dataclass(frozen=True, slots=True, eq=False)
class KnownPairs:
    """What is known of pairs beforehand."""

    verdicts: Codes
    """(pairs,) those of people, which are learned from and obeyed."""
    is_same: Flags
    """(pairs,) whether both rows hold the same."""


def score_pairs(pairs: Pairs, comparison: Comparison, rivals: Rivals, known: KnownPairs) -> ScoredPairs:
    """Score all candidate pairs."""
    verdicts = known.verdicts
    everything, counts = np.ones(len(pairs), bool), np.where(verdicts == NONE, 1.0, _VERDICT)
    scores, agreement = comparison.similarities, Logistic(0.0, np.zeros(comparison.features.shape[1]))
    prior = WeightPrior(agreement.weights, _PRECISION)
    for _ in range(_TRAININGS):
        best = _obeying(is_mutual_best(rivals.leads(scores, everything)).astype(np.float64), verdicts)
        agreement = fit_logistic(comparison.features, best, counts, prior)
        scores = agreement.log_odds(comparison.features)
    ahead = rivals.leads(scores, everything)
    apart = non_matches(pairs, rivals, scores)
    likely = _obeying(is_mutual_best(ahead) * _SURE, verdicts)
    fitted = _with_competition(competing(scores, ahead), likely, apart, verdicts)
    log_odds = fitted.log_odds(competing(scores, ahead))
    log_odds = np.where(known.is_same, np.maximum(log_odds, _SAME), log_odds)
    said = np.select([verdicts == ACCEPTED, verdicts == REJECTED], [MOST_LOG_ODDS, -MOST_LOG_ODDS], log_odds)
    return ScoredPairs(pairs, agreement, fitted, scores, said)


def _with_competition(features: Features, likely: Floats, known: NonMatches, verdicts: Codes) -> Logistic:
    """Learn the log-odds of pairs from those that are best for both, and from others that don't match."""
    whole = np.concatenate([features, known.features])
    counts = np.concatenate([np.ones(len(features)), known.amounts])
    prior = WeightPrior(_COMPETITION, _COMPETITION_PRECISION, _BIAS, is_bias_known=True)
    fitted = Logistic(0.0, prior.means)
    for _ in range(_ROUNDS):
        labels = np.concatenate([likely, np.zeros(len(known.features))])
        fitted = fit_logistic(whole, labels, counts, prior)
        unmatched = max(float((1 - likely).sum()), 1.0)
        # The pairs that are known not to match come on top of those of the tables.
        fitted = Logistic(fitted.bias + float(np.log1p(known.amounts.sum() / unmatched)), fitted.weights)
        likely = _obeying(probabilities(fitted.log_odds(features)), verdicts)
    return fitted


def _obeying(likely: Any, verdicts: Codes) -> Floats:
    return np.where(verdicts == NONE, likely, verdicts)
