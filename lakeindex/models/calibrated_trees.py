"""Boosted trees over named features whose sums a straight line calibrates, in a file of their own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from lakeindex.arrays.aliases import Features, Floats
from lakeindex.errors import IndexDamaged
from lakeindex.models.boosted_trees import Trees, from_file, to_arrays

_AT_ONCE = 2_048
"""Few enough rows for the processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class CalibratedTrees:
    """Trees, and the line from their sums to log-odds; each model names its trees and the features they know."""

    NAME: ClassVar[str]
    FEATURES: ClassVar[tuple[str, ...]]

    trees: Trees
    slope: float = 1.0
    offset: float = 0.0

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read a trained model. Raises IndexDamaged where the file is none, or was trained on other features."""
        try:
            with safe_open(path, "numpy") as file:
                metadata = file.metadata() or {}
                features = json.loads(metadata["features"])
                trees = from_file(file, cls.NAME, len(features))
                slope, offset = map(float, json.loads(metadata["scale"]))
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise IndexDamaged(f"{path} holds no model of {cls.NAME} ({error}); install lakeindex again") from error
        if features != list(cls.FEATURES):
            raise IndexDamaged(f"the model of {cls.NAME} in {path} was trained on other features; train it again")
        return cls(trees, slope, offset)

    def save(self, path: Path, remarks: Mapping[str, str]) -> None:
        """Write the model, and remarks on how it came about."""
        arrays, metadata = to_arrays({self.NAME: self.trees})
        metadata |= {"features": json.dumps(list(self.FEATURES)), "scale": json.dumps([self.slope, self.offset])}
        save_file(arrays, path, metadata | dict(remarks))

    def log_odds(self, features: Features) -> Floats:
        """Return the calibrated log-odds of each row of features, (n,)."""
        parts = [self.trees.sums(features[at : at + _AT_ONCE]) for at in range(0, len(features), _AT_ONCE)]
        return np.asarray(self.slope * np.concatenate([np.zeros(0), *parts]) + self.offset)
