"""From the features of a pair of columns to the log-odds that one is a foreign key to the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lakeindex.lake_map.foreign_keys.reference_features import REFERENCE_FEATURES
from lakeindex.models.calibrated_trees import CalibratedTrees


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceModel(CalibratedTrees):
    """Boosted trees over REFERENCE_FEATURES, and the straight line that calibrates their sums."""

    NAME: ClassVar[str] = "references"
    FEATURES: ClassVar[tuple[str, ...]] = tuple(REFERENCE_FEATURES)
