"""Count in SQL the values and words that queries share with every column, a few tables of the lake at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import pyarrow as pa

from lakeindex.errors import UnreadableTable
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.names import words_of


class LakeSql(Protocol):
    """SQL over the tables of the lake, with room for temporary tables."""

    def view(self, table: TableId) -> str:
        """Return the quoted name under which a table can be selected from. Raises UnreadableTable."""

    def run(self, sql: str) -> None:
        """Run a statement. Raises UnreadableTable when a table it reads is not what it was when it was indexed."""

    def fetch(self, sql: str) -> pa.Table:
        """Run a SELECT."""

    def load(self, name: str, rows: pa.Table) -> None:
        """Make a temporary table."""


@dataclass(frozen=True)
class LakeColumns:
    """Every column of a lake under a neutral key: its place in the order of the hashes of the names."""

    ids: tuple[ColumnId, ...]

    @classmethod
    def of(cls, ids: Iterable[ColumnId]) -> LakeColumns:
        """Sort columns by the hashes of their names, so that ties are broken without bias."""
        return cls(tuple(sorted(ids, key=_name_hash)))

    @cached_property
    def keys(self) -> dict[ColumnId, int]:
        """The key of each column."""
        return {column: key for key, column in enumerate(self.ids)}

    @cached_property
    def tables(self) -> dict[TableId, list[int]]:
        """The keys of each table's columns."""
        tables: dict[TableId, list[int]] = {}
        for key, column in enumerate(self.ids):
            tables.setdefault(column.table, []).append(key)
        return tables

    def keys_of(self, queries: Iterable[ColumnId]) -> list[int]:
        """Return the keys of those queries that are in the lake."""
        return [self.keys[query] for query in queries if query in self.keys]


@dataclass(frozen=True, slots=True)
class TermCounts:
    """Temporary tables with the counts of what the queries share with every column, from which rankings are computed.

    sizes (key, size), shared_values (query, key, shared): distinct values, trimmed and in lower case.
    lengths (key, length), postings (key, word, count), query_words (query, word, count): words of a column's name
    and of WORD_VALUES of its distinct values; a word is its hash, and only the queries' words have postings.
    columns (key, table_key, name).
    """

    columns: LakeColumns
    sql: LakeSql
    unreadable: tuple[TableId, ...]
    """Tables whose values could not be read: their columns count by name only."""


WORD_VALUES = 2000
"""Distinct values of a column whose words are counted: those with the smallest hashes."""

_BATCH_TABLES = 100

_TABLES = """
CREATE OR REPLACE TEMP TABLE query_values (query INTEGER, value VARCHAR);
CREATE OR REPLACE TEMP TABLE query_words (query INTEGER, word UBIGINT, count BIGINT);
CREATE OR REPLACE TEMP TABLE sizes (key INTEGER, size BIGINT);
CREATE OR REPLACE TEMP TABLE shared_values (query INTEGER, key INTEGER, shared BIGINT);
CREATE OR REPLACE TEMP TABLE lengths (key INTEGER, length BIGINT);
CREATE OR REPLACE TEMP TABLE postings (key INTEGER, word UBIGINT, count BIGINT);
"""
_BLANKS = " || ".join(f"chr({code})" for code in (32, 9, 10, 11, 12, 13, 160))
_CELLS = """
INSERT INTO cells
SELECT DISTINCT key, lower(trim(text, {blanks})) AS value
FROM (SELECT unnest([{keys}]) AS key, unnest([{values}]) AS text FROM {view})
WHERE value <> ''
"""
_WORDS = """
SELECT key, hash(word) AS word, count(*) AS count
FROM (SELECT key, unnest(regexp_extract_all(lower(value), '[\\p{{L}}\\p{{N}}]+')) AS word FROM {texts})
GROUP BY ALL
"""
_NAMES = "(SELECT key, name AS value FROM columns)"
_SAMPLE = (
    f"(SELECT key, value FROM cells QUALIFY row_number() OVER (PARTITION BY key ORDER BY hash(value)) <= {WORD_VALUES})"
)
_KEEP_QUERY_VALUES = "INSERT INTO query_values SELECT key, value FROM cells;"
_KEEP_QUERY_WORDS = "INSERT INTO query_words SELECT * FROM ({words}) WHERE key IN (SELECT key FROM queries)"
_COUNT_VALUES = """
INSERT INTO sizes SELECT key, count(*) FROM cells GROUP BY ALL;
INSERT INTO shared_values SELECT query, key, count(*) FROM cells JOIN query_values USING (value) GROUP BY ALL;
"""
_COUNT_WORDS = """
CREATE OR REPLACE TEMP TABLE words AS {words};
INSERT INTO lengths SELECT key, sum(count) FROM words GROUP BY ALL;
INSERT INTO postings SELECT key, word, count FROM words WHERE word IN (SELECT word FROM query_words);
"""


def count_terms(columns: LakeColumns, queries: Sequence[ColumnId], sql: LakeSql) -> TermCounts:
    """Count what the queries share with every column; tables are read once, those of the queries twice."""
    query_keys = set(columns.keys_of(queries))
    sql.load("columns", _column_rows(columns))
    sql.load("queries", pa.table({"key": pa.array(sorted(query_keys), pa.int32())}))
    sql.run(_TABLES)
    names, sample = _WORDS.format(texts=_NAMES), _WORDS.format(texts=_SAMPLE)
    queried = {table: [key for key in keys if key in query_keys] for table, keys in columns.tables.items()}
    queried = {table: keys for table, keys in queried.items() if keys}
    sql.run(_KEEP_QUERY_WORDS.format(words=names))
    _scan(columns, queried, sql, _KEEP_QUERY_VALUES + _KEEP_QUERY_WORDS.format(words=sample))
    sql.run(_COUNT_WORDS.format(words=names))
    unreadable = _scan(columns, columns.tables, sql, _COUNT_VALUES + _COUNT_WORDS.format(words=sample))
    return TermCounts(columns, sql, unreadable)


def _scan(columns: LakeColumns, tables: dict[TableId, list[int]], sql: LakeSql, count: str) -> tuple[TableId, ...]:
    """Fill `cells` with the distinct values of some tables, run `count`, and repeat; return the unreadable tables."""
    unreadable: list[TableId] = []
    names = sorted(tables)
    for start in range(0, len(names), _BATCH_TABLES):
        sql.run("CREATE OR REPLACE TEMP TABLE cells (key INTEGER, value VARCHAR)")
        for table in names[start : start + _BATCH_TABLES]:
            try:
                sql.run(_cells(columns, tables[table], sql.view(table)))
            except UnreadableTable:
                unreadable.append(table)
        sql.run(count)
    return tuple(unreadable)


def _cells(columns: LakeColumns, keys: Sequence[int], view: str) -> str:
    names = ('"' + columns.ids[key].name.replace('"', '""') + '"' for key in keys)
    values = ", ".join(f"CAST({name} AS VARCHAR)" for name in names)
    return _CELLS.format(keys=", ".join(map(str, keys)), values=values, blanks=_BLANKS, view=view)


def _column_rows(columns: LakeColumns) -> pa.Table:
    table_keys = {table: place for place, table in enumerate(columns.tables)}
    return pa.table(
        {
            "key": pa.array(range(len(columns.ids)), pa.int32()),
            "table_key": pa.array([table_keys[column.table] for column in columns.ids], pa.int32()),
            "name": pa.array([words_of(column.name) for column in columns.ids], pa.string()),
        }
    )


def _name_hash(column: ColumnId) -> bytes:
    return hashlib.blake2b(f"{column.table}\0{column.name}".encode("utf-8", "replace"), digest_size=16).digest()
