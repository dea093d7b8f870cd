"""Find the tables that are most similar to a table: nearest vectors, then alignments, then one score a pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.integrate.align.attribute_matcher import AttributeMatcher
from lakeindex.integrate.alignment import AlignedPair
from lakeindex.lake_map.candidate_tables import candidate_tables
from lakeindex.lake_map.similar.pair_features import features_of
from lakeindex.lake_map.similar.table_vectors import TableVectors
from lakeindex.lake_map.union.find_unionable import align_with
from lakeindex.models.weights import ATTRIBUTES
from lakeindex.search.searcher import Searcher
from lakeindex.types.lake import TableId

NEAREST, PROPOSED = 15, 15
"""Tables that are compared: of the nearest vectors, and of those that the indexes of columns propose."""


@dataclass(frozen=True, slots=True)
class SimilarTable:
    """A table, its likeness to another one, and which of its columns (right) are which of the other's (left)."""

    table: TableId
    score: float
    """In [0, 1]."""
    pairs: tuple[AlignedPair, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """The tables that a table is compared with."""

    tables: tuple[TableId, ...]
    cosines: Floats
    """(tables, 4) of the trained vectors, and in each block."""


def find_similar(searcher: Searcher, vectors: TableVectors, table: TableId, k: int) -> list[SimilarTable]:
    """Return the tables most similar to a table, at most `k`, best first. Raises NotFound with the nearest names."""
    matcher = AttributeMatcher.open(ATTRIBUTES)
    candidates = propose(searcher, vectors, table, k)
    aligned = [align_with(searcher, table, other, matcher) for other in candidates.tables]
    features = features_of(searcher, table, aligned, candidates.cosines)
    scores = features[:, :8].mean(axis=1)
    found = [SimilarTable(one.table, score, one.pairs) for one, score in zip(aligned, scores.tolist(), strict=True)]
    return sorted(found, key=lambda one: (-one.score, one.table))[:k]


def propose(searcher: Searcher, vectors: TableVectors, table: TableId, k: int) -> Candidates:
    """Return the tables to compare a table with. Raises NotFound with the nearest names."""
    directory = searcher.directory
    own = int(directory.tables[directory.keys_of_table(table)[0]])
    proposed = candidate_tables(searcher, table, max(PROPOSED, k))
    places = {one: place for place, one in enumerate(directory.table_ids)}
    near = _nearest(searcher, vectors, own, max(NEAREST, k))
    chosen = np.union1d(near, np.array([places[one] for one in proposed], np.int64))
    cosines = vectors.cosines(own, chosen)
    tables = tuple(directory.table_ids[place] for place in chosen.tolist())
    return Candidates(tables, np.column_stack([cosines.mean(axis=1), cosines]))


def _nearest(searcher: Searcher, vectors: TableVectors, own: int, limit: int) -> Integers:
    """Return the places of the tables with the nearest vectors that the caller may see."""
    visible = searcher.directory.visible
    others = np.arange(len(searcher.directory.table_ids)) if visible is None else np.flatnonzero(visible)
    others = others[others != own]
    cosines = vectors.cosines(own, others).mean(axis=1)
    return np.sort(others[np.argsort(-cosines, kind="stable")[:limit]])
