"""Lexical baselines: rankings by names, by the overlap of values and by words, to compare lakeindex with.

Ties are broken by the columns' keys, whose order is that of hashes; columns of the query's own table are left out.
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
    SELECT query, shared_values.key, shared / (of_query.size + of_candidate.size - shared) AS score
    FROM shared_values
    JOIN sizes AS of_query ON of_query.key = query
    JOIN sizes AS of_candidate ON of_candidate.key = shared_values.key
    JOIN columns AS query_columns ON query_columns.key = query
    JOIN columns ON columns.key = shared_values.key AND columns.table_key <> query_columns.table_key
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
WITH query_terms AS (SELECT word, sum(count) AS count FROM query_words WHERE query = {query} GROUP BY ALL)
SELECT {query} AS query, key
FROM weights JOIN query_terms USING (word) JOIN columns USING (key)
WHERE table_key <> (SELECT table_key FROM columns WHERE key = {query})
GROUP BY key
ORDER BY round(sum(weight * count), 9) DESC, key
LIMIT {k}
"""
_K1, _B = 1.5, 0.75


def rank_by_name(columns: LakeColumns, queries: Sequence[ColumnId], k: int) -> Rankings:
    """Rank by the similarity of the columns' names: rapidfuzz's ratio of lower-cased names."""
    names = [column.name.lower() for column in columns.ids]
    rankings = {}
    for query in columns.keys_of(queries):
        similarity = process.cdist([names[query]], names, scorer=fuzz.ratio, dtype=np.float32)[0]
        similarity[columns.tables[columns.ids[query].table]] = 0
        best = np.argsort(-similarity, kind="stable")[:k]
        rankings[columns.ids[query]] = [columns.ids[key] for key in best.tolist() if similarity[key] > 0]
    return rankings


def rank_by_jaccard(counts: TermCounts, queries: Sequence[ColumnId], k: int) -> Rankings:
    """Rank by |Q ∩ C| / |Q ∪ C| over distinct values."""
    return _rankings_of(counts.columns, queries, [counts.sql.fetch(_JACCARD.format(k=k))])


def rank_by_words(counts: TermCounts, queries: Sequence[ColumnId], k: int) -> Rankings:
    """Rank by BM25 over the words of names and values; the query's own words are the query."""
    counts.sql.run(_BM25_WEIGHTS.format(k1=_K1, b=_B))
    keys = counts.columns.keys_of(queries)
    found = [counts.sql.fetch(_BM25.format(query=query, k=k)) for query in keys]
    return _rankings_of(counts.columns, queries, found)


def _rankings_of(columns: LakeColumns, queries: Sequence[ColumnId], found: Sequence[pa.Table]) -> Rankings:
    rankings: dict[ColumnId, list[ColumnId]] = {query: [] for query in queries}
    for rows in found:
        for query, key in zip(rows["query"].to_numpy(), rows["key"].to_numpy(), strict=True):
            rankings[columns.ids[query]].append(columns.ids[key])
    return rankings
