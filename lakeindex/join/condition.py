"""How the values of two columns meet: what a way to join finds, and what a plan executes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import pyarrow as pa

from lakeindex.join.kinds import Direction

_PAIRS: list[tuple[str, pa.DataType]] = [
    ("left_value", pa.large_string()),
    ("right_value", pa.large_string()),
    ("probability", pa.float64()),
]
MAPPING_SCHEMA = pa.schema(_PAIRS)
"""Distinct pairs of values, as texts that stand in the columns; the probability is that of the pair."""

VALUE = "{value}"
"""Stands in an expression for a column's value as text."""
EARLIER, LATER = "{earlier}", "{later}"
"""Stand in an expression for two moments."""


@dataclass(frozen=True, slots=True)
class ByExpression:
    """Values meet where two SQL expressions of them are equal; a value whose expression is NULL meets nothing."""

    left: str
    """DuckDB SQL with VALUE for the left column's value as text."""
    right: str

    def of_left(self, value: str) -> str:
        """Write the expression of a left value, itself written as SQL."""
        return self.left.replace(VALUE, value)

    def of_right(self, value: str) -> str:
        """Write the expression of a right value, itself written as SQL."""
        return self.right.replace(VALUE, value)


@dataclass(frozen=True, slots=True, eq=False)
class ByMapping:
    """Values meet where a table says so."""

    pairs: pa.Table
    """MAPPING_SCHEMA."""


@dataclass(frozen=True, slots=True)
class ByMoment:
    """Each left moment meets the right one that is nearest to it on one side, or on either.

    A moment is a TIMESTAMP or a number. Where the columns are several, the others have to be equal besides.
    """

    left: str
    """DuckDB SQL with VALUE for the left column's value, of its own type: its moment; NULL for what is none."""
    right: str
    direction: Direction
    tolerance: float | None
    """How far apart they may be: microseconds, or a number as the columns hold them; None for any distance."""
    distance: str
    """DuckDB SQL with EARLIER and LATER for two moments: how far apart they are, in the units of the tolerance."""

    def of_left(self, value: str) -> str:
        """Write the moment of a left value, itself written as SQL."""
        return self.left.replace(VALUE, value)

    def of_right(self, value: str) -> str:
        """Write the moment of a right value, itself written as SQL."""
        return self.right.replace(VALUE, value)

    def apart(self, earlier: str, later: str) -> str:
        """Write how far apart two moments are, themselves written as SQL."""
        return self.distance.replace(EARLIER, earlier).replace(LATER, later)


Way: TypeAlias = ByExpression | ByMapping | ByMoment


@dataclass(frozen=True, slots=True, eq=False)
class Meeting:
    """A way in which two columns meet, and what is promised of it."""

    match: str
    """exact, normalised, fuzzy, semantic, transform, temporal or asof."""
    way: Way
    precision: float
    """The estimated share of the joined pairs that are right."""
    matched: float
    """The share of left rows with a value that find a partner, as far as it is known before the join runs."""
    told: str
    """What it does, for people: a program, a threshold, a lookup table."""
