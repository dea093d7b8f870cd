"""Count a join in DuckDB: what sketches estimate, on the rows themselves."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from lakeindex.errors import UnreadableTable
from lakeindex.types import Cardinality, JoinMeasure, TableId

_EXAMPLES = 5

# The same normal form and the same markers of nothing as when profiles are made: a test holds them together.
_NORMAL_VALUES = r"""
SELECT nullif(regexp_replace(lower(trim(CAST({column} AS VARCHAR), {blanks})), '^([+-]?\d+)\.0+$', '\1'), '')
       AS value
FROM {table}
"""
_BLANKS = " || ".join(f"chr({code})" for code in (32, 9, 10, 11, 12, 13, 160))
_MISSING = ("null", "none", "nan", "n/a", "#n/a", "\\n", "-", "--", "?")

_MEASURE = """
WITH query_values AS MATERIALIZED
         (SELECT value, count(*) AS rows FROM ({query}) WHERE value NOT IN {missing} GROUP BY 1),
     candidate_values AS MATERIALIZED
         (SELECT value, count(*) AS rows FROM ({candidate}) WHERE value NOT IN {missing} GROUP BY 1),
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


@dataclass(frozen=True, slots=True)
class ProbedColumn:
    """A column as DuckDB knows it."""

    table: TableId
    name: str
    """As SQL can tell it from the table's other columns."""

    @property
    def normal_values(self) -> str:
        """Return the query for its values in their normal form."""
        return _NORMAL_VALUES.format(column=_quoted(self.name), table=_quoted(self.table), blanks=_BLANKS)


def measure_join(connection: duckdb.DuckDBPyConnection, query: ProbedColumn, candidate: ProbedColumn) -> JoinMeasure:
    """Count the join of two columns. Raises UnreadableTable when a source file is gone or no longer what it was."""
    missing = "(" + ", ".join("'" + marker.replace("'", "''") + "'" for marker in _MISSING) + ")"
    sql = _MEASURE.format(
        query=query.normal_values, candidate=candidate.normal_values, missing=missing, examples=_EXAMPLES
    )
    try:
        counts = connection.sql(sql).to_arrow_table().to_pylist()[0]
    except duckdb.Error as error:
        first_line = str(error).split("\n", 1)[0]
        raise UnreadableTable(f"{query.table} and {candidate.table} can't be read together: {first_line}") from error
    return JoinMeasure(
        containment=_share(counts["shared_distinct"], counts["query_distinct"]),
        reverse_containment=_share(counts["shared_distinct"], counts["candidate_distinct"]),
        match_rate=_share(int(counts["matched_rows"]), int(counts["query_rows"])),
        cardinality=Cardinality.of(counts["query_repeats"] == 1, counts["candidate_repeats"] == 1),
        rows=int(counts["joined_rows"]),
        examples=tuple(counts["examples"] or ()),
    )


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
