"""Tables that may have the attributes of a table: those whose columns the lake's indexes propose for its columns."""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.search.searcher import Searcher
from lakeindex.types.lake import TableId

_SOURCES = ("vectors", "names", "keys", "words")
"""Which are queried: of meaning, of names, of values."""
_A_SOURCE = 60
"""Columns that a source proposes for a column."""


def candidate_tables(searcher: Searcher, table: TableId, limit: int) -> list[TableId]:
    """Return the tables that are proposed for most columns of a table, at most `limit`, best first.

    For each column and source a table scores the inverse of one plus the rank of the first of its columns. Raises
    NotFound with the nearest names.
    """
    directory = searcher.directory
    scores = np.zeros(len(directory.table_ids))
    for key in directory.keys_of_table(table).tolist():
        query = searcher.column_at(key)
        for name in _SOURCES:
            proposed = searcher.sources[name].candidates(query, _A_SOURCE + len(query.own_keys)).astype(np.int64)
            proposed = proposed[~np.isin(proposed, query.excluded)]
            _add(scores, directory.tables[proposed].astype(np.int64))
    best = np.lexsort((np.arange(len(scores)), -scores))[:limit]
    return [directory.table_ids[place] for place in best[scores[best] > 0].tolist()]


def _add(scores: Floats, ranked: Integers) -> None:
    """Add to the score of each table that is ranked, by the first of its columns."""
    tables, ranks = np.unique(ranked, return_index=True)
    scores[tables] += 1.0 / (1.0 + ranks)
