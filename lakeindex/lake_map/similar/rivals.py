"""Compare the tables that are most like a table with one another: the parts of a table against its siblings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lakeindex.arrays.aliases import Features
from lakeindex.lake_map.similar.pair_features import SIMILARITY_FEATURES
from lakeindex.lake_map.similar.shared_values import SHARED, shared_values
from lakeindex.lake_map.union.unionable_table import UnionableTable
from lakeindex.models.calibrated_trees import CalibratedTrees
from lakeindex.search.searcher import Searcher
from lakeindex.types.lake import TableId

MOST_RIVALS = 12
"""Tables that are compared with one another."""
_DIGITS = 5
_OF_TABLE = (*SIMILARITY_FEATURES, *SHARED)
RIVAL_FEATURES = (*_OF_TABLE, *(f"{name}: before rivals" for name in _OF_TABLE))


@dataclass(frozen=True, slots=True, eq=False)
class RivalModel(CalibratedTrees):
    """Boosted trees over RIVAL_FEATURES, and the straight line that calibrates their sums."""

    NAME: ClassVar[str] = "rivals"
    FEATURES: ClassVar[tuple[str, ...]] = RIVAL_FEATURES


def rival_features(
    searcher: Searcher, table: TableId, rivals: Sequence[UnionableTable], features: Features
) -> Features:
    """Return the features of a few tables that may be similar to a table, (rivals, RIVAL_FEATURES).

    `features` are their SIMILARITY_FEATURES.
    """
    measured = np.column_stack([features, shared_values(searcher, table, rivals)])
    return np.column_stack([measured, before_rivals(measured)])


def before_rivals(features: Features) -> Features:
    """Return by how much each row is before the best of the other rows in each feature, (n, features); 0 for none."""
    if not len(features):
        return features
    ordered = np.sort(features, axis=0)
    best = ordered[-1]
    next_best = ordered[-2] if len(features) > 1 else np.zeros_like(best)
    # Those of copies differ by errors of rounding.
    return np.asarray(np.round(features - np.where(features >= best, next_best, best), _DIGITS))
