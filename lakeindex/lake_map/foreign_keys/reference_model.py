"""From the features of a pair of columns to the log-odds that one is a foreign key to the other."""

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
from lakeindex.lake_map.foreign_keys.reference_features import REFERENCE_FEATURES
from lakeindex.models.boosted_trees import Trees, from_file, to_arrays

_TREES = "references"
_AT_ONCE = 2_048
"""Few enough pairs for the processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceModel:
    """Boosted trees over REFERENCE_FEATURES, and the straight line that calibrates their sums."""

    trees: Trees
    slope: float = 1.0
    offset: float = 0.0

    @classmethod
    def open(cls, path: Path) -> ReferenceModel:
        """Read a trained model. Raises IndexDamaged where the file is none, or was trained on other features."""
        try:
            with safe_open(path, "numpy") as file:
                metadata = file.metadata() or {}
                features = json.loads(metadata["features"])
                trees = from_file(file, _TREES, len(features))
                slope, offset = map(float, json.loads(metadata["scale"]))
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise IndexDamaged(f"{path} holds no model of foreign keys ({error}); install lakeindex again") from error
        if features != list(REFERENCE_FEATURES):
            raise IndexDamaged(f"the model of foreign keys in {path} was trained on other features; train it again")
        return cls(trees, slope, offset)

    def save(self, path: Path, remarks: Mapping[str, str]) -> None:
        """Write the model, and remarks on how it came about."""
        arrays, metadata = to_arrays({_TREES: self.trees})
        metadata |= {"features": json.dumps(list(REFERENCE_FEATURES)), "scale": json.dumps([self.slope, self.offset])}
        save_file(arrays, path, metadata | dict(remarks))

    def log_odds(self, features: Features) -> Floats:
        """Return the calibrated log-odds of each pair, (n,)."""
        parts = [self.trees.sums(features[at : at + _AT_ONCE]) for at in range(0, len(features), _AT_ONCE)]
        return np.asarray(self.slope * np.concatenate([np.zeros(0), *parts]) + self.offset)
