"""The options of a join: how its values match, and which rows without a partner it keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from lakeindex.errors import InvalidSetting

_Choice = TypeVar("_Choice", bound=StrEnum)


class MatchKind(StrEnum):
    """How values match."""

    AUTO = "auto"
    """In the way that matches most left rows, among those that are precise enough; an as-of join is not among them."""
    EXACT = "exact"
    """They are equal."""
    NORMALISED = "normalised"
    """They are equal but for case, blanks, accents, punctuation and leading zeros."""
    FUZZY = "fuzzy"
    """They are spelled alike."""
    SEMANTIC = "semantic"
    """They mean the same."""
    TRANSFORM = "transform"
    """A program turns one into the other."""
    TEMPORAL = "temporal"
    """They are the same moment, however it is written, or one is the month, week, ... in which the other lies."""
    ASOF = "asof"
    """The right one is the latest at or before the left one, or the next, or the nearest."""


class Direction(StrEnum):
    """Which right moment a left one matches in an as-of join."""

    BACKWARD = "backward"
    """The latest at or before it."""
    FORWARD = "forward"
    """The earliest at or after it."""
    NEAREST = "nearest"
    """The closer of both; the earlier where both are as close."""


class How(StrEnum):
    """Which rows a join gives."""

    INNER = "inner"
    """Pairs of partners."""
    LEFT = "left"
    """Pairs of partners, and left rows without a partner."""
    FULL = "full"
    """Pairs of partners, and rows of both sides without a partner."""
    ANTI = "anti"
    """Left rows without a partner, and nothing else."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """The options of an as-of join."""

    direction: str = Direction.BACKWARD
    """backward, forward or nearest: see Direction."""
    tolerance: str | float | timedelta | None = None
    """How far apart moments may be: `1h`, `2 days`, `15min` or a timedelta, of numbers a number; None for any."""


def parse_choice(kind: type[_Choice], value: str, what: str) -> _Choice:
    """Return the choice of a name. Raises InvalidSetting with the names there are."""
    try:
        return kind(value)
    except ValueError as error:
        raise InvalidSetting(f"there is no {what} {value!r}; there are: {', '.join(kind)}") from error
