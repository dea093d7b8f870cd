"""Lakes out of cells, without files, for the peers to index."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc
from peers.lake_values import ColumnValues, LakeValues

from lakeindex.types.lake import ColumnId, TableId

Columns = Mapping[tuple[str, str], Sequence[str]]
"""By table and name, the cells of a column."""


def lake_of(columns: Columns) -> LakeValues:
    return LakeValues.of(_column(ColumnId(TableId(table), name), cells) for (table, name), cells in columns.items())


def overlapping_lake(seed: int) -> LakeValues:
    """Make 40 tables of two columns, of 1 to 300 draws out of 400 values; one column in twenty has none."""
    draw = random.Random(seed)
    columns: dict[tuple[str, str], Sequence[str]] = {}
    for table in range(40):
        for name in ("id", f"name_{table % 5}"):
            size = 0 if draw.random() < 0.05 else draw.choice((1, 5, 40, 300))
            columns[f"t{table:02d}.csv", name] = [f"Value {draw.randrange(400)}" for _ in range(size)]
    return lake_of(columns)


def _column(column: ColumnId, cells: Sequence[str]) -> ColumnValues:
    counted = pc.value_counts(pa.array(cells, pa.large_string()))
    return ColumnValues(column, counted.field("values"), counted.field("counts"))
