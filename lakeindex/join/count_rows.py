"""Count a join in DuckDB: what sketches estimate, on the rows themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import duckdb
import pyarrow as pa

from lakeindex.catalog.lake_views import ViewedTable
from lakeindex.errors import UnreadableTable
from lakeindex.join.lake_tables import OUTSIDE, CountedColumn, LakeTables
from lakeindex.types.lake import TableId
from lakeindex.types.matches import Cardinality, JoinMeasure, Match

_EXAMPLES = 5


_MEASURE = """
WITH candidate_values AS MATERIALIZED ({candidate}),
     shared AS MATERIALIZED
         (SELECT value, query_values.rows AS query_rows, candidate_values.rows AS candidate_rows
          FROM query_values JOIN candidate_values USING (value))
SELECT (SELECT count(*) FROM query_values) AS query_distinct,
       (SELECT count(*) FROM candidate_values) AS candidate_distinct,
       (SELECT coalesce(sum(rows), 0) FROM query_values) AS query_rows,
       (SELECT coalesce(max(rows), 0) FROM query_values) AS query_repeats,
       (SELECT coalesce(max(rows), 0) FROM candidate_values) AS candidate_repeats,
       count(*) AS shared_distinct,
       coalesce(sum(query_rows), 0) AS matched_rows,
       coalesce(sum(query_rows * candidate_rows), 0) AS joined_rows,
       (SELECT list(value) FROM (SELECT value FROM shared ORDER BY query_rows DESC, value LIMIT {examples})) AS examples
FROM shared
"""


class RowCounter:
    """A query column, read once, whose joins with other columns are counted one by one."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, query: CountedColumn, outside: pa.Table | None = None
    ) -> None:
        """Read the query column. Raises UnreadableTable when its file is gone or no longer what it was.

        A column from outside the lake is the first of the table `outside`.
        """
        # A cursor of its own: what it keeps is nobody else's, and goes with it.
        self._cursor = connection.cursor()
        if outside is not None:
            self._cursor.register(OUTSIDE, outside)
        with _reading(query):
            self._cursor.execute(f"CREATE TEMP TABLE query_values AS {query.counted_values}")

    def __enter__(self) -> RowCounter:
        return self

    def __exit__(self, *_: object) -> None:
        self._cursor.close()

    def measure(self, candidate: CountedColumn) -> JoinMeasure:
        """Count the join with a column. Raises UnreadableTable when its file is gone or no longer what it was."""
        sql = _MEASURE.format(candidate=candidate.counted_values, examples=_EXAMPLES)
        with _reading(candidate):
            counts = self._cursor.sql(sql).to_arrow_table().to_pylist()[0]
        return JoinMeasure(
            containment=_share(counts["shared_distinct"], counts["query_distinct"]),
            reverse_containment=_share(counts["shared_distinct"], counts["candidate_distinct"]),
            match_rate=_share(int(counts["matched_rows"]), int(counts["query_rows"])),
            cardinality=Cardinality.of(counts["query_repeats"] == 1, counts["candidate_repeats"] == 1),
            rows=int(counts["joined_rows"]),
            examples=tuple(counts["examples"] or ()),
        )


@contextmanager
def _reading(column: CountedColumn) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        first_line = str(error).split("\n", 1)[0]
        raise UnreadableTable(f"{column.table} can't be read: {first_line}") from error


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def count_matches(matches: Sequence[Match], tables: LakeTables, outside: pa.Table | None = None) -> list[Match]:
    """Count matches of one query; what can't be counted keeps its estimates, with a note.

    A query column from outside the lake is the first of the table `outside`.
    """
    if not matches:
        return []
    ids = {match.column.table for match in matches} | (set() if outside is not None else {matches[0].query.table})
    views = {view.id: view for view in tables.viewed(sorted(ids))}
    try:
        query = (
            CountedColumn.outside(outside) if outside is not None else tables.counted_column(matches[0].query, views)
        )
        with RowCounter(tables.database.connection, query, outside) as counter:
            return [_counted(match, counter, tables, views) for match in matches]
    except UnreadableTable as error:
        return [replace(match, note=str(error)) for match in matches]


def _counted(match: Match, counter: RowCounter, tables: LakeTables, views: Mapping[TableId, ViewedTable]) -> Match:
    try:
        measure = counter.measure(tables.counted_column(match.column, views))
    except UnreadableTable as error:
        return replace(match, note=str(error))
    return replace(
        match,
        measured=measure,
        containment=measure.containment,
        reverse_containment=measure.reverse_containment,
        cardinality=measure.cardinality,
    )
