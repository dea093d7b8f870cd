"""From the signals of a pair to the probability that it joins, with the parts that make it up.

The matcher is trained on lakes that were made, whose joins are known (OmniMatch, Koutras et al., 2024, learns from such
pairs, too). On the log-odds scale it adds up what the untrained score says and what small monotone trees add to that;
both scales and the threshold were fitted on lakes of tables that the trees had not seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lakeindex.errors import IndexDamaged
from lakeindex.match.calibration import Calibration
from lakeindex.match.features import FEATURES, features_of
from lakeindex.match.fusion import Scored
from lakeindex.match.matcher_file import read_matcher
from lakeindex.match.signals import MEANINGS
from lakeindex.match.trees import Trees
from lakeindex.pairs import Flags, Pairs, Weights
from lakeindex.types import Evidence

PRIOR = "prior"


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Pairs with the probabilities that they join."""

    probabilities: Weights
    """(n,) in [0, 1]."""
    accepted: Flags
    parts: dict[str, Weights]
    """By the name of the evidence, what it adds to the log-odds, (n,); they sum to them."""
    values: dict[str, Weights]
    """How strong the evidence is, (n,) in [0, 1], where it is a signal."""

    def evidence(self, place: int) -> tuple[Evidence, ...]:
        """List the parts of one pair's probability, the largest first; they sum to it.

        Log-odds add up, probabilities don't: each part has the share of what lies between the prior and the
        probability that it has of what lies between their log-odds.
        """
        prior = float(_probability(self.parts[PRIOR][place : place + 1])[0])
        added = {name: float(part[place]) for name, part in self.parts.items() if name != PRIOR}
        total = sum(added.values())
        scale = (float(self.probabilities[place]) - prior) / total if abs(total) > 1e-9 else prior * (1 - prior)
        listed = [
            Evidence(
                name, part * scale, float(self.values[name][place]) if name in self.values else 0.0, MEANINGS[name]
            )
            for name, part in added.items()
        ]
        listed.sort(key=lambda one: -one.part)
        return (*listed, Evidence(PRIOR, prior, 1.0, MEANINGS[PRIOR]))


@dataclass(frozen=True, slots=True, eq=False)
class Matcher:
    """Trees and their calibration."""

    trees: Trees
    calibration: Calibration
    fingerprint: str

    @classmethod
    def open(cls, path: Path) -> Matcher:
        """Read a matcher that was trained. Raises IndexDamaged where it was trained on other features."""
        trees, calibration, names, fingerprint = read_matcher(path)
        if names != [feature.name for feature in FEATURES]:
            raise IndexDamaged(f"the matcher in {path} was trained on other features; train it again")
        return cls(trees, calibration, fingerprint)

    def judge(self, pairs: Pairs, scored: Scored) -> Judged:
        """Tell how likely each pair is to join."""
        features = features_of(pairs, scored)
        of_trees = self.calibration.trees * self.trees.contributions(features)
        prior = self.calibration.bias + self.calibration.trees * self.trees.base
        parts = {PRIOR: np.full(len(features), prior)}
        values: dict[str, Weights] = {}
        for signal, strength, added in scored.parts:
            parts[signal.name] = self.calibration.score * added
            values[signal.name] = strength
        for place, feature in enumerate(FEATURES):
            parts[feature.group] = parts.get(feature.group, 0.0) + of_trees[:, place]
        logits = np.sum(list(parts.values()), axis=0)
        probabilities = _probability(logits)
        return Judged(probabilities, probabilities >= self.calibration.threshold, parts, values)


def _probability(logits: Weights) -> Weights:
    return 1 / (1 + np.exp(-np.clip(logits, -50, 50)))
