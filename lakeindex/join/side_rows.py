"""The rows of one side of a join, as a statement selects them."""

from __future__ import annotations

from dataclasses import dataclass

from lakeindex.join.side import JoinSide


@dataclass(frozen=True, slots=True)
class SideRows:
    """The rows of one side of a join in a statement."""

    side: JoinSide
    relation: str
    """What SQL selects them from: a table's name, or a SELECT in brackets."""
    alias: str
    """What the statement calls them."""
    row: str = ""
    """The relation's column with the number of each row, as SQL; where it has none, rows are numbered as they come."""

    @property
    def value(self) -> str:
        """SQL for the column's value."""
        return self.side.value(self.alias)

    @property
    def text(self) -> str:
        """SQL for the column's value as text."""
        return self.side.text(self.alias)

    @property
    def first_value(self) -> str:
        """SQL for the value of the first column, where several are compared together."""
        return self.side.first.value(self.alias)

    @property
    def from_item(self) -> str:
        """SQL for a FROM clause."""
        return f"{self.relation} AS {self.alias}"

    def numbered(self, columns: str) -> str:
        """Write a FROM item with the number of each row, from 0, as `row`, and the columns given as SQL.

        A row with a list is there once for each of the columns' distinct values.
        """
        if self.row:
            values = f"({self.side.values_of(self.relation)}) AS {self.alias}"
            return f'(SELECT DISTINCT {self.alias}.{self.row} AS "row", {columns} FROM {values}) AS {self.alias}'
        return f'(SELECT row_number() OVER () - 1 AS "row", {columns} FROM {self.from_item}) AS {self.alias}'
