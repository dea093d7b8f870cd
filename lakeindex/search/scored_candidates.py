"""The candidates of a query with their scores: one struct of arrays, of which each stage fills a column."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lakeindex.arrays.aliases import Codes, Features, Flags, Floats, Integers
from lakeindex.match.answer_calibration import AnswerCalibration, answer_features
from lakeindex.match.features import kinds_of
from lakeindex.match.message_passing import NO_SENDER, Messages, MessageWeights
from lakeindex.match.rerank_fusion import RerankWeights
from lakeindex.match.signals import SignalScores
from lakeindex.match.user_verdicts import ACCEPTED, REJECTED, with_verdicts
from lakeindex.rerank.cur import SearchResult
from lakeindex.types.lake import ColumnId
from lakeindex.types.pairs import Pairs

if TYPE_CHECKING:
    from lakeindex.match.label_memory import LabelEffect

LEAST_SCORE = 0.1
"""Of the signals: a pair below it has no evidence to speak of, and is no answer."""
LEAST_BY_PATH = 0.05
"""The probability from which a candidate that has nothing but a path is an answer."""


@dataclass(frozen=True, slots=True, eq=False)
class ScoredCandidates:
    """The candidates of a query, (n,), ascending by key."""

    query: ColumnId
    tried: tuple[str, ...]
    """The sources that proposed them."""
    pairs: Pairs
    signals: SignalScores
    """Summed by hand-set weights; where only some sources were queried, the scores of these."""
    features: Features
    """(n, features)."""
    tree_scores: Floats
    """(n,) the prediction of the trees of a pair."""
    evidence: Floats
    """(n,) signals, trees and labels together."""
    prior: float
    """The probability of a candidate of which nothing is known."""
    threshold: float
    """The probability from which a candidate is accepted, before the last calibration."""
    verdicts: Codes
    """(n,) people's verdicts: ACCEPTED, NO_VERDICT or REJECTED."""
    by_matcher: Floats | None
    """(n,) the probability by the evidence; None where only some sources were queried."""
    labels: LabelEffect | None = None
    messages: Messages | None = None
    by_reverse: Floats | None = None
    """(n,) the probability after the reverse queries of the intermediates."""
    by_paths: Floats | None = None
    """(n,) the probability after the messages of the intermediates, too."""
    cross_scores: SearchResult | None = None
    """The scores of the cross-encoder; its places are those of candidates."""
    by_reranker: Floats | None = None
    """(n,) the probability after reranking."""
    by_calibration: Floats | None = None
    """(n,) the probability after the last calibration, which changes no rank."""

    @property
    def keys(self) -> Integers:
        """Return the keys of the candidates, (n,), ascending."""
        return self.pairs.keys

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def before_reranking(self) -> Floats:
        """Return the probabilities, (n,), that reranking starts from; of sources alone, their scores."""
        if self.by_paths is not None:
            return self.by_paths
        return self.signals.scores if self.by_matcher is None else self.by_matcher

    @property
    def before_calibration(self) -> Floats:
        """Return the probabilities, (n,), that the last calibration starts from; of sources alone, their scores."""
        return self.before_reranking if self.by_reranker is None else self.by_reranker

    @property
    def estimates(self) -> Floats:
        """Return the probabilities after the last stage, (n,), without verdicts; of sources alone, their scores."""
        return self.before_calibration if self.by_calibration is None else self.by_calibration

    @property
    def scores(self) -> Floats:
        """Return what candidates are ranked by, (n,): the probabilities, on which verdicts have the last word."""
        return self._judged(self.estimates)

    @property
    def accepted(self) -> Flags | None:
        """Return which candidates are accepted, (n,); None where scores are no probabilities.

        That is decided before the last calibration, which supposes that the query joins with something.
        """
        return None if self.by_matcher is None else self._judged(self.before_calibration) >= self.threshold

    def place_of(self, key: int) -> int:
        """Return the place of the candidate with a key."""
        return int(np.searchsorted(self.keys, key))

    def answers(self) -> Integers:
        """Return the places of the candidates that are answers, best first, ties by key."""
        best_first = np.lexsort((self.keys, -self.scores))
        return best_first[self._are_answers()[best_first]]

    def with_messages(self, messages: Messages, weights: MessageWeights) -> ScoredCandidates:
        """Return the candidates after the messages of the intermediates."""
        by_reverse, by_paths = weights.apply(self.estimates, messages)
        return replace(self, messages=messages, by_reverse=by_reverse, by_paths=by_paths)

    def reranked(self, scores: SearchResult, weights: RerankWeights) -> ScoredCandidates:
        """Return the candidates with the scores of a cross-encoder; one that it did not score keeps its probability.

        So does one whose values only meet once they are written alike: it compares them as they are written.
        """
        by_reranker = self.estimates.copy()
        is_counted = ~self.pairs.is_written_otherwise[scores.places]
        places, counted = scores.places[is_counted], scores.scores[is_counted]
        by_reranker[places] = weights.probabilities(by_reranker[places], counted)
        return replace(self, cross_scores=scores, by_reranker=by_reranker)

    def calibrated(self, calibration: AnswerCalibration) -> ScoredCandidates:
        """Return the candidates with probabilities that hold; what only some sources scored stays as it is."""
        if self.by_matcher is None:
            return self
        by_calibration = calibration.probabilities(self.answer_features())
        return replace(self, by_calibration=by_calibration, threshold=calibration.threshold)

    def answer_features(self) -> Floats:
        """Lay out what the probabilities of the last stage are calibrated by, (n, len(ANSWER_FEATURES)).

        A rejected candidate is no rival of others.
        """
        is_rival = self.verdicts != REJECTED
        return answer_features(self.before_calibration, kinds_of(self.pairs), self.features, is_rival)

    def forecast(self, scores: SearchResult) -> ScoredCandidates:
        """Return the candidates with other forecasts of the cross-encoder's scores."""
        return replace(self, cross_scores=scores)

    def _judged(self, estimates: Floats) -> Floats:
        has_verdicts = self.by_matcher is not None and bool(self.verdicts.any())
        return with_verdicts(estimates, self.verdicts) if has_verdicts else estimates

    def _are_answers(self) -> Flags:
        """Return which candidates have evidence of their own, a path to the query, or a person's word."""
        has_evidence: Flags = self.signals.scores > LEAST_SCORE
        if self.by_matcher is None:
            return has_evidence
        has_evidence = has_evidence | (self.verdicts == ACCEPTED)
        if self.messages is None or self.by_paths is None:
            return has_evidence
        has_path: Flags = (self.messages.sender != NO_SENDER) & (self.by_paths >= LEAST_BY_PATH)
        return has_evidence | has_path
