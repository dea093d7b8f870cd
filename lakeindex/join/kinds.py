"""What can be asked of a join: how its values meet, and which rows without a partner stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from lakeindex.errors import InvalidSetting

_Choice = TypeVar("_Choice", bound=StrEnum)


class MatchKind(StrEnum):
    """How values meet; simpler kinds come first."""

    AUTO = "auto"
    """In whichever of the other ways matches most left rows, among those that are precise enough."""
    EXACT = "exact"
    """They are equal."""
    NORMALISED = "normalised"
    """They are equal once written alike: case, blanks, accents, punctuation, leading zeros."""
    FUZZY = "fuzzy"
    """They are spelled alike."""
    SEMANTIC = "semantic"
    """They mean the same."""
    TRANSFORM = "transform"
    """A program makes one of the other."""
    TEMPORAL = "temporal"
    """One is a day or time, the other the month, week, ... that it lies in."""
    ASOF = "asof"
    """The right one is the latest at or before the left one, or the next, or the nearest; has to be asked for."""


class Direction(StrEnum):
    """Which right moment a left one meets as of itself."""

    BACKWARD = "backward"
    """The latest at or before it."""
    FORWARD = "forward"
    """The earliest at or after it."""
    NEAREST = "nearest"
    """The closer of both; of two that are as close, the earlier."""


class How(StrEnum):
    """Which rows a join gives."""

    INNER = "inner"
    """Pairs that meet."""
    LEFT = "left"
    """Besides, left rows without a partner."""
    FULL = "full"
    """Besides, right rows without a partner."""
    ANTI = "anti"
    """Left rows without a partner, and nothing else."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """What is asked of an as-of join."""

    direction: str = Direction.BACKWARD
    """backward, forward or nearest: see Direction."""
    tolerance: str | float | timedelta | None = None
    """How far apart moments may be: `1h`, `2 days`, `15min` or a timedelta, of numbers a number; None for any."""


def chosen(kind: type[_Choice], value: str, what: str) -> _Choice:
    """Read a choice by its name. Raises InvalidSetting with the names there are."""
    try:
        return kind(value)
    except ValueError as error:
        raise InvalidSetting(f"there is no {what} {value!r}; there are: {', '.join(kind)}") from error
