"""The alignment of many tables: which columns are the same attribute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lakeindex.types.lake import ColumnId, TableId


@dataclass(frozen=True, slots=True)
class AlignedColumn:
    """A column of an attribute."""

    column: ColumnId
    probability: float
    """That it is the attribute that the others are; 1 where a person said so, or where it is alone."""


@dataclass(frozen=True, slots=True)
class AlignedPair:
    """A column of each of two tables that are the same attribute."""

    left: str
    right: str
    probability: float


@dataclass(frozen=True, slots=True)
class Attribute:
    """Columns that are the same attribute, one a table at most."""

    name: str
    """Unique among an alignment's attributes."""
    columns: tuple[AlignedColumn, ...]
    """By table and name."""

    def of(self, table: TableId) -> AlignedColumn | None:
        """Return the column of a table that is the attribute; None where it has none."""
        return next((one for one in self.columns if one.column.table == table), None)


@dataclass(frozen=True, slots=True)
class Alignment:
    """The attributes of some tables; each column of theirs is in exactly one."""

    attributes: tuple[Attribute, ...]

    def pairs(self, left: TableId, right: TableId) -> list[AlignedPair]:
        """Return the columns of two tables that are the same attribute."""
        sides = [(one.of(left), one.of(right)) for one in self.attributes]
        return [
            AlignedPair(first.column.name, second.column.name, min(first.probability, second.probability))
            for first, second in sides
            if first is not None and second is not None
        ]

    def names(self) -> Sequence[str]:
        """Return the names of the attributes, in the order of the result."""
        return [one.name for one in self.attributes]
