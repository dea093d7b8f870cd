"""How the values of two columns meet: what a way to join finds, and what a plan executes."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

_PAIRS: list[tuple[str, pa.DataType]] = [
    ("left_value", pa.large_string()),
    ("right_value", pa.large_string()),
    ("probability", pa.float64()),
]
MAPPING_SCHEMA = pa.schema(_PAIRS)
"""Distinct pairs of values, as texts that stand in the columns; the probability is that of the pair."""

VALUE = "{value}"
"""Stands in an expression for a column's value as text."""


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


@dataclass(frozen=True, slots=True, eq=False)
class Meeting:
    """A way in which two columns meet, and what is promised of it."""

    match: str
    """exact, normalised, fuzzy, semantic or transform."""
    way: ByExpression | ByMapping
    precision: float
    """The estimated share of the joined pairs that are right."""
    matched: float
    """The share of left rows with a value that find a partner, as far as it is known before the join runs."""
    told: str
    """What it does, for people: a program, a threshold, a lookup table."""
