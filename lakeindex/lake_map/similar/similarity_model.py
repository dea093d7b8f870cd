"""From what is measured of two tables to how likely they are parts, copies or versions of one table."""

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
from lakeindex.lake_map.similar.pair_features import SIMILARITY_FEATURES
from lakeindex.models.boosted_trees import Trees, from_file, to_arrays

BlockWeights = tuple[float, float, float]
"""How much the content, the names and the title of a table count in its vector."""

_TREES = "trees"


@dataclass(frozen=True, slots=True, eq=False)
class SimilarityModel:
    """The weights of a table's vector, learned by siamese training, and the trees that score a pair of tables."""

    blocks: BlockWeights
    trees: Trees
    """Of SIMILARITY_FEATURES."""
    scale: tuple[float, float] = (1.0, 0.0)
    """The slope and the offset that calibrate the log-odds of the trees."""

    @classmethod
    def open(cls, path: Path) -> SimilarityModel:
        """Read a trained model. Raises IndexDamaged where the file is none, or was trained on other features."""
        try:
            with safe_open(path, "numpy") as file:
                metadata = file.metadata() or {}
                features = json.loads(metadata["features"])
                trees = from_file(file, _TREES, len(SIMILARITY_FEATURES))
            content, names, title = map(float, json.loads(metadata["blocks"]))
            slope, offset = map(float, json.loads(metadata["scale"]))
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise IndexDamaged(f"{path} holds no model of similar tables ({error}); install lakeindex again") from error
        if features != list(SIMILARITY_FEATURES):
            raise IndexDamaged(f"the model of similar tables in {path} was trained on other features; train it again")
        return cls((content, names, title), trees, (slope, offset))

    def log_odds(self, features: Features) -> Floats:
        """Return the calibrated log-odds of pairs, (pairs,), by SIMILARITY_FEATURES, (pairs, features)."""
        slope, offset = self.scale
        return np.asarray(slope * self.trees.sums(features) + offset)

    def scores(self, features: Features) -> Floats:
        """Return the probabilities of pairs, (pairs,)."""
        return probability_of(self.log_odds(features))


def write_similarity_model(path: Path, model: SimilarityModel, remarks: Mapping[str, str]) -> None:
    """Write a model, with remarks on how it came about."""
    arrays, metadata = to_arrays({_TREES: model.trees})
    metadata |= {"features": json.dumps(SIMILARITY_FEATURES)}
    metadata |= {"blocks": json.dumps(model.blocks), "scale": json.dumps(model.scale)}
    save_file(arrays, path, metadata | dict(remarks))
