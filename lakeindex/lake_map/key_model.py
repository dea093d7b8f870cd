"""From the features of a set of columns whose values are unique to the probability that they would stay so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from lakeindex.arrays.aliases import Features, Floats
from lakeindex.arrays.proportions import probability_of
from lakeindex.errors import IndexDamaged
from lakeindex.lake_map.key_features import KEY_FEATURES
from lakeindex.models.boosted_trees import Trees, from_file, to_arrays

_TREES = "keys"


@dataclass(frozen=True, slots=True, eq=False)
class KeyModel:
    """Boosted trees over KEY_FEATURES, and the straight line that calibrates their sums."""

    trees: Trees
    slope: float = 1.0
    offset: float = 0.0

    @classmethod
    def open(cls, path: Path) -> KeyModel:
        """Read a trained model. Raises IndexDamaged where the file is none, or was trained on other features."""
        try:
            with safe_open(path, "numpy") as file:
                metadata = file.metadata() or {}
                features = json.loads(metadata["features"])
                trees = from_file(file, _TREES, len(features))
                slope, offset = map(float, json.loads(metadata["scale"]))
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise IndexDamaged(f"{path} holds no model of keys ({error}); install lakeindex again") from error
        if features != list(KEY_FEATURES):
            raise IndexDamaged(f"the model of keys in {path} was trained on other features; train it again")
        return cls(trees, slope, offset)

    def save(self, path: Path, remarks: Mapping[str, str]) -> None:
        """Write the model, and remarks on how it came about."""
        arrays, metadata = to_arrays({_TREES: self.trees})
        metadata |= {"features": json.dumps(list(KEY_FEATURES)), "scale": json.dumps([self.slope, self.offset])}
        save_file(arrays, path, metadata | dict(remarks))

    def probabilities(self, features: Features) -> Floats:
        """Return the probability of each set of columns, (n,)."""
        if not len(features):
            return np.zeros(0)
        return probability_of(self.slope * self.trees.sums(features) + self.offset)
