"""The condition of a join: the rule by which values of two columns match, and what is known of it."""

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
"""Distinct pairs of values as text; the probability is that the pair is right."""

VALUE = "{value}"
"""Placeholder in an expression for a column's value as text."""
EARLIER, LATER = "{earlier}", "{later}"
"""Placeholders in an expression for two moments."""


@dataclass(frozen=True, slots=True)
class ByExpression:
    """Values match where two SQL expressions of them are equal; a value whose expression is NULL matches nothing."""

    left: str
    """DuckDB SQL with VALUE for the left column's value as text."""
    right: str

    def of_left(self, value: str) -> str:
        """Write the expression of a left value, which is SQL itself."""
        return self.left.replace(VALUE, value)

    def of_right(self, value: str) -> str:
        """Write the expression of a right value, which is SQL itself."""
        return self.right.replace(VALUE, value)


EQUAL_VALUES = ByExpression(VALUE, VALUE)
"""Values match where they are equal."""


@dataclass(frozen=True, slots=True, eq=False)
class ByMapping:
    """Values match where a table lists them side by side."""

    pairs: pa.Table
    """MAPPING_SCHEMA."""


@dataclass(frozen=True, slots=True)
class ByMoment:
    """Each left moment matches the nearest right one: before it, after it, or on either side.

    A moment is a TIMESTAMP or a number. Of sides with several columns, the first holds the moments and the others have
    to be equal.
    """

    left: str
    """DuckDB SQL with VALUE for the left column's value, in its own type: its moment; NULL for a value that is none."""
    right: str
    direction: Direction
    tolerance: float | None
    """How far apart they may be: microseconds, or a number in the columns' unit; None for any distance."""
    distance: str
    """DuckDB SQL with EARLIER and LATER for two moments: how far apart they are, in the unit of the tolerance."""

    def of_left(self, value: str) -> str:
        """Write the moment of a left value, which is SQL itself."""
        return self.left.replace(VALUE, value)

    def of_right(self, value: str) -> str:
        """Write the moment of a right value, which is SQL itself."""
        return self.right.replace(VALUE, value)

    def apart(self, earlier: str, later: str) -> str:
        """Write how far apart two moments are, which are SQL themselves."""
        return self.distance.replace(EARLIER, earlier).replace(LATER, later)


Rule: TypeAlias = ByExpression | ByMapping | ByMoment


@dataclass(frozen=True, slots=True, eq=False)
class JoinCondition:
    """How the values of two columns match, and how many of them do."""

    match: str
    """The kind: exact, normalised, fuzzy, semantic, transform, temporal or asof."""
    rule: Rule
    precision: float
    """The estimated share of the joined pairs that are right."""
    matched: float
    """The share of left rows with a value that find a partner; NaN where that is unknown before the join runs."""
    description: str
    """The rule in words, for people: a program, a threshold, a bridge table."""
    is_promised: bool = True
    """Whether there is enough evidence to promise this precision; if not, it is a guess."""
