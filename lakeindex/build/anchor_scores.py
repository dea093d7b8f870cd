"""Let the cheap cross-encoder read some columns with all others, when an index is built."""

from __future__ import annotations

from lakeindex.rerank.late_interaction import CellAttention, Cells, seen
from lakeindex.types.pairs import AnchorScores
from lakeindex.arrays.aliases import Integers
from lakeindex.arrays.aliases import Floats
from lakeindex.types.cross_input import Read
from lakeindex.rerank.anchor_queries import choose, update


def anchor_scores(columns: Read, count: int, before: AnchorScores | None, model: CellAttention) -> AnchorScores:
    """Score so many anchor queries with all columns; what an earlier build of the same model scored is taken over."""
    cells = Cells.of(columns, model.tokens)

    def score(left: Integers, right: Integers) -> Floats:
        return model.said_of(seen(cells, cells, left, right))

    hashes = columns.hashes()
    return update(hashes, choose(hashes, count), before, score)
