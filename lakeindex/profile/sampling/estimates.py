"""Estimates of a column of which blocks of rows were read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CountEstimate:
    """A number of rows or values with the bounds of its 95 % interval."""

    expected: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class ColumnEstimates:
    """What a sample tells of a column."""

    read: int
    """Rows of the table that were read."""
    rows: CountEstimate
    nulls: CountEstimate
    distinct: CountEstimate
