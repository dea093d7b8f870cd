"""A join path: tables that join one after the other, how likely all of these joins hold, and what rows they give."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lakeindex.lake_map.paths.traps import trap_of
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import Cardinality


@dataclass(frozen=True, slots=True, order=True)
class Hop:
    """A join of a path's table with its next one."""

    left: ColumnId
    right: ColumnId
    probability: float
    cardinality: Cardinality
    also: tuple[tuple[str, str], ...] = ()
    """Further columns that have to be equal together with these, left and right: those of a composite key."""

    @property
    def back(self) -> Hop:
        """The same join from the other side."""
        also = tuple((right, left) for left, right in self.also)
        return Hop(self.right, self.left, self.probability, _BACK[self.cardinality], also)

    @property
    def left_columns(self) -> str:
        """The names of the left columns with a plus between."""
        return "+".join([self.left.name, *(left for left, _ in self.also)])

    @property
    def right_columns(self) -> str:
        """The names of the right columns, likewise."""
        return "+".join([self.right.name, *(right for _, right in self.also)])


_BACK = {one: one for one in Cardinality} | {
    Cardinality.ONE_TO_MANY: Cardinality.MANY_TO_ONE,
    Cardinality.MANY_TO_ONE: Cardinality.ONE_TO_MANY,
}


@dataclass(frozen=True, slots=True)
class JoinPath:
    """Hops from one table to another, through no table twice."""

    hops: tuple[Hop, ...]

    @property
    def probability(self) -> float:
        """The probability that every hop of it is a join."""
        return math.prod(hop.probability for hop in self.hops)

    @property
    def tables(self) -> tuple[TableId, ...]:
        """The tables, from the first to the last."""
        return (self.hops[0].left.table, *(hop.right.table for hop in self.hops))

    @property
    def trap(self) -> str:
        """What sums over the joined rows have to beware of, in words; empty where there is nothing."""
        return trap_of([hop.cardinality for hop in self.hops], self.tables)

    def __str__(self) -> str:
        first = str(self.hops[0].left.table)
        return first + "".join(f" → {hop.right.table}" for hop in self.hops)
