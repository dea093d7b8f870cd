"""Let the cheap cross-encoder read some columns with all others, when an index is built."""

from __future__ import annotations

from lakeindex.match.cell_attention import CellAttention, Cells, seen
from lakeindex.pairs import AnchorScores, Numbers, Weights
from lakeindex.read_columns import Read
from lakeindex.search.anchors import choose, update


def anchor_scores(columns: Read, count: int, before: AnchorScores | None, model: CellAttention) -> AnchorScores:
    """Score so many anchor queries with all columns; what an earlier build of the same model scored is taken over."""
    cells = Cells.of(columns, model.tokens)

    def score(left: Numbers, right: Numbers) -> Weights:
        return model.said_of(seen(cells, cells, left, right))

    hashes = columns.hashes()
    return update(hashes, choose(hashes, count), before, score)
