"""Find the tables that are most similar to a table: nearest vectors, then alignments, then one score a pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Features, Floats, Integers
from lakeindex.integrate.align.attribute_matcher import AttributeMatcher
from lakeindex.integrate.alignment import AlignedPair
from lakeindex.lake_map.align_each import align_each
from lakeindex.lake_map.candidate_tables import candidate_tables
from lakeindex.lake_map.similar.pair_features import features_of
from lakeindex.lake_map.similar.rivals import MOST_RIVALS, RivalModel, rival_features
from lakeindex.lake_map.similar.similarity_model import BlockWeights, SimilarityModel
from lakeindex.lake_map.similar.table_vectors import TableVectors
from lakeindex.lake_map.union.unionable_table import UnionableTable
from lakeindex.models.weights import ATTRIBUTES, RIVALS, SIMILARITY
from lakeindex.search.searcher import Searcher
from lakeindex.types.lake import TableId

_NEAREST, _PROPOSED = 25, 25
"""Tables that are compared: of the nearest vectors, and of those that the indexes of columns propose."""


@dataclass(frozen=True, slots=True)
class SimilarTable:
    """A table, its likeness to another one, and which of its columns (right) are which of the other's (left)."""

    table: TableId
    score: float
    """The probability of both to be parts, copies or versions of one table."""
    pairs: tuple[AlignedPair, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ComparedTables:
    """What a table is compared with."""

    tables: tuple[UnionableTable, ...]
    features: Features
    """(tables, SIMILARITY_FEATURES)."""

    def take(self, places: Integers) -> ComparedTables:
        """Keep some tables, in this order."""
        return ComparedTables(tuple(self.tables[place] for place in places.tolist()), self.features[places])

    def ranked(self, scores: Floats) -> Integers:
        """Return the places of the tables by their scores, (tables,), best first."""
        # The trees are steps: what falls on one is told apart by the alignment.
        keys = [(-score, -one.score, one.table) for score, one in zip(scores.tolist(), self.tables, strict=True)]
        return np.array(sorted(range(len(keys)), key=keys.__getitem__), np.int64)


def find_similar(searcher: Searcher, vectors: TableVectors, table: TableId, k: int) -> list[SimilarTable]:
    """Return the tables most similar to a table, at most `k`, best first. Raises NotFound with the nearest names."""
    model = SimilarityModel.open(SIMILARITY)
    compared = compare_tables(searcher, vectors, table, model.blocks, k)
    scores = model.scores(compared.features)
    order = rank_again(searcher, table, compared, scores)
    # What comes first is decided among rivals. Of several copies none is before the others, and all are as probable.
    scores = np.maximum.accumulate(scores[order][::-1])[::-1]
    found = zip(compared.take(order).tables, scores.tolist(), strict=True)
    return [SimilarTable(one.table, score, one.pairs) for one, score in found][:k]


def rank_again(searcher: Searcher, table: TableId, compared: ComparedTables, scores: Floats) -> Integers:
    """Return the places of tables, best first: of the first few by their scores, as they are among one another."""
    order = compared.ranked(scores)
    first = compared.take(order[:MOST_RIVALS])
    log_odds = RivalModel.open(RIVALS).log_odds(rival_features(searcher, table, first.tables, first.features))
    return np.append(order[:MOST_RIVALS][first.ranked(log_odds)], order[MOST_RIVALS:])


def compare_tables(
    searcher: Searcher, vectors: TableVectors, table: TableId, blocks: BlockWeights, k: int
) -> ComparedTables:
    """Compare a table with those that may be similar, at least `k` where there are so many."""
    directory = searcher.directory
    own = int(directory.tables[directory.keys_of_table(table)[0]])
    cosines = vectors.cosines(own, blocks)
    chosen = np.union1d(_nearest(searcher, own, cosines, max(_NEAREST, k)), _proposed(searcher, table, k))
    tables = [directory.table_ids[place] for place in chosen.tolist()]
    aligned = align_each(searcher, table, tables, AttributeMatcher.open(ATTRIBUTES))
    measured = np.column_stack([cosines[chosen], vectors.block_cosines(own, chosen)])
    return ComparedTables(tuple(one.union for one in aligned), features_of(searcher, table, aligned, measured))


def _proposed(searcher: Searcher, table: TableId, k: int) -> Integers:
    places = {one: place for place, one in enumerate(searcher.directory.table_ids)}
    found = candidate_tables(searcher, table, max(_PROPOSED, k))
    return np.array([places[one] for one in found], np.int64)


def _nearest(searcher: Searcher, own: int, cosines: Floats, limit: int) -> Integers:
    """Return the places of the tables with the nearest vectors that the caller may see."""
    visible = searcher.directory.visible
    others = np.arange(len(cosines)) if visible is None else np.flatnonzero(visible)
    others = others[others != own]
    return np.asarray(others[np.argsort(-cosines[others], kind="stable")[:limit]])
