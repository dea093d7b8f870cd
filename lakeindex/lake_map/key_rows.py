"""The rows of a table, counted by DuckDB: how many different values columns have together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Integers
from lakeindex.join.lake_tables import LakeTables
from lakeindex.join.side import reading
from lakeindex.join.stored_column import as_written
from lakeindex.sql import quoted
from lakeindex.types.lake import ColumnId, TableId

_SAMPLED, _MANY_ROWS = 20_000, 60_000
"""Rows of a sample, in which most sets of columns repeat already, and rows from which on one is drawn."""
_SEED = 1
_TOGETHER = 60
"""Sets of columns that one statement counts."""


@dataclass(frozen=True, slots=True)
class SetCounts:
    """How often sets of columns have a value in each column, and how many different ones."""

    filled: Integers
    """(sets,) rows with a value in every column."""
    distinct: Integers
    """(sets,) different combinations of values."""


@dataclass(frozen=True, slots=True)
class TableRows:
    """The rows of a table with every value as `join --match exact` compares it."""

    tables: LakeTables
    table: TableId
    source: str
    """The SELECT of the rows, the columns being c0, c1, ..."""
    count: int

    @classmethod
    def open(cls, tables: LakeTables, table: TableId, count: int) -> TableRows:
        """Open the rows of a table. Raises NotFound with the nearest names, UnreadableTable."""
        views = {view.id: view for view in tables.viewed([table])}
        columns = [tables.counted_column(ColumnId(table, name), views) for name in tables.directory.column_names(table)]
        written = [
            f"{as_written(f'CAST({quoted(one.name)} AS VARCHAR)')} AS c{place}" for place, one in enumerate(columns)
        ]
        return cls(tables, table, f"SELECT {', '.join(written)} FROM ({columns[0].source})", count)

    def count_sets(self, sets: Sequence[tuple[int, ...]]) -> SetCounts:
        """Count the combinations of values of sets of columns, given by their places in the table.

        Of a table of many rows, sets that repeat in a sample are counted there alone.
        """
        if not sets or self.count <= _MANY_ROWS:
            return self.count_all(sets)
        sampled = self._count(
            sets, f"(SELECT * FROM side USING SAMPLE reservoir({_SAMPLED} ROWS) REPEATABLE ({_SEED}))"
        )
        places = np.flatnonzero(sampled.filled == sampled.distinct)
        whole = self.count_all([sets[place] for place in places.tolist()])
        sampled.filled[places], sampled.distinct[places] = whole.filled, whole.distinct
        return sampled

    def count_all(self, sets: Sequence[tuple[int, ...]]) -> SetCounts:
        """Count the combinations of values of sets of columns in all rows."""
        return self._count(sets, "side")

    def _count(self, sets: Sequence[tuple[int, ...]], rows: str) -> SetCounts:
        counts: list[int] = []
        for at in range(0, len(sets), _TOGETHER):
            some = ", ".join(_counted(one) for one in sets[at : at + _TOGETHER])
            counts += self._row(some, rows)
        return SetCounts(np.array(counts[::2], np.int64), np.array(counts[1::2], np.int64))

    def _row(self, selected: str, rows: str) -> list[int]:
        with reading(str(self.table)):
            cursor = self.tables.database.connection.cursor()
            sql = f"WITH side AS MATERIALIZED ({self.source}) SELECT {selected} FROM {rows}"
            ((*counts,),) = cursor.sql(sql).fetchall()
        return counts

    def values(self, places: Sequence[int], most: int) -> pa.Table:
        """Return some columns of at most so many rows, drawn at random where there are more."""
        names = ", ".join(f"c{place}" for place in places)
        sample = f" USING SAMPLE reservoir({most:d} ROWS) REPEATABLE ({_SEED})" if self.count > most else ""
        with reading(str(self.table)):
            cursor = self.tables.database.connection.cursor()
            return cursor.sql(f"SELECT {names} FROM ({self.source}) AS side{sample}").to_arrow_table()


def _counted(columns: tuple[int, ...]) -> str:
    has_all = " AND ".join(f"c{one} IS NOT NULL" for one in columns)
    together = f"c{columns[0]}" if len(columns) == 1 else f"ROW({', '.join(f'c{one}' for one in columns)})"
    return f"count(*) FILTER ({has_all}), count(DISTINCT {together}) FILTER ({has_all})"
