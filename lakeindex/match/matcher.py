"""From the signals of a pair to the probability that it joins, with the parts that make it up.

The matcher is trained on lakes that were made, whose joins are known (OmniMatch, Koutras et al., 2024, learns from such
pairs, too), in two steps. *Evidence* ranks: what the untrained score says, and what small monotone trees add to that.
*Confidence* tells how probable a join is, given the evidence of the pair and how the best candidate of the query looks;
it rises with the evidence, so it ranks alike. How much confidence is how probable was fitted on lakes of other tables,
for each kind of join that the best candidate of a query may be.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lakeindex.errors import IndexDamaged
from lakeindex.match.calibration import Calibration
from lakeindex.match.features import FEATURES, features_of
from lakeindex.match.fusion import Scored
from lakeindex.match.join_kind import kinds_of
from lakeindex.match.matcher_file import read_matcher
from lakeindex.match.signals import MEANINGS, REPEATS
from lakeindex.match.trees import Trees
from lakeindex.pairs import Flags, Pairs, Weights
from lakeindex.types import Evidence

PRIOR = "prior"
TIE_BREAK = 0.02
"""What evidence adds to confidence beside the trees, which tell it apart in steps only."""

_REPEATS = [feature.name for feature in FEATURES].index(REPEATS.name)
_COPY = 0.5
_BEHIND = 1e6

Features = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The candidates of a query with the probabilities that they join."""

    probabilities: Weights
    """(n,) in [0, 1]; nothing for those that were not asked for."""
    accepted: Flags
    prior: float
    """The probability of a candidate that nothing speaks for."""
    signals: dict[str, Weights]
    """What each signal adds, (n,), to the evidence of a candidate that nothing speaks for."""
    strengths: dict[str, Weights]
    """How strong each signal is, (n,) in [0, 1]."""
    features: Features
    """(n, features)."""
    matcher: Matcher

    def evidence(self, place: int) -> tuple[Evidence, ...]:
        """List the parts of one pair's probability, the largest first; they sum to it.

        What lies between the prior and the probability is shared out in proportion to what each adds to the evidence.
        """
        added = {name: float(part[place]) for name, part in self.signals.items()}
        of_trees = self.matcher.pair.contributions(self.features[place : place + 1])[0]
        for feature, part in zip(FEATURES, of_trees.tolist(), strict=True):
            added[feature.group] = added.get(feature.group, 0.0) + self.matcher.calibration.trees * part
        total = sum(added.values())
        scale = (float(self.probabilities[place]) - self.prior) / total if abs(total) > 1e-9 else 0.0
        listed = []
        for name, part in added.items():
            if not part and name not in self.strengths:
                continue
            strength = float(self.strengths[name][place]) if name in self.strengths else math.nan
            listed.append(Evidence(name, part * scale, strength, MEANINGS[name]))
        listed.sort(key=lambda one: -one.part)
        rest = float(self.probabilities[place]) - sum(one.part for one in listed)
        return (*listed, Evidence(PRIOR, rest, 1.0, MEANINGS[PRIOR]))


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

    def judge(self, pairs: Pairs, scored: Scored, most: int) -> Judged:
        """Tell how likely each candidate of a query is to join, of the so many that most speaks for."""
        features = features_of(pairs, scored)
        signals = {signal.name: self.calibration.score * added for signal, _, added in scored.parts}
        strengths = {signal.name: strength for signal, strength, _ in scored.parts}
        nothing = np.array([self.calibration.trees * self.pair.base])
        evidence = np.sum(list(signals.values()), axis=0) + self.calibration.trees * self.pair.sums(features)
        best = int(np.argmax(as_rivals(evidence, features))) if len(features) else 0
        asked = np.argsort(-evidence, kind="stable")[:most]
        sure = self.confident(
            np.concatenate([evidence[asked], nothing]),
            features[best : best + 1],
            float(evidence[best]) if len(features) else 0.0,
        )
        kind = kinds_of(pairs)[best] if len(features) else 0
        told = self.calibration.probability(sure, np.full(len(sure), kind, np.int8))
        probabilities = np.zeros(len(features))
        probabilities[asked] = told[:-1]
        accepted = probabilities >= self.calibration.threshold
        return Judged(probabilities, accepted, float(told[-1]), signals, strengths, features, self)

    def confident(self, evidence: Weights, best: Features, most: float) -> Weights:
        """Return how sure a join is, (n,), by its evidence, the features of the best candidate (1, f), and that's."""
        if not len(best):
            return np.zeros(len(evidence))
        return self.confidence.sums(confidence_features(evidence, np.full(len(evidence), most), best)) + (
            TIE_BREAK * evidence
        )


def as_rivals(evidence: Weights, features: Features) -> Weights:
    """Return the evidence of candidates as the best of a query, (n,): those of a copy of its table come last.

    A lake that holds the query's table twice is no reason to believe less of what joins with it.
    """
    is_copy = features[:, _REPEATS] > _COPY
    return np.where(is_copy, evidence - _BEHIND, evidence)


def confidence_features(evidence: Weights, most: Weights, best: Features) -> Features:
    """Lay out what confidence is told of: (n, 3 + features).

    The evidence of a pair (n,), how far it is behind the most that a candidate of its query has (n,), that, and the
    features of that candidate, (n, f) or (1, f).
    """
    features = np.broadcast_to(best, (len(evidence), best.shape[1]))
    return np.column_stack([evidence, np.maximum(most - evidence, 0.0), most, features])
