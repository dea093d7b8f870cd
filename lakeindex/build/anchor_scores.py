"""Score anchor queries with every column by late interaction, when an index is built."""

from __future__ import annotations

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.rerank.anchor_queries import choose, update
from lakeindex.rerank.late_interaction import CellVectors, LateInteraction, pair_features
from lakeindex.types.columns import CrossInput
from lakeindex.types.pairs import AnchorScores


def anchor_scores(columns: CrossInput, count: int, before: AnchorScores | None, model: LateInteraction) -> AnchorScores:
    """Score `count` anchor queries with all columns; scores of an earlier build with the same model are reused."""
    cells = CellVectors.of(columns, model.tokens)

    def score(left: Integers, right: Integers) -> Floats:
        return model.tree_scores(pair_features(cells, cells, left, right))

    hashes = columns.hashes()
    return update(hashes, choose(hashes, count), before, score)
