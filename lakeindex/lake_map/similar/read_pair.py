"""Read the rows of two tables to compare them: all of them, or of large ones a sample that is the same in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lakeindex.errors import UnreadableTable
from lakeindex.integrate.alignment import AlignedPair
from lakeindex.integrate.records import Records, read_records
from lakeindex.join.lake_tables import LakeTables
from lakeindex.join.stored_column import as_written
from lakeindex.sql import quoted
from lakeindex.types.lake import TableId

MOST_CELLS = 2_000_000
"""Cells of a table that are read; of larger ones a sample of their rows."""


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads the rows of a table and of others, those of the table once."""

    tables: LakeTables
    table: TableId
    most_cells: int = MOST_CELLS
    _own: list[Records] = field(default_factory=list, init=False)

    def read(self, other: TableId, aligned: Sequence[AlignedPair]) -> tuple[Records, Records, bool]:
        """Read the rows of the table and of another one, and return whether they are a sample.

        The rows of a sample are chosen by the hash of their value in one aligned column, and so alike in both tables.
        Raises NotFound, UnreadableTable where a file is gone or no longer what it was.
        """
        step = max(-(-_cells(self.tables, one) // self.most_cells) for one in (self.table, other))
        if step <= 1:
            return self._whole(), read_records(self.tables, other), False
        pair = _most_distinct(self.tables, (self.table, other), aligned)
        if pair is None:
            raise UnreadableTable(f"{self.table} and {other} are too large to compare without a common column")
        left = _sampled(self.tables, self.table, pair.left, step)
        return left, _sampled(self.tables, other, pair.right, step), True

    def _whole(self) -> Records:
        if not self._own:
            self._own.append(read_records(self.tables, self.table))
        return self._own[0]


def changed_since(tables: LakeTables, records: Records, is_sample: bool) -> str:
    """Return that a table has other rows than when it was indexed, or nothing."""
    expected = tables.table(records.table)[0].rows
    if is_sample or len(records) == expected:
        return ""
    return (
        f"{records.table} changed since it was indexed ({len(records):,} rows, then {expected:,}): index the lake again"
    )


def _cells(tables: LakeTables, table: TableId) -> int:
    return tables.table(table)[0].rows * len(tables.directory.keys_of_table(table))


def _most_distinct(
    tables: LakeTables, ids: tuple[TableId, TableId], aligned: Sequence[AlignedPair]
) -> AlignedPair | None:
    """Return the aligned columns with most distinct values."""
    directory = tables.directory
    places = [{directory.id_of(key).name: key for key in directory.keys_of_table(one).tolist()} for one in ids]
    distinct = directory.facts.distinct

    def values(pair: AlignedPair) -> int:
        return int(min(distinct[places[0][pair.left]], distinct[places[1][pair.right]]))

    return max(aligned, key=values, default=None)


def _sampled(tables: LakeTables, table: TableId, column: str, step: int) -> Records:
    (viewed,) = tables.viewed([table])
    names = [tables.directory.id_of(key).name for key in tables.directory.keys_of_table(table).tolist()]
    text = as_written(f"CAST({quoted(viewed.columns[names.index(column)][0])} AS VARCHAR)")
    return read_records(tables, table, where=f"hash({text}) % {step:d} = 0")
