"""Columns to count, read once into memory: each distinct value with the number of its rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Integers, Texts
from lakeindex.catalog.mapped_arrays import to_numpy
from lakeindex.catalog.sql_process.cursor import SqlCursor
from lakeindex.errors import UnreadableTable
from lakeindex.join.condition import VALUE
from lakeindex.join.lake_tables import MISSING, OUTSIDE, CountedColumn
from lakeindex.join.side import JoinSide
from lakeindex.sql import BLANKS, literal, quoted

_STORED = """
CREATE TABLE {stored} AS
SELECT value, count(*) AS "rows" FROM (SELECT {column} AS value FROM ({source})) WHERE value IS NOT NULL GROUP BY 1
"""
_TEXTS = """
SELECT value, CAST("rows" AS BIGINT) AS "rows", {written} AS written
FROM (SELECT {text} AS value, sum({rows}) AS "rows"
      FROM (SELECT value AS {column}, "rows" AS {rows} FROM {stored}) AS side GROUP BY 1)
WHERE value IS NOT NULL
"""


def as_written(value: str) -> str:
    """Write the form in which values count as equal as they are written: trimmed, lower case, `7.0` as `7`.

    The same as in profiles, and with the same markers of nothing, which are NULL: a test holds both together.
    """
    markers = ", ".join(map(literal, MISSING))
    folded = rf"regexp_replace(lower(trim({value}, {BLANKS})), '^([+-]?\d+)\.0+$', '\1')"
    return f"CASE WHEN {folded} NOT IN ('', {markers}) THEN {folded} END"


@dataclass(frozen=True, slots=True, eq=False)
class StoredColumn:
    """A column in memory, its values without null."""

    side: JoinSide
    """The column as a side of a join that reads it from memory."""
    name: str
    """The SQL name of the table of its values as they are."""
    values: Texts
    """(n,) the distinct values as text."""
    rows: Integers
    """(n,) of each."""
    written: Texts
    """(n,) as `as_written` writes them; null for markers of nothing."""

    @property
    def shown(self) -> Texts:
        """Return the values as they are written, (n,), markers of nothing as they are."""
        return pc.coalesce(self.written, self.values)


class ColumnStore:
    """Reads columns into memory, and forgets them at the end."""

    def __init__(self, connection: SqlCursor, outside: pa.Table | None = None) -> None:
        """Read what `connection` reads, and the table `outside`."""
        self._connection = connection
        self._names: list[str] = []
        self.cursor = connection.cursor()
        """Sees the columns that are stored, like all cursors of the connection."""
        if outside is not None:
            self.cursor.register(OUTSIDE, outside)

    def __enter__(self) -> ColumnStore:
        return self

    def __exit__(self, *_: object) -> None:
        while self._names:
            self.cursor.execute(f"DROP TABLE IF EXISTS {self._names.pop()}")
        self.cursor.close()

    def read(self, column: CountedColumn) -> StoredColumn:
        """Read a column. Raises UnreadableTable when its file is gone or no longer what it was."""
        stored = quoted(f"counted {uuid4().hex}")
        name, rows = quoted(column.name), quoted(f"rows of {column.name}")
        with _reading(column):
            self._names.append(stored)
            self.cursor.execute(_STORED.format(stored=stored, column=name, source=column.source))
            again = f'SELECT value AS {name} FROM (SELECT value, unnest(range("rows")) FROM {stored})'
            side = JoinSide.open(self._connection, column.table, (again, again), [0], 0)
            text, written = side.text("side"), as_written("value")
            sql = _TEXTS.format(stored=stored, column=name, rows=rows, text=text, written=written)
            texts = self.cursor.sql(sql).to_arrow_table()
        counts: Integers = to_numpy(texts["rows"])
        values, forms = (_texts_in(texts, one) for one in ("value", "written"))
        return StoredColumn(replace(side, rows=int(counts.sum())), stored, values, counts, forms)

    def keys(self, column: StoredColumn, expression: str) -> Texts:
        """Compute the keys of the values, (n,), by SQL with VALUE for the value as text."""
        if expression == VALUE:
            return column.values
        self.cursor.register("keyed", pa.table({"value": column.values}))
        sql = f"SELECT CAST({expression.replace(VALUE, 'value')} AS VARCHAR) AS key FROM keyed"
        keys = _texts_in(self.cursor.sql(sql).to_arrow_table(), "key")
        self.cursor.unregister("keyed")
        return keys

    def forget(self, column: StoredColumn) -> None:
        """Free the memory of a column."""
        self.cursor.execute(f"DROP TABLE {column.name}")
        self._names.remove(column.name)


@contextmanager
def _reading(column: CountedColumn) -> Iterator[None]:
    """Raise UnreadableTable for what DuckDB can't read."""
    try:
        yield
    except duckdb.Error as error:
        first_line = str(error).split("\n", 1)[0]
        raise UnreadableTable(f"{column.table} can't be read: {first_line}") from error


def _texts_in(table: pa.Table, name: str) -> Texts:
    texts: Any = table[name].combine_chunks().cast(pa.large_string())
    return texts  # type: ignore[no-any-return]
