"""From how alike two columns are to the log-odds that they are of one semantic type: trees learned without labels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from lakeindex.arrays.aliases import Features, Floats
from lakeindex.errors import IndexDamaged
from lakeindex.integrate.align.attribute_matcher import Scale
from lakeindex.lake_map.semantic_types.likeness import LIKENESSES
from lakeindex.models.boosted_trees import Trees, from_file, to_arrays

_PAIR, _MEMBER = "pair", "member"
_PAIRS_AT_ONCE = 1_024
"""Few enough for the processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class TypeMatcher:
    """Trained trees, with what calibrates the log-odds of a pair, and those of a column in its cluster."""

    trees: Trees
    """Of LIKENESSES."""
    pair: Scale
    member: Scale

    @classmethod
    def open(cls, path: Path) -> TypeMatcher:
        """Read a trained matcher. Raises IndexDamaged where the file is none, or was trained on other features."""
        try:
            with safe_open(path, "numpy") as file:
                metadata = file.metadata() or {}
                features = json.loads(metadata["features"])
                trees = from_file(file, _PAIR, len(LIKENESSES))
            pair, member = (Scale(*map(float, json.loads(metadata[name]))) for name in (_PAIR, _MEMBER))
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise IndexDamaged(f"{path} holds no matcher of types ({error}); install lakeindex again") from error
        if features != list(LIKENESSES):
            raise IndexDamaged(f"the matcher of types in {path} was trained on other features; train it again")
        return cls(trees, pair, member)

    def log_odds(self, features: Features) -> Floats:
        """Return the calibrated log-odds of each pair, (pairs,), by LIKENESSES."""
        starts = range(0, len(features), _PAIRS_AT_ONCE)
        parts = [self.trees.sums(features[start : start + _PAIRS_AT_ONCE]) for start in starts]
        return self.pair.of(np.concatenate([np.zeros(0), *parts]))


def write_type_matcher(path: Path, matcher: TypeMatcher, remarks: Mapping[str, str]) -> None:
    """Write a matcher, with remarks on how it came about."""
    arrays, metadata = to_arrays({_PAIR: matcher.trees})
    scales = {name: (one.slope, one.offset) for name, one in ((_PAIR, matcher.pair), (_MEMBER, matcher.member))}
    metadata |= {name: json.dumps(scale) for name, scale in scales.items()}
    save_file(arrays, path, metadata | {"features": json.dumps(LIKENESSES)} | dict(remarks))
