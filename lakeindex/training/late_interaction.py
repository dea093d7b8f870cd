"""Train the boosted trees of the late-interaction reranker."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lakeindex.models.boosted_trees import Trees
from lakeindex.models.static_embeddings import TokenVectors
from lakeindex.rerank.late_interaction import DIRECTIONS, CellVectors, pair_features
from lakeindex.training.fit.boosting import BoostingOptions, boost, tree_arrays
from lakeindex.training.ranked_pairs import ScoredLake

GROWN = BoostingOptions(
    trees=200, leaves=31, learning_rate=0.05, least_pairs=200, features_a_tree=0.6, pairs_a_tree=0.7, depth=8
)


def train_late_interaction(
    lakes: Sequence[ScoredLake], tokens: TokenVectors, options: BoostingOptions = GROWN
) -> Trees:
    """Return trees that predict joins from late-interaction features."""
    features = np.concatenate([pair_features_of(lake, tokens) for lake in lakes])
    joins = np.concatenate([lake.joins for lake in lakes])
    arrays, depth = tree_arrays(boost(features, joins, DIRECTIONS, options))
    return Trees(**arrays, depth=depth)


def pair_features_of(lake: ScoredLake, tokens: TokenVectors) -> np.ndarray:
    """Compute the late-interaction features of all pairs of a lake, (pairs, features)."""
    cells = CellVectors.of(lake.columns, tokens)
    return pair_features(cells, cells, lake.left, lake.right)
