"""Scoring without labels: how likely each pair of tuples is the same thing.

1. Within one table, a classifier of what two tuples say of each other is trained on perturbed copies of the tuples,
   each against the nearest neighbours of its own (`rehearsal`).
2. It is trained further on the pairs that are best for both of their tuples, against all other candidates, and scores
   the pairs anew; this is repeated.
3. How the score and the competition of other candidates make a probability is learned from the same pairs and from
   pairs that are known not to match (`held_out`), by expectation and maximisation (presence-only data; Ward, Hastie,
   Barry, Elith and Leathwick, Biometrics 2009, eq. 10).
4. The same is learned once more, from copies, which are known to match (`known_matches`), and from pairs of one table,
   which seldom match (`own_neighbours`). Where this finds far fewer matches, the best pairs were none. Copies differ as
   often as the surest pairs do (`noise_rates`).

People's verdicts are obeyed, and not learned from: they are on the pairs that were unsure, which say little of others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Codes, Features, Flags, Floats
from lakeindex.integrate.link.blocking import Pairs
from lakeindex.integrate.link.comparison import Comparison
from lakeindex.integrate.link.competition import Rivals, competing, is_mutual_best
from lakeindex.integrate.link.held_out import NonMatches, non_matches
from lakeindex.integrate.link.known_matches import by_known_matches
from lakeindex.integrate.link.logistic import MOST_LOG_ODDS, Logistic, WeightPrior, fit_logistic, probabilities
from lakeindex.integrate.link.own_neighbours import OwnNeighbours, ScoredRivals
from lakeindex.integrate.link.rehearsal import Rehearsal
from lakeindex.integrate.link.verdicts import ACCEPTED, REJECTED

_TRAININGS = 3
_ROUNDS = 40
_PRECISION, _COMPETITION_PRECISION = 10.0, 0.3
_PRECISION_OF_COPIES = 100.0
"""That of weights learned from copies, from which best pairs, which may all be none, move them but little."""
_COMPETITION, _BIAS = np.array([0.4, 0.9, 0.5, 0.8, 0.3]), -1.5
"""What the log-odds are made of where there are too few pairs to learn it: the score, leads, and the bias.

Learned from made pairs of tables, those of other lakes than the tables are of, they are no better there.
"""
_PRIOR = WeightPrior(_COMPETITION, _COMPETITION_PRECISION, _BIAS, is_bias_known=True)
_DOUBTED, _CONFIRMED = 0.5, 0.75
"""Shares of the matches by best pairs that copies confirm: from which these count at all, and for all."""
_SURE = 0.9
_SAME = float(np.log(19.0))
"""The least log-odds of two rows that hold the same."""

Rehearse = Callable[[Pairs], Rehearsal | None]
"""Makes a rehearsal in which copies differ as tuples of some pairs do."""


@dataclass(frozen=True, slots=True, eq=False)
class Supervision:
    """What the tuples themselves tell of pairs: some that match, and some that don't."""

    rehearse: Rehearse
    neighbours: OwnNeighbours | None = None
    """Unless pairs of one table are scored."""


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
    """(pairs,) those of people, which are obeyed."""
    is_same: Flags
    """(pairs,) whether both rows hold the same."""


def score_pairs(
    pairs: Pairs, comparison: Comparison, rivals: Rivals, known: KnownPairs, tuples: Supervision | None = None
) -> ScoredPairs:
    """Score all candidate pairs; without supervision by tuples, from these pairs alone.

    The copies of a first rehearsal differ as usual, those of a second one as the pairs that are sure by the first do.
    """
    rehearsal = None if tuples is None else tuples.rehearse(Pairs.none())
    scores, agreement = _trained(comparison, rivals, rehearsal)
    ahead = rivals.leads(scores, np.ones(len(pairs), bool))
    features, apart = competing(scores, ahead), non_matches(pairs, rivals, scores)
    likely = np.where(is_mutual_best(ahead), _SURE, 0.0)
    by_best = fitted = _with_competition(features, likely, apart)
    if tuples is not None and rehearsal is not None:
        own = [] if tuples.neighbours is None else tuples.neighbours.apart(agreement, ScoredRivals(rivals, scores))
        evidence = _Evidence(features, by_best, apart, own, float(likely.sum()))
        fitted = evidence.confirmed(rehearsal.matches(agreement))
        is_sure = probabilities(fitted.log_odds(features)) >= _SURE
        again = None if rehearsal.is_within else tuples.rehearse(Pairs(pairs.left[is_sure], pairs.right[is_sure]))
        fitted = fitted if again is None else evidence.confirmed(again.matches(agreement))
    log_odds = fitted.log_odds(features)
    log_odds = np.where(known.is_same, np.maximum(log_odds, _SAME), log_odds)
    is_said = [known.verdicts == ACCEPTED, known.verdicts == REJECTED]
    said = np.select(is_said, [MOST_LOG_ODDS, -MOST_LOG_ODDS], log_odds)
    return ScoredPairs(pairs, agreement, fitted, scores, said)


def _trained(comparison: Comparison, rivals: Rivals, rehearsal: Rehearsal | None) -> tuple[Floats, Logistic]:
    """Return the scores of all pairs and what they are made of."""
    everything = np.ones(len(comparison.similarities), bool)
    scores, agreement = comparison.similarities, Logistic(0.0, np.zeros(comparison.features.shape[1]))
    # Two tables differ in ways of their own, of which copies know nothing: there the best pairs tell more.
    precision = _PRECISION
    if rehearsal is not None and rehearsal.is_within:
        precision = _PRECISION_OF_COPIES
        agreement = Logistic(0.0, rehearsal.weights())
        scores = agreement.log_odds(comparison.features)
    prior = WeightPrior(agreement.weights, precision)
    for _ in range(_TRAININGS):
        best = is_mutual_best(rivals.leads(scores, everything)).astype(np.float64)
        agreement = fit_logistic(comparison.features, best, np.ones(len(best)), prior)
        scores = agreement.log_odds(comparison.features)
    return scores, agreement


@dataclass(frozen=True, slots=True, eq=False)
class _Evidence:
    """What the pairs themselves tell of how likely each matches."""

    features: Features
    by_best: Logistic
    """As the pairs that are best for both of their tuples say."""
    apart: NonMatches
    own: Sequence[NonMatches]
    """Pairs of one table, seen in several ways."""
    matches: float
    """How many match at first sight."""

    def confirmed(self, copies: Features) -> Logistic:
        """Combine two ways to see the same pairs: by those that are best, and by copies, (copies, features).

        There is always a best pair, match or not. So the first counts as far as the second finds as many matches:
        nothing where it is half of them or fewer, for all from three quarters on.
        """
        by_best, known = self.by_best, self._by_known(copies)
        share = self._count(known) / max(self._count(by_best), 1e-9)
        share = min(max((share - _DOUBTED) / (_CONFIRMED - _DOUBTED), 0.0), 1.0)
        bias = share * by_best.bias + (1 - share) * known.bias
        return Logistic(bias, share * by_best.weights + (1 - share) * known.weights)

    def _by_known(self, copies: Features) -> Logistic:
        """Return what most views of the pairs of one table leave, where those held out leave no fewer matches."""
        held_out, *own = (
            by_known_matches(self.features, self.matches, (copies, apart), _PRIOR) for apart in (self.apart, *self.own)
        )
        return min(held_out, max(own, key=self._count), key=self._count) if own else held_out

    def _count(self, fitted: Logistic) -> float:
        """Return how many pairs match."""
        return float(probabilities(fitted.log_odds(self.features)).sum())


def _with_competition(features: Features, likely: Floats, known: NonMatches) -> Logistic:
    """Learn the log-odds of pairs from those that are best for both, and from others that don't match."""
    whole = np.concatenate([features, known.features])
    counts = np.concatenate([np.ones(len(features)), known.amounts])
    fitted = Logistic(0.0, _PRIOR.means)
    for _ in range(_ROUNDS):
        labels = np.concatenate([likely, np.zeros(len(known.features))])
        fitted = fit_logistic(whole, labels, counts, _PRIOR)
        unmatched = max(float((1 - likely).sum()), 1.0)
        # The pairs that are known not to match come on top of those of the tables.
        fitted = Logistic(fitted.bias + float(np.log1p(known.amounts.sum() / unmatched)), fitted.weights)
        likely = probabilities(fitted.log_odds(features))
    return fitted
