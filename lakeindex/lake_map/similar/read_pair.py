"""Read the rows of two tables to compare them: all of them, or of large ones a sample that is the same in both."""

from __future__ import annotations

from collections.abc import Sequence

from lakeindex.errors import UnreadableTable
from lakeindex.integrate.alignment import AlignedPair
from lakeindex.integrate.records import Records, read_records
from lakeindex.join.lake_tables import LakeTables
from lakeindex.join.stored_column import as_written
from lakeindex.sql import quoted
from lakeindex.types.lake import TableId

MOST_CELLS = 2_000_000
"""Cells of a table that are read; of larger ones a sample of their rows."""


def read_pair(
    tables: LakeTables, ids: tuple[TableId, TableId], aligned: Sequence[AlignedPair], most_cells: int = MOST_CELLS
) -> tuple[Records, Records, bool]:
    """Read the rows of two tables, and return whether they are a sample.

    The rows of a sample are chosen by the hash of their value in one aligned column, and so alike in both tables.
    Raises NotFound, UnreadableTable where a file is gone or no longer what it was.
    """
    step = max(-(-_cells(tables, one) // most_cells) for one in ids)
    pair = _most_distinct(tables, ids, aligned) if step > 1 else None
    if step > 1 and pair is None:
        raise UnreadableTable(f"{ids[0]} and {ids[1]} are too large to compare without a common column")
    columns = (None, None) if pair is None else (pair.left, pair.right)
    left, right = (_read(tables, one, column, step) for one, column in zip(ids, columns, strict=True))
    return left, right, step > 1


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


def _read(tables: LakeTables, table: TableId, column: str | None, step: int) -> Records:
    if column is None:
        return read_records(tables, table)
    (viewed,) = tables.viewed([table])
    names = [tables.directory.id_of(key).name for key in tables.directory.keys_of_table(table).tolist()]
    text = as_written(f"CAST({quoted(viewed.columns[names.index(column)][0])} AS VARCHAR)")
    return read_records(tables, table, where=f"hash({text}) % {step:d} = 0")
