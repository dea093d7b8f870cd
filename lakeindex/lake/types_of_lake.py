"""What a lake is asked of all its columns: which semantic type each has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow as pa

from lakeindex.escaping.counted import counted
from lakeindex.escaping.visible import visible_line
from lakeindex.types.frames import Frames
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.personal import PersonalData

if TYPE_CHECKING:
    from lakeindex.lake_map.semantic_types.find_types import TypedColumn
    from lakeindex.open_index import OpenIndex

_FIELDS: list[tuple[str, pa.DataType]] = [
    ("table", pa.string()),
    ("column", pa.string()),
    ("type", pa.string()),
    ("probability", pa.float64()),
    ("personal", pa.string()),
]
TYPES_SCHEMA = pa.schema(_FIELDS)
"""A row a column; `personal` is null where its values show no personal data."""
_SHOWN = 20


@dataclass(frozen=True, eq=False)
class TypesOfLake(Frames):
    """The semantic types of a lake's columns, all of them or those of some tables."""

    opened: OpenIndex
    tables: frozenset[TableId]
    """Whose columns are shown; none for all."""

    @cached_property
    def columns(self) -> list[TypedColumn]:
        """Each column with its type, in the order of the index."""
        from lakeindex.lake_map.semantic_types.find_types import find_types

        found = self.opened.catalog.personal_columns()
        personal = {ColumnId(one.table, one.column): PersonalData(one.kind, one.share) for one in found}
        typed = find_types(self.opened.searcher, personal)
        return [one for one in typed if not self.tables or one.column.table in self.tables]

    @property
    def summary(self) -> str:
        """How many columns, types and columns of personal data there are, in a sentence."""
        types = len({one.type for one in self.columns})
        personal = sum(one.personal is not None for one in self.columns)
        return (
            f"{counted(len(self.columns), 'column')} of {counted(types, 'type')}, {personal} of them with personal data"
        )

    def to_arrow(self) -> pa.Table:
        """Lay the columns out as TYPES_SCHEMA."""
        rows = [
            {
                "table": one.column.table,
                "column": one.column.name,
                "type": one.type,
                "probability": one.probability,
                "personal": None if one.personal is None else str(one.personal),
            }
            for one in self.columns
        ]
        return pa.Table.from_pylist(rows, schema=TYPES_SCHEMA)

    def __repr__(self) -> str:
        lines = [f"{one.probability:.3f}  {one.type}: {one.column}" for one in self.columns[:_SHOWN]]
        return "\n".join(map(visible_line, [self.summary, *lines]))


def types_of_lake(opened: OpenIndex, tables: Sequence[str]) -> TypesOfLake:
    """Find the types of all columns, and show those of some tables. Raises NotFound, Refused where names are hidden."""
    opened.require_names()
    named = frozenset(map(TableId, tables))
    for table in sorted(named):
        opened.searcher.directory.keys_of_table(table)
    return TypesOfLake(opened, named)
