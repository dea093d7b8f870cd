"""Query a lake as its users do: by `Lake.query_many` and `Lake.query`, with all defaults but what varies."""

from __future__ import annotations

import time
from collections.abc import Iterable

from answers import K

from lakeindex.errors import NotFound
from lakeindex.lake import Lake
from lakeindex.types.lake import ColumnId

Answers = dict[ColumnId, list[ColumnId]]
"""By query, the columns that answer it, best first."""


def query_lake(lake: Lake, queries: Iterable[ColumnId], k: int = K, **varied: object) -> Answers:
    """Answer every query; one for a column that isn't in the lake finds nothing.

    `varied` are further arguments of `Lake.query_many`.
    """
    answers: Answers = {query: [] for query in queries}
    known = [query for query in answers if has_column(lake, query)]
    for answer in lake.query_many(known, k, **varied):
        answers[answer.query] = [match.column for match in answer.matches]
    return answers


def query_one_by_one(lake: Lake, queries: Iterable[ColumnId], **varied: object) -> tuple[Answers, list[float]]:
    """Answer every query as `query_lake` does, but each alone; return the seconds that each took, too.

    No figure is counted in the files, as in a batch: that would take time, and changes no rank.
    """
    answers: Answers = {query: [] for query in queries}
    seconds = []
    for query in answers:
        if has_column(lake, query):
            started = time.perf_counter()
            answer = lake.query(query.table, query.name, K, 0, **varied)
            seconds.append(time.perf_counter() - started)
            answers[query] = [match.column for match in answer.matches]
    return answers, seconds


def answers_by_source(lake: Lake, queries: Iterable[ColumnId], k: int) -> dict[str, Answers]:
    """Answer every query by each source of candidates alone, as `--sources` does."""
    queries = list(queries)
    known = next(query for query in queries if has_column(lake, query))
    sources = lake.query(known.table, known.name, probe=0).tried
    return {source: query_lake(lake, queries, k, sources=(source,)) for source in sources}


def has_column(lake: Lake, column: ColumnId) -> bool:
    """Whether the lake has a column: a header that is read as data names none."""
    try:
        lake.profile(column.table, column.name)
    except NotFound:
        return False
    return True
