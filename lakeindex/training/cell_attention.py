"""Train the cheap cross-encoder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lakeindex.learn.boosting import BoostingOptions, grow, tree_arrays
from lakeindex.match.cell_attention import DIRECTIONS, Cells, seen
from lakeindex.match.trees import Trees
from lakeindex.token_vectors import TokenVectors
from lakeindex.training.ranked_pairs import ReadLake

_GROWN = BoostingOptions(
    trees=200, leaves=31, learning_rate=0.05, least_pairs=200, features_a_tree=0.6, pairs_a_tree=0.7, depth=8
)

_RANKING = replace(_GROWN, seed=1)


@dataclass(frozen=True, slots=True)
class CellAttentionOptions:
    """How the cheap cross-encoder is trained."""

    joins: BoostingOptions = _GROWN
    ranks: BoostingOptions = _RANKING


def train_cells(lakes: Sequence[ReadLake], tokens: TokenVectors, options: CellAttentionOptions) -> tuple[Trees, Trees]:
    """Return the trees that tell what joins, and those that put it first."""
    features = np.concatenate([seen_of(lake, tokens) for lake in lakes])
    joins = np.concatenate([lake.joins for lake in lakes])
    counts = np.concatenate([lake.counts for lake in lakes])
    told = (
        grow(features, joins, DIRECTIONS, options.joins),
        grow(features, joins, DIRECTIONS, options.ranks, counts=counts),
    )
    joining, ranking = (Trees(**arrays, depth=depth) for arrays, depth in map(tree_arrays, told))
    return joining, ranking


def seen_of(lake: ReadLake, tokens: TokenVectors) -> np.ndarray:
    """Read all pairs of a lake side by side, (pairs, features)."""
    cells = Cells.of(lake.columns, tokens)
    return seen(cells, cells, lake.left, lake.right)
