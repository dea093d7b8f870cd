"""What can be asked of a join: how its values meet, and which rows without a partner stay."""

from __future__ import annotations

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


def chosen(kind: type[_Choice], value: str, what: str) -> _Choice:
    """Read a choice by its name. Raises InvalidSetting with the names there are."""
    try:
        return kind(value)
    except ValueError as error:
        raise InvalidSetting(f"there is no {what} {value!r}; there are: {', '.join(kind)}") from error
