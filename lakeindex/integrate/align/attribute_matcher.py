"""From the features of pairs of columns to the log-odds that they are the same attribute.

Two steps of boosted trees, learned from tables that were split (so that it is known what is the same): first each pair
alone, then with its rivals and with what else the two tables have in common.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from lakeindex.arrays.aliases import Features, Floats, Integers
from lakeindex.errors import IndexDamaged
from lakeindex.integrate.align.contrasts import CONTRAST_FEATURES
from lakeindex.integrate.align.pair_features import PAIR_FEATURES, ColumnPairs
from lakeindex.integrate.align.siblings import SIBLING_FEATURES, sibling_features
from lakeindex.models.boosted_trees import Trees, from_file, to_arrays

ALONE_FEATURES = (*PAIR_FEATURES, *CONTRAST_FEATURES)
"""The features of a pair, with how it stands out."""
ALL_FEATURES = (*ALONE_FEATURES, *SIBLING_FEATURES)
"""These together with its siblings'."""

_ALONE, _TOGETHER = "alone", "together"
_PAIRS_AT_ONCE = 1_024
"""Few enough for the processor's cache."""
_NOTHING = -9.0
"""The log-odds of pairs that are so unlikely alone that nothing else could help."""
_LEAST_ALONE = -7.0


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from what trees predict to calibrated log-odds."""

    slope: float = 1.0
    offset: float = 0.0

    def of(self, scores: Floats) -> Floats:
        """Return calibrated log-odds, (n,)."""
        return np.asarray(self.slope * scores + self.offset)


@dataclass(frozen=True, slots=True, eq=False)
class AttributeMatcher:
    """Trained trees, with what calibrates a pair's log-odds, and those of a column in a cluster."""

    alone: Trees
    """Of ALONE_FEATURES."""
    together: Trees
    """Of ALL_FEATURES."""
    pair: Scale
    member: Scale

    @classmethod
    def open(cls, path: Path) -> AttributeMatcher:
        """Read a trained matcher. Raises IndexDamaged where the file is none, or was trained on other features."""
        try:
            with safe_open(path, "numpy") as file:
                metadata = file.metadata() or {}
                features = json.loads(metadata["features"])
                alone = from_file(file, _ALONE, len(ALONE_FEATURES))
                together = from_file(file, _TOGETHER, len(ALL_FEATURES))
            pair, member = (Scale(*map(float, json.loads(metadata[name]))) for name in ("pair", "member"))
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise IndexDamaged(f"{path} holds no attribute matcher ({error}); install lakeindex again") from error
        if features != list(ALL_FEATURES):
            raise IndexDamaged(f"the attribute matcher in {path} was trained on other features; train it again")
        return cls(alone, together, pair, member)

    def log_odds(self, pairs: ColumnPairs, tables: Integers) -> Floats:
        """Return the calibrated log-odds of each pair, (pairs,); `tables`, (columns,), are the columns' tables."""
        scores = score_alone(self.alone, pairs)
        able = np.flatnonzero(scores >= _LEAST_ALONE)
        log_odds = np.full(len(scores), _NOTHING)
        log_odds[able] = self.pair.of(_sums(self.together, with_siblings(pairs, tables, scores)[able]))
        return log_odds


def score_alone(alone: Trees, pairs: ColumnPairs) -> Floats:
    """Return what trees predict of each pair alone, (pairs,)."""
    return _sums(alone, alone_features(pairs))


def alone_features(pairs: ColumnPairs) -> Features:
    """Return ALONE_FEATURES of pairs."""
    return np.column_stack([pairs.features, pairs.contrasts])


def with_siblings(pairs: ColumnPairs, tables: Integers, scores: Floats) -> Features:
    """Return ALL_FEATURES of pairs, given the scores of each alone, (pairs,)."""
    return np.column_stack([alone_features(pairs), sibling_features(pairs.left, pairs.right, tables, scores)])


def _sums(trees: Trees, features: Features) -> Floats:
    parts = [features[start : start + _PAIRS_AT_ONCE] for start in range(0, len(features), _PAIRS_AT_ONCE)]
    return np.concatenate([np.zeros(0), *map(trees.sums, parts)])


def write_attribute_matcher(path: Path, matcher: AttributeMatcher, remarks: Mapping[str, str]) -> None:
    """Write a matcher, with remarks on how it came about."""
    arrays, metadata = to_arrays({_ALONE: matcher.alone, _TOGETHER: matcher.together})
    scales = {name: (one.slope, one.offset) for name, one in (("pair", matcher.pair), ("member", matcher.member))}
    metadata |= {name: json.dumps(scale) for name, scale in scales.items()}
    save_file(arrays, path, metadata | {"features": json.dumps(ALL_FEATURES)} | dict(remarks))
