"""What a lake is asked of a table: which others can be put below it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow as pa

from lakeindex.catalog.nearest_names import nearest_names
from lakeindex.config.ranges import NO_OR_SOME_ANSWERS
from lakeindex.errors import InvalidSetting
from lakeindex.escaping.visible import visible_line
from lakeindex.types.frames import Frames
from lakeindex.types.lake import TableId

if TYPE_CHECKING:
    from lakeindex.lake_map.union.unionable_table import UnionableTable
    from lakeindex.open_index import OpenIndex

_FIELDS: list[tuple[str, pa.DataType]] = [("rank", pa.int64()), ("table", pa.string()), ("score", pa.float64())]
UNION_SCHEMA = pa.schema(_FIELDS)
_ALIGNED: list[tuple[str, pa.DataType]] = [
    ("table", pa.string()),
    ("column", pa.string()),
    ("own_column", pa.string()),
    ("probability", pa.float64()),
]
UNION_ALIGNMENT_SCHEMA = pa.schema(_ALIGNED)
"""A row a column of another table that is the same attribute as a column of the table."""


@dataclass(frozen=True, slots=True)
class _Side:
    """A table in a statement."""

    columns: tuple[tuple[str, str], ...]
    """Name, unique in SQL, and type of each."""
    rows: str
    """The SELECT of its rows."""
    names: dict[str, str]
    """What SQL calls each column."""


@dataclass(frozen=True, eq=False)
class Unionable(Frames):
    """The tables that can be put below a table, best first."""

    table: TableId
    opened: OpenIndex
    k: int

    @cached_property
    def tables(self) -> list[UnionableTable]:
        """Each with its score, and its columns that are the table's."""
        from lakeindex.lake_map.union.find_unionable import find_unionable

        return find_unionable(self.opened.searcher, self.table, self.k)

    def to_arrow(self) -> pa.Table:
        """Lay the tables out as UNION_SCHEMA."""
        names = [str(one.table) for one in self.tables]
        return pa.table([range(1, len(names) + 1), names, [one.score for one in self.tables]], schema=UNION_SCHEMA)

    def alignment(self) -> pa.Table:
        """Lay the columns of all tables out as UNION_ALIGNMENT_SCHEMA."""
        rows = [
            {"table": one.table, "column": pair.right, "own_column": pair.left, "probability": pair.probability}
            for one in self.tables
            for pair in one.pairs
        ]
        return pa.Table.from_pylist(rows, schema=UNION_ALIGNMENT_SCHEMA)

    def sql(self, other: str) -> str:
        """Write the union of the table with another one as a statement that reads their files.

        Raises NotFound with the nearest names, InvalidSetting for a table with no column of the first.
        """
        from lakeindex.lake_map.union.find_unionable import align_with
        from lakeindex.lake_map.union.union_sql import union_sql

        self.opened.require_rows()
        found = align_with(self.opened.searcher, self.table, TableId(other))
        if not found.pairs:
            names = nearest_names(other, [one.table for one in self.tables])
            raise InvalidSetting(f"{other} has no attribute of {self.table}{names}")
        sides = [self._side(table) for table in (self.table, found.table)]
        pairs = [(sides[0].names[pair.left], sides[1].names[pair.right]) for pair in found.pairs]
        return union_sql((sides[0].columns, sides[1].columns), (sides[0].rows, sides[1].rows), dict(pairs))

    def _side(self, table: TableId) -> _Side:
        directory = self.opened.searcher.directory
        columns = [directory.id_of(key) for key in directory.keys_of_table(table).tolist()]
        side = self.opened.tables.side(columns[0])
        names = zip((one.name for one in columns), (name for name, _ in side.columns), strict=True)
        return _Side(side.columns, side.file_source, dict(names))

    def __repr__(self) -> str:
        count = len(self.tables)
        head = f"{'1 table shares' if count == 1 else f'{count} tables share'} attributes with {self.table}"
        return "\n".join(map(visible_line, [head, *(f"{one.score:.3f}  {one.table}" for one in self.tables)]))


def find_unions(opened: OpenIndex, table: str, k: int) -> Unionable:
    """Find the tables that can be put below a table. Raises NotFound with the nearest names."""
    found = Unionable(TableId(table), opened, int(NO_OR_SOME_ANSWERS.require(k, "k")))
    opened.searcher.directory.keys_of_table(found.table)
    return found
