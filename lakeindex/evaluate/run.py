"""Evaluate a lake on labelled queries: lakeindex beside the lexical baselines."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from lakeindex.config.ranges import ANSWERS
from lakeindex.errors import LakeIndexError, NotFound, UnreadableTable
from lakeindex.evaluate.baselines import rank_by_jaccard, rank_by_name, rank_by_words
from lakeindex.evaluate.labelled import Labels, read_labels
from lakeindex.evaluate.report import System, SystemScore, evaluate, one_by_one
from lakeindex.evaluate.term_counts import LakeColumns, count_terms
from lakeindex.lake import Lake
from lakeindex.sql import quoted
from lakeindex.types.lake import ColumnId, TableId

_log = logging.getLogger(__name__)

_FIELDS: dict[str, pa.DataType] = {
    "system": pa.string(),
    "recall": pa.float64(),
    "map": pa.float64(),
    "ndcg": pa.float64(),
    "precision_at_1": pa.float64(),
    "k": pa.int64(),
    "queries": pa.int64(),
    "seconds": pa.float64(),
}
EVALUATION_SCHEMA = pa.schema(_FIELDS)
"""Binding for scripts: columns are only ever appended. recall, map and ndcg are at k."""

LAKEINDEX = "lakeindex"


def evaluate_lake(lake: Lake, queries_path: Path, qrels_path: Path, k: int = 10, baselines: bool = True) -> pa.Table:
    """Answer labelled queries and score the answers: one row per system, as EVALUATION_SCHEMA, lakeindex first.

    The baselines read the lake's rows again; `seconds` is the time of answering only, without that.
    Raises NotFound for files that are missing or labels of another lake, InvalidSetting for invalid files.
    """
    k = min(ANSWERS.require(k, "k"), max(len(lake.opened.searcher.directory), 1))
    for path in (queries_path, qrels_path):
        lake.opened.require_allowed_file(path)
    labels = read_labels(queries_path, qrels_path, lake.opened.searcher.directory.has_table)
    _warn_of_gaps(labels)
    systems = {LAKEINDEX: one_by_one(lambda query, most: answer(lake, query, most))}
    with baseline_systems(lake, labels.queries if baselines else ()) as others:
        scores = evaluate(labels, systems | others, k)
    return pa.Table.from_pylist([score_row(score, k) for score in scores], schema=EVALUATION_SCHEMA)


def answer(lake: Lake, query: ColumnId, k: int) -> list[ColumnId]:
    """Ask lakeindex itself; a query that isn't in the lake has no answer."""
    try:
        return [match.column for match in lake.query(query.table, query.name, k=k, probe=0).matches]
    except NotFound:
        return []


@contextmanager
def baseline_systems(lake: Lake, queries: tuple[ColumnId, ...]) -> Iterator[dict[str, System]]:
    """Yield the lexical baselines for these queries, valid within the context; none where there is no query."""
    if not queries:
        yield {}
        return
    columns = LakeColumns.of(columns_of(lake))
    with LakeCursor(lake) as cursor:
        counts = count_terms(columns, queries, cursor)
        if counts.unreadable:
            _log.warning("the baselines know %d tables by name only, DuckDB can't read them, the first: %s",
                         len(counts.unreadable), counts.unreadable[0])  # fmt: skip
        yield {
            "names": lambda some, k: rank_by_name(columns, some, k),
            "Jaccard": lambda some, k: rank_by_jaccard(counts, some, k),
            "BM25 words": lambda some, k: rank_by_words(counts, some, k),
        }


def columns_of(lake: Lake) -> list[ColumnId]:
    """List every column of the lake that the caller may see."""
    directory = lake.opened.searcher.directory
    return [
        ColumnId(directory.table_ids[table], str(name))
        for table, name, is_visible in zip(
            directory.tables.tolist(), directory.names.to_pylist(), directory.visible_columns().tolist(), strict=True
        )
        if is_visible
    ]


class LakeCursor:
    """SQL over a lake's views, with temporary tables that are dropped when the context ends."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._cursor = lake.opened.tables.database.connection.cursor()

    def __enter__(self) -> LakeCursor:
        return self

    def __exit__(self, *_: object) -> None:
        self._cursor.close()

    def view(self, table: TableId) -> str:
        """Return the quoted name of a table's view. Raises UnreadableTable."""
        try:
            for viewed in self._lake.opened.tables.viewed([table]):
                self._lake.opened.tables.database.view(viewed)
        except (NotFound, duckdb.Error) as error:
            raise UnreadableTable(str(error)) from error
        return quoted(table)

    def run(self, sql: str) -> None:
        """Run a statement. Raises UnreadableTable when DuckDB can't read a file."""
        try:
            self._cursor.execute(sql)
        except duckdb.OutOfMemoryException as error:
            memory = self._lake.settings.memory
            raise LakeIndexError(
                f"{memory} are not enough to compare all values; set more: LAKEINDEX_MEMORY"
            ) from error
        except duckdb.Error as error:
            raise UnreadableTable(str(error)) from error

    def fetch(self, sql: str) -> pa.Table:
        """Run a SELECT."""
        rows: pa.Table = self._cursor.sql(sql).to_arrow_table()
        return rows

    def load(self, name: str, rows: pa.Table) -> None:
        """Make a temporary table."""
        self._cursor.register("incoming", rows)
        self._cursor.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS SELECT * FROM incoming")
        self._cursor.unregister("incoming")


def score_row(score: SystemScore, k: int) -> dict[str, object]:
    """Return the row of EVALUATION_SCHEMA for one system."""
    return {
        "system": score.system,
        "recall": score.recall,
        "map": score.average_precision,
        "ndcg": score.ndcg,
        "precision_at_1": score.precision_at_1,
        "k": k,
        "queries": score.queries,
        "seconds": score.seconds,
    }


def _warn_of_gaps(labels: Labels) -> None:
    if labels.unlabelled:
        _log.warning("%d queries have no relevant column in the labels and are left out, the first: %s",
                     len(labels.unlabelled), labels.unlabelled[0])  # fmt: skip
    if labels.unknown:
        _log.warning("%d labelled columns are in tables that the lake doesn't have and can't be found, the first: %s",
                     len(labels.unknown), labels.unknown[0])  # fmt: skip
