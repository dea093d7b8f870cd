"""What the index knows of the two columns of a match, to show why they join."""

from __future__ import annotations

from dataclasses import dataclass

from lakeindex.types.lake import ColumnId


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """The profile of a column in a few figures."""

    type: str
    """Its kind of values: text, integer, decimal, date, boolean or empty."""
    rows: int
    nulls: int
    """Rows without a value."""
    distinct: int
    is_key: bool
    """Whether no value repeats."""
    minimum: str | None
    """The smallest number or first day, as text; None where there is none, or none is kept."""
    maximum: str | None
    values: tuple[str, ...]
    """Some of the most frequent; none where the index keeps none."""


@dataclass(frozen=True, slots=True)
class PairFacts:
    """Both columns of a match, the query column first, and what stands in its way."""

    left: ColumnSummary
    right: ColumnSummary
    rival: ColumnId | None = None
    """The column of the right one's table that fits the left one better, if any."""
