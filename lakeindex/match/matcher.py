"""From the signals of a pair to the probability that it joins, with the parts that make it up.

The matcher is trained on lakes that were made, whose joins are known (OmniMatch, Koutras et al., 2024, learns from such
pairs, too), in two steps. *Evidence* ranks: what the untrained score says, and what small monotone trees add to that.
*Confidence* tells how probable a join is, given the evidence of the pair and how the best candidate of the query looks;
it rises with the evidence, so it ranks alike. How much confidence is how probable was fitted on lakes of other tables,
for each kind of join that the best candidate of a query may be.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lakeindex.arrays.aliases import Codes, Features, Flags, Floats
from lakeindex.errors import IndexDamaged
from lakeindex.match.calibration import Calibration
from lakeindex.match.features import FEATURES, features_of
from lakeindex.match.join_kind import kinds_of
from lakeindex.match.matcher_file import read_matcher
from lakeindex.match.message_passing import Passed
from lakeindex.match.rerank_fusion import Reranked
from lakeindex.match.score_parts import Addition, Part
from lakeindex.match.signal_sum import Scored
from lakeindex.match.signals import MEANINGS, REPEATS
from lakeindex.match.user_verdicts import FEEDBACK, SAYINGS, as_told, ordered_as_told
from lakeindex.models.boosted_trees import Trees
from lakeindex.types.matches import Evidence
from lakeindex.types.pairs import Pairs

PRIOR = "prior"
TIE_BREAK = 0.02
"""What evidence adds to confidence beside the trees, which tell it apart in steps only."""

_REPEATS = [feature.name for feature in FEATURES].index(REPEATS.name)
_COPY = 0.5
_BEHIND = 1e6


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The candidates of a query with the probabilities that they join."""

    probabilities: Floats
    """(n,) in [0, 1]; nothing for those that were not asked for."""
    accepted: Flags
    prior: float
    """The probability of a candidate that nothing speaks for."""
    signals: dict[str, Floats]
    """What each signal adds, (n,), to the evidence of a candidate that nothing speaks for."""
    strengths: dict[str, Floats]
    """How strong each signal is, (n,) in [0, 1]."""
    parts: tuple[Part, ...]
    """What else adds to the evidence."""
    verdicts: Codes
    estimates: Floats
    """(n,) The probabilities as they are without verdicts."""
    features: Features
    """(n, features)."""
    matcher: Matcher
    passed: Passed | None = None
    """What paths over other columns changed in the estimates."""
    reranked: Reranked | None = None
    """What a cross-encoder changed in them after that."""

    def passed_on(self, passed: Passed) -> Judged:
        """Return the candidates with what paths over other columns say of them."""
        return replace(self._estimated(passed.after), passed=passed)

    def reranked_as(self, reranked: Reranked) -> Judged:
        """Return the candidates with what a cross-encoder says of them."""
        return replace(self._estimated(reranked.after), reranked=reranked)

    def _estimated(self, estimates: Floats) -> Judged:
        probabilities = as_told(estimates, self.verdicts)
        accepted = probabilities >= self.matcher.calibration.threshold
        return replace(self, probabilities=probabilities, accepted=accepted, estimates=estimates)

    def evidence(self, place: int) -> tuple[Evidence, ...]:
        """List the parts of one pair's probability, the largest first; they sum to it.

        What lies between the prior and the probability is shared out in proportion to what each adds to the evidence.
        """
        added = self._added(place)
        total = sum(part for part, _, _ in added.values())
        estimates = next((one.before for one in (self.passed, self.reranked) if one is not None), self.estimates)
        scale = (float(estimates[place]) - self.prior) / total if abs(total) > 1e-9 else 0.0
        listed = {
            name: Evidence(name, part * scale, strength, meaning)
            for name, (part, strength, meaning) in added.items()
            if part or not math.isnan(strength)
        }
        for later in (self.passed, self.reranked):
            listed |= {one.name: one for one in (later.evidence(place) if later is not None else ())}
        if verdict := int(self.verdicts[place]):
            shared = listed[FEEDBACK].part if FEEDBACK in listed else 0.0
            told = float(self.probabilities[place] - self.estimates[place])
            listed[FEEDBACK] = Evidence(FEEDBACK, shared + told, 1.0, SAYINGS[verdict])
        largest_first = sorted(listed.values(), key=lambda one: -one.part)
        rest = float(self.probabilities[place]) - sum(one.part for one in largest_first)
        return (*largest_first, Evidence(PRIOR, rest, 1.0, MEANINGS[PRIOR]))

    def _added(self, place: int) -> dict[str, tuple[float, float, str]]:
        """Return what adds to the evidence of a pair by its name: how much, how strong that is, and what it says."""
        parts = {name: float(part[place]) for name, part in self.signals.items()}
        of_trees = self.matcher.pair.contributions(self.features[place : place + 1])[0]
        for feature, part in zip(FEATURES, of_trees.tolist(), strict=True):
            parts[feature.group] = parts.get(feature.group, 0.0) + self.matcher.calibration.trees * part
        strengths = {name: float(strength[place]) for name, strength in self.strengths.items()}
        added = {name: (part, strengths.get(name, math.nan), MEANINGS[name]) for name, part in parts.items()}
        for one in self.parts:
            added[one.name] = float(one.added[place]), float(one.strengths[place]), one.meaning(place)
        return added


@dataclass(frozen=True, slots=True, eq=False)
class Matcher:
    """Two sets of trees and their calibration."""

    pair: Trees
    """Of the features of a pair."""
    confidence: Trees
    """Of what `confidence_features` returns."""
    calibration: Calibration

    @classmethod
    def open(cls, path: Path) -> Matcher:
        """Read a matcher that was trained. Raises IndexDamaged where it was trained on other features."""
        read = read_matcher(path)
        if read.features != [feature.name for feature in FEATURES]:
            raise IndexDamaged(f"the matcher in {path} was trained on other features; train it again")
        return cls(read.pair, read.confidence, read.calibration)

    def judge(
        self,
        pairs: Pairs,
        scored: Scored,
        most: int,
        additions: Sequence[Addition] = (),
        verdicts: Codes | None = None,
    ) -> Judged:
        """Tell how likely each candidate of a query is to join, of the so many that most speaks for.

        What `additions` make of it is added to the evidence; `verdicts` (n,) have the last word.
        """
        features = features_of(pairs, scored)
        signals = {signal.name: self.calibration.score * added for signal, _, added in scored.parts}
        strengths = {signal.name: strength for signal, strength, _ in scored.parts}
        found = np.sum(list(signals.values()), axis=0) + self.calibration.trees * self.pair.sums(features)
        parts = tuple(add(features, found) for add in additions)
        evidence = np.sum([found, *(part.added for part in parts)], axis=0)
        if verdicts is None:
            verdicts = np.zeros(len(features), np.int8)
        estimates, prior = self._estimates(pairs, features, evidence, verdicts, most)
        probabilities = as_told(estimates, verdicts)
        accepted = probabilities >= self.calibration.threshold
        return Judged(probabilities, accepted, prior, signals, strengths, parts, verdicts, estimates, features, self)

    def _estimates(
        self, pairs: Pairs, features: Features, evidence: Floats, verdicts: Codes, most: int
    ) -> tuple[Floats, float]:
        """Return the probabilities, (n,), and that of a candidate that nothing speaks for."""
        estimates = np.zeros(len(features))
        nothing = np.array([self.calibration.trees * self.pair.base])
        ordered = ordered_as_told(evidence, verdicts)
        asked = np.argsort(-ordered, kind="stable")[:most]
        # What was rejected is nobody's rival; the others are judged as if it weren't there.
        rivals = as_rivals(np.minimum(evidence, ordered), features)
        best = int(np.argmax(rivals)) if len(features) else 0
        sure = self.confident(
            np.concatenate([evidence[asked], nothing]),
            features[best : best + 1],
            float(evidence[best]) if len(features) else 0.0,
        )
        kind = kinds_of(pairs)[best] if len(features) else 0
        told = self.calibration.probability(sure, np.full(len(sure), kind, np.int8))
        estimates[asked] = told[:-1]
        return estimates, float(told[-1])

    def confident(self, evidence: Floats, best: Features, most: float) -> Floats:
        """Return how sure a join is, (n,), by its evidence, the features of the best candidate (1, f), and that's."""
        if not len(best):
            return np.zeros(len(evidence))
        return self.confidence.sums(confidence_features(evidence, np.full(len(evidence), most), best)) + (
            TIE_BREAK * evidence
        )


def as_rivals(evidence: Floats, features: Features) -> Floats:
    """Return the evidence of candidates as the best of a query, (n,): those of a copy of its table come last.

    A lake that holds the query's table twice is no reason to believe less of what joins with it.
    """
    is_copy = features[:, _REPEATS] > _COPY
    return np.where(is_copy, evidence - _BEHIND, evidence)


def confidence_features(evidence: Floats, most: Floats, best: Features) -> Features:
    """Lay out what confidence is told of: (n, 3 + features).

    The evidence of a pair (n,), how far it is behind the most that a candidate of its query has (n,), that, and the
    features of that candidate, (n, f) or (1, f).
    """
    features = np.broadcast_to(best, (len(evidence), best.shape[1]))
    return np.column_stack([evidence, np.maximum(most - evidence, 0.0), most, features])
