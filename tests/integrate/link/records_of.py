"""Records and alignments for tests of linking."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from lakeindex.canonical.column_reading import PLAIN
from lakeindex.integrate.alignment import AlignedColumn, AlignedPair, Alignment, Attribute
from lakeindex.integrate.link.tuples import Tuples
from lakeindex.integrate.records import Records
from lakeindex.types.lake import ColumnId, TableId


def records(table: str, **columns: Sequence[str | None]) -> Records:
    values = {name: pa.array(list(texts), pa.large_string()) for name, texts in columns.items()}
    return Records(TableId(table), pa.table(values), (PLAIN,) * len(columns))


def aligned(*names: str) -> list[AlignedPair]:
    return [AlignedPair(name, name, 1.0) for name in names]


def aligned_by_name(tables: Sequence[Records]) -> Alignment:
    names = dict.fromkeys(name for table in tables for name in table.names)
    return Alignment(
        tuple(
            Attribute(
                name,
                tuple(AlignedColumn(ColumnId(one.table, name), 1.0) for one in tables if name in one.names),
            )
            for name in names
        )
    )


def of_two(left: Records, right: Records, *names: str) -> Tuples:
    return Tuples.of_two(left, right, [(name, (name, name)) for name in names])
