"""A shortcut, and where it leads: what a scan has to know of every value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from lakeindex.arrays.aliases import Flags, Floats, Integers, Texts
from lakeindex.canonical.column_reading import ColumnReading


@dataclass(frozen=True, slots=True, eq=False)
class Interpreted:
    """Values with their types and numbers, before it is known how their column is read."""

    values: Texts
    """(n,) normal values."""
    types: Integers
    """(n,) places in VALUE_TYPES."""
    numbers: Floats
    """(n,), nan where there is none."""


class Shortcut(Protocol):
    """A kind of values whose key needs few steps."""

    def fits(self, values: Texts) -> Flags:
        """Return for which values this is a shortcut, (n,), given trimmed and in lower case, in ASCII."""
        ...

    def interpret(self, values: Texts) -> Interpreted:
        """Return the types and numbers of values that fit."""
        ...

    def holds(self, reading: ColumnReading) -> bool:
        """Return whether it leads to the key also in a column that is read so."""
        ...

    def keys(self, values: Texts) -> Texts:
        """Return the keys of normal values that fit."""
        ...

    def days(self, values: Texts) -> Floats | None:
        """Return the day since 1970 of each, (n,), nan where the calendar has none; None where they are no dates."""
        ...
