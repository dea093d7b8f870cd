"""Train the cheap cross-encoder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lakeindex.models.boosted_trees import Trees
from lakeindex.models.static_embeddings import TokenVectors
from lakeindex.rerank.late_interaction import DIRECTIONS, Cells, seen
from lakeindex.training.fit.boosting import BoostingOptions, boost, tree_arrays
from lakeindex.training.ranked_pairs import ReadLake

GROWN = BoostingOptions(
    trees=200, leaves=31, learning_rate=0.05, least_pairs=200, features_a_tree=0.6, pairs_a_tree=0.7, depth=8
)


def train_cells(lakes: Sequence[ReadLake], tokens: TokenVectors, options: BoostingOptions = GROWN) -> Trees:
    """Return the trees that tell what joins."""
    features = np.concatenate([seen_of(lake, tokens) for lake in lakes])
    joins = np.concatenate([lake.joins for lake in lakes])
    arrays, depth = tree_arrays(boost(features, joins, DIRECTIONS, options))
    return Trees(**arrays, depth=depth)


def seen_of(lake: ReadLake, tokens: TokenVectors) -> np.ndarray:
    """Read all pairs of a lake side by side, (pairs, features)."""
    cells = Cells.of(lake.columns, tokens)
    return seen(cells, cells, lake.left, lake.right)
