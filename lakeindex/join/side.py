"""One side of a join: a column, its table, and how DuckDB reads both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import duckdb
import pyarrow as pa

from lakeindex.arrays.aliases import Texts
from lakeindex.canonical.column_reading import PLAIN, ZONED_TYPE, ColumnReading
from lakeindex.catalog.sql_process.cursor import SqlCursor
from lakeindex.errors import UnreadableTable
from lakeindex.join.list_column import ListColumn, find_list_column
from lakeindex.sql import quoted
from lakeindex.types.lake import TableId

TEXT = "VARCHAR"
APART = " || chr(31) || "
"""SQL that joins texts by a separator that no text contains."""
ZONED_TYPES = frozenset((ZONED_TYPE, "TIMESTAMPTZ_NS"))
"""The types of moments with a time zone."""
_ERROR_KIND = "Error: "


@dataclass(frozen=True, slots=True, eq=False)
class JoinSide:
    """A column of a table that joins with another, or several columns; their values are only read by methods.

    The values of a column of lists are the elements of its lists.
    """

    connection: SqlCursor
    """Runs `source`."""
    table: TableId
    row_source: str
    """The SELECT that reads the table's rows: from its file, or from the index's copy of its rows."""
    file_source: str
    """The SELECT that reads the rows from the file, in any DuckDB, in the file's order."""
    columns: tuple[tuple[str, str], ...]
    """Name and DuckDB type of each column of the table."""
    places: tuple[int, ...]
    """Of the column in the table, from 0; or of several columns, which are compared together."""
    rows: int
    """Of the table, when it was indexed."""
    readings: tuple[ColumnReading, ...] = ()
    """How each column of the table is read; nothing for columns in which nothing had to be decided."""
    lists: tuple[tuple[int, ListColumn], ...] = ()
    """Those of the columns at `places`, or of more, that hold lists, each with its place."""

    @classmethod
    def open(
        cls, connection: SqlCursor, table: TableId, sources: tuple[str, str], places: Sequence[int],
        rows: int, readings: tuple[ColumnReading, ...] = (),
    ) -> JoinSide:  # fmt: skip
        """Open a table, whose columns DuckDB lists; `sources` are `row_source` and `file_source`.

        Raises UnreadableTable when the file is gone or no longer what it was.
        """
        with reading(str(table)):
            found = connection.cursor().sql(f"SELECT * FROM ({sources[0]}) LIMIT 0")
            columns = tuple(zip(found.columns, map(str, found.types), strict=True))
            if max(places) >= len(columns):
                raise UnreadableTable(f"{table} has fewer columns than when it was indexed; index the lake again")
            tried = [(place, find_list_column(connection, sources[0], *columns[place])) for place in places]
        lists = tuple((place, one) for place, one in tried if one is not None)
        return cls(connection, table, *sources, columns, tuple(places), rows, readings, lists)

    def __str__(self) -> str:
        return f"{self.table} · {' + '.join(self.columns[place][0] for place in self.places)}"

    @property
    def source(self) -> str:
        """The SELECT that reads the values: the rows; a row with a list once for each of its distinct elements."""
        return self.values_of(f"({self.row_source})") if self.has_lists else self.row_source

    @property
    def has_lists(self) -> bool:
        """Whether the column, or one of several, holds lists."""
        return bool(self._lists)

    def values_of(self, relation: str) -> str:
        """Write the SELECT for the values of a relation with the table's rows: each list taken apart.

        Rows of several lists are there with every combination of their elements.
        """
        select = f"SELECT * FROM {relation}"
        for one in self._lists.values():
            select = one.taken_apart(relation)
            relation = f"({select})"
        return select

    @property
    def _lists(self) -> dict[int, ListColumn]:
        return {place: one for place, one in self.lists if place in self.places}

    @property
    def column(self) -> str:
        """The name of the first column, unique in SQL among the table's columns."""
        return self.columns[self.places[0]][0]

    @property
    def sql_type(self) -> str:
        """The DuckDB type of the column's values; several columns are compared as one text."""
        return self._value_type(self.places[0]) if len(self.places) == 1 else TEXT

    def _value_type(self, place: int) -> str:
        return self._lists[place].type if place in self._lists else self.columns[place][1]

    @property
    def reading(self) -> ColumnReading:
        """How the column is read; several are compared as texts that mean nothing but themselves."""
        return self.readings[self.places[0]] if self.readings and len(self.places) == 1 else PLAIN

    @property
    def first(self) -> JoinSide:
        """The side with its first column alone."""
        return replace(self, places=self.places[:1])

    @property
    def others(self) -> JoinSide | None:
        """The side without its first column; None where there is no other."""
        return replace(self, places=self.places[1:]) if len(self.places) > 1 else None

    def value(self, table: str) -> str:
        """Write the column's value as SQL, the table going by the alias `table`."""
        return f"{table}.{quoted(self.column)}" if len(self.places) == 1 else self.text(table)

    def text(self, table: str) -> str:
        """Write the column's value as text; DuckDB writes numbers and dates as CSV files do.

        The texts of several columns are joined by APART; NULL where any is.
        """
        texts = [self._text(table, self.columns[place][0], self._value_type(place)) for place in self.places]
        return texts[0] if len(texts) == 1 else f"({APART.join(texts)})"

    def _text(self, table: str, name: str, sql_type: str) -> str:
        value = f"{table}.{quoted(name)}"
        if sql_type in ZONED_TYPES:
            # In UTC, whatever the zone of the session that runs it.
            return f"(CAST({value} AT TIME ZONE 'UTC' AS {TEXT}) || '+00')"
        return value if sql_type == TEXT else f"CAST({value} AS {TEXT})"

    def distinct_texts(self, limit: int | None = None) -> Texts:
        """Return the distinct values as text, (n,) large_string without nulls, ascending; `limit` takes the first."""
        texts: Texts = self.counted_texts(limit)["value"].combine_chunks()  # type: ignore[assignment]
        return texts

    def counted_texts(self, limit: int | None = None) -> pa.Table:
        """Count the rows of each distinct value: `value` large_string, ascending, without null, `rows` int64.

        A row with a list counts for each of its distinct elements.
        """
        sql = (
            f"SELECT {self.text('side')} AS value, count(*) AS rows FROM ({self.source}) AS side "
            f"WHERE {self.value('side')} IS NOT NULL GROUP BY 1 ORDER BY 1"
        )
        with reading(str(self)):
            cursor = self.connection.cursor()
            counted = cursor.sql(sql if limit is None else f"{sql} LIMIT {limit:d}").to_arrow_table()
        return pa.table({"value": counted["value"].cast(pa.large_string()), "rows": counted["rows"]})


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Raise UnreadableTable for what DuckDB can't read, with its reason in one sentence."""
    try:
        yield
    except duckdb.Error as error:
        first_line = str(error).split("\n", 1)[0]
        reason = first_line.partition(_ERROR_KIND)[2] or first_line
        raise UnreadableTable(f"{what} can't be read: {reason}; index the lake again if its files changed") from error
