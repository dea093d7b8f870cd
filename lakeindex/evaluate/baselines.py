"""What words and values alone can find: the rankings beside which lakeindex's own stand.

Ties fall in the order of the columns' keys, which are hashes in effect; a query's own table never answers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from rapidfuzz import fuzz, process

from lakeindex.evaluate.report import Rankings
from lakeindex.evaluate.term_counts import LakeColumns, TermCounts
from lakeindex.types.lake import ColumnId

_JACCARD = """
SELECT query, key
FROM (
    SELECT query, shared_values.key, shared / (asked.size + found.size - shared) AS score
    FROM shared_values
    JOIN sizes AS asked ON asked.key = query
    JOIN sizes AS found ON found.key = shared_values.key
    JOIN columns AS asking ON asking.key = query
    JOIN columns ON columns.key = shared_values.key AND columns.table_key <> asking.table_key
)
QUALIFY row_number() OVER (PARTITION BY query ORDER BY score DESC, key) <= {k}
ORDER BY query, score DESC, key
"""

# Okapi BM25 with the inverse document frequency that is never negative, as in Lucene.
_BM25_WEIGHTS = """
CREATE OR REPLACE TEMP TABLE weights AS
WITH documents AS (SELECT key, sum(length) AS length FROM lengths GROUP BY ALL),
     entries AS (SELECT key, word, sum(count) AS count FROM postings GROUP BY ALL),
     means AS (SELECT count(*) AS documents, avg(length) AS length FROM documents),
     rarities AS (SELECT word, ln(1 + (any_value(documents) - count(*) + 0.5) / (count(*) + 0.5)) AS rarity
                  FROM entries, means GROUP BY word)
SELECT key, word,
       rarity * count / (count + {k1} * (1 - {b} + {b} * documents.length / means.length)) AS weight
FROM entries JOIN documents USING (key) JOIN rarities USING (word), means
ORDER BY word
"""
_BM25 = """
WITH asked AS (SELECT word, sum(count) AS count FROM query_words WHERE query = {query} GROUP BY ALL)
SELECT {query} AS query, key
FROM weights JOIN asked USING (word) JOIN columns USING (key)
WHERE table_key <> (SELECT table_key FROM columns WHERE key = {query})
GROUP BY key
ORDER BY round(sum(weight * count), 9) DESC, key
LIMIT {k}
"""
_K1, _B = 1.5, 0.75


def rank_by_name(columns: LakeColumns, queries: Sequence[ColumnId], k: int) -> Rankings:
    """Rank by how alike the columns' names are: rapidfuzz's ratio, of lower-cased names."""
    names = [column.name.lower() for column in columns.ids]
    rankings = {}
    for query in columns.keys_of(queries):
        likeness = process.cdist([names[query]], names, scorer=fuzz.ratio, dtype=np.float32)[0]
        likeness[columns.tables[columns.ids[query].table]] = 0
        best = np.argsort(-likeness, kind="stable")[:k]
        rankings[columns.ids[query]] = [columns.ids[key] for key in best.tolist() if likeness[key] > 0]
    return rankings


def rank_by_jaccard(counts: TermCounts, queries: Sequence[ColumnId], k: int) -> Rankings:
    """Rank by |Q ∩ C| / |Q ∪ C| over distinct values."""
    return _spelled_out(counts.columns, queries, [counts.sql.fetch(_JACCARD.format(k=k))])


def rank_by_words(counts: TermCounts, queries: Sequence[ColumnId], k: int) -> Rankings:
    """Rank by BM25 over the words of names and values, the query's own words being what is searched for."""
    counts.sql.run(_BM25_WEIGHTS.format(k1=_K1, b=_B))
    keys = counts.columns.keys_of(queries)
    found = [counts.sql.fetch(_BM25.format(query=query, k=k)) for query in keys]
    return _spelled_out(counts.columns, queries, found)


def _spelled_out(columns: LakeColumns, queries: Sequence[ColumnId], found: Sequence[pa.Table]) -> Rankings:
    rankings: dict[ColumnId, list[ColumnId]] = {query: [] for query in queries}
    for rows in found:
        for query, key in zip(rows["query"].to_numpy(), rows["key"].to_numpy(), strict=True):
            rankings[columns.ids[query]].append(columns.ids[key])
    return rankings
