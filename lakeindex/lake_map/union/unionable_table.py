"""A table whose rows can stand below those of another one."""

from __future__ import annotations

from dataclasses import dataclass

from lakeindex.integrate.alignment import AlignedPair
from lakeindex.types.lake import TableId


@dataclass(frozen=True, slots=True)
class UnionableTable:
    """A table, and which of its columns (right) are which of another table's (left)."""

    table: TableId
    pairs: tuple[AlignedPair, ...]
    """By the right column."""
    score: float
    """The expected number of attributes in common over the geometric mean of both tables' numbers, in [0, 1]."""
