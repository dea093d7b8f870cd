"""Reciprocal rank fusion of several rankings (Cormack, Clarke and Büttcher, SIGIR 2009)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from lakeindex.evaluate.term_counts import LakeColumns
from lakeindex.types.lake import ColumnId

RRF_K = 20


def fuse(rankings: Sequence[Sequence[ColumnId]], k: int) -> list[ColumnId]:
    """Return the k columns with the largest sums of 1 / (RRF_K + rank); equal ones by their names' hashes."""
    sums: defaultdict[ColumnId, float] = defaultdict(float)
    for ranking in rankings:
        for rank, column in enumerate(ranking, 1):
            sums[column] += 1 / (RRF_K + rank)
    neutral = LakeColumns.of(sums).ids
    # Rounded, as a sum's last bit depends on the order of its parts; the sort keeps equal ones as they stand.
    return sorted(neutral, key=lambda column: -round(sums[column], 12))[:k]
