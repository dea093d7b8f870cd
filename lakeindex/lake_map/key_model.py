"""From the features of a set of columns whose values are unique to the probability that they would stay so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lakeindex.arrays.aliases import Features, Floats
from lakeindex.arrays.proportions import probability_of
from lakeindex.lake_map.key_features import KEY_FEATURES
from lakeindex.models.calibrated_trees import CalibratedTrees


@dataclass(frozen=True, slots=True, eq=False)
class KeyModel(CalibratedTrees):
    """Boosted trees over KEY_FEATURES, and the straight line that calibrates their sums."""

    NAME: ClassVar[str] = "keys"
    FEATURES: ClassVar[tuple[str, ...]] = tuple(KEY_FEATURES)

    def probabilities(self, features: Features) -> Floats:
        """Return the probability of each set of columns, (n,)."""
        return probability_of(self.log_odds(features))
