"""Options of the text that describes a column."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ValueOrder(StrEnum):
    """Which values the text names when a column has more of them than fit."""

    FREQUENCY = "frequency"
    """The most frequent first."""
    HASH = "hash"
    """By a hash of the value, so that columns that share values name the same ones."""


@dataclass(frozen=True, slots=True)
class TextOptions:
    """The parts of a column's text; by default those of DeepJoin's title-colname-stat-col."""

    title: bool = True
    name: bool = True
    statistics: bool = True
    values: int = 24
    """Values to name, at most."""
    number_values: int = 4
    """Values to name of a column of numbers or dates, where a value adds little to the range."""
    order: ValueOrder = ValueOrder.FREQUENCY
    max_words: int = 48
    """Words of values, at most; the first value is always named."""
    value_characters: int = 40
    """Longer values are clipped, so that one of them doesn't displace the others."""
