"""From the features of a pair to the probability that it joins.

The matcher is trained on lakes that were made, whose joins are known (OmniMatch, Koutras et al., 2024, learns from such
pairs, too), in two steps. *Evidence* ranks: the untrained sum of signals, corrected by small monotone trees.
*Confidence* is how probable a join is, given the evidence of the pair and the features of the query's best candidate;
it rises with the evidence, so it ranks alike. Which confidence is how probable was fitted on lakes of other tables, for
each kind of join that the best candidate of a query may be.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from lakeindex.arrays.aliases import Codes, Features, Floats
from lakeindex.errors import IndexDamaged
from lakeindex.match.calibration import Calibration
from lakeindex.match.features import FEATURES, KINDS_OF_JOIN, is_copy, kinds_of
from lakeindex.match.signals import SignalScores
from lakeindex.match.user_verdicts import ordered_by_verdicts
from lakeindex.models.boosted_trees import Trees, from_file, to_arrays
from lakeindex.types.pairs import Pairs

TIE_BREAK = 0.02
"""The weight of evidence in confidence beside the trees, which are step functions of it."""
_BEHIND = 1e6
_OF_EVIDENCE = 2
"""The features of confidence that differ from one candidate of a query to the next."""


@dataclass(frozen=True, slots=True, eq=False)
class BestCandidate:
    """The best candidate of a query, by which the probabilities of all are calibrated."""

    evidence: float
    features: Features
    """(f,)."""
    kind: int
    """The kind of join that it would be, a place in KINDS_OF_JOIN."""


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
        """Read a trained matcher. Raises IndexDamaged where it was trained on other features."""
        read = read_matcher(path)
        if read.features != [feature.name for feature in FEATURES]:
            raise IndexDamaged(f"the matcher in {path} was trained on other features; train it again")
        return cls(read.pair, read.confidence, read.calibration)

    def evidence(self, signals: SignalScores, tree_scores: Floats) -> Floats:
        """Return the evidence of pairs, (n,), given the predictions of the pair's trees, (n,)."""
        return self.calibration.score * signals.total + self.calibration.trees * tree_scores

    @property
    def evidence_of_nothing(self) -> float:
        """Return the evidence of a pair of which nothing is known."""
        return self.calibration.trees * self.pair.base

    def probabilities(self, evidence: Floats, best: BestCandidate | None) -> Floats:
        """Return the probabilities, (n,), of candidates of a query by their evidence, given the query's best one."""
        if best is None:
            confident, kind = np.zeros(len(evidence)), 0
        else:
            confident, kind = self._confidence(evidence, best), best.kind
        return self.calibration.probability(confident, np.full(len(evidence), kind, np.int8))

    def _confidence(self, evidence: Floats, best: BestCandidate) -> Floats:
        # Most of what the trees split on is the same for all candidates, and what is left has few distinct answers.
        known = np.concatenate([np.full(_OF_EVIDENCE, np.nan), [best.evidence], best.features])
        trees = self.confidence.given(known)
        varying = np.column_stack([evidence, np.maximum(best.evidence - evidence, 0.0)])
        return trees.sums_of_steps(varying) + TIE_BREAK * evidence


def best_candidate(evidence: Floats, features: Features, verdicts: Codes, pairs: Pairs) -> BestCandidate | None:
    """Return the best candidate of a query, None where there is none.

    A rejected candidate is nobody's rival: it comes last, as do those in a copy of the query's table.
    """
    if not len(evidence):
        return None
    ordered = np.minimum(evidence, ordered_by_verdicts(evidence, verdicts)) if verdicts.any() else evidence
    place = int(np.argmax(as_rivals(ordered, features)))
    kind = int(kinds_of(pairs)[place])
    return BestCandidate(float(evidence[place]), features[place], kind)


def as_rivals(evidence: Floats, features: Features) -> Floats:
    """Return the evidence of candidates as the best of a query, (n,): those of a copy of its table come last.

    A lake that holds the query's table twice is no reason to believe less of what joins with it.
    """
    return np.where(is_copy(features), evidence - _BEHIND, evidence)


def confidence_features(evidence: Floats, most: Floats, best: Features) -> Features:
    """Lay out the features of confidence: (n, 3 + features).

    The evidence of a pair (n,), how far it is behind that of the query's best candidate, that, (n,), and the features
    of that candidate, (n, f) or (1, f).
    """
    features = np.broadcast_to(best, (len(evidence), best.shape[1]))
    return np.column_stack([evidence, np.maximum(most - evidence, 0.0), most, features])


_STEPS = ("pair", "confidence")


@dataclass(frozen=True, slots=True, eq=False)
class MatcherFile:
    """What a file of a matcher holds."""

    pair: Trees
    confidence: Trees
    calibration: Calibration
    features: list[str]
    """The names of a pair's features, in their order."""


def write_matcher(
    path: Path,
    trees: Mapping[str, Trees],
    calibration: Calibration,
    features: Sequence[str],
    remarks: Mapping[str, str],
) -> None:
    """Write the trees called `pair` and `confidence`, the calibration, and remarks on how they came about."""
    arrays, metadata = to_arrays({step: trees[step] for step in _STEPS})
    metadata |= {"calibration": json.dumps(asdict(calibration)), "features": json.dumps(list(features))}
    save_file(arrays, path, metadata | dict(remarks))


def read_matcher(path: Path) -> MatcherFile:
    """Read a matcher. Raises IndexDamaged where the file is none, or its trees lead nowhere."""
    try:
        with safe_open(path, "numpy") as file:
            metadata = file.metadata() or {}
            features = [str(name) for name in json.loads(metadata["features"])]
            pair = from_file(file, "pair", len(features))
            confidence = from_file(file, "confidence", len(features) + 3)
        calibration = _calibration(json.loads(metadata["calibration"]))
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise IndexDamaged(f"{path} holds no matcher ({error}); install lakeindex again") from error
    return MatcherFile(pair, confidence, calibration, features)


def _calibration(fitted: dict[str, Any]) -> Calibration:
    curve = {name: tuple(map(float, fitted[name])) for name in ("confidence", "log_odds")}
    kinds = tuple((float(slope), float(offset)) for slope, offset in fitted["kinds"])
    if len(kinds) != len(KINDS_OF_JOIN):
        raise ValueError(f"it knows {len(kinds)} kinds of join, not {len(KINDS_OF_JOIN)}")
    return Calibration(**fitted | curve | {"kinds": kinds})
