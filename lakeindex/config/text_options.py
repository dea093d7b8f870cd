"""What the sentence that describes a column is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ValueOrder(StrEnum):
    """Which values a sentence names when a column has more of them than fit."""

    FREQUENCY = "frequency"
    """The most frequent first."""
    HASH = "hash"
    """By a hash of the value, so that columns that share values name the same ones."""


@dataclass(frozen=True, slots=True)
class TextOptions:
    """What a sentence says of a column; DeepJoin's title-colname-stat-col unless told otherwise."""

    title: bool = True
    name: bool = True
    statistics: bool = True
    values: int = 24
    """Values to name, at most."""
    number_values: int = 4
    """Values to name of a column of numbers or dates: one says little more than the range does."""
    order: ValueOrder = ValueOrder.FREQUENCY
    max_words: int = 48
    """Words of values, at most; the first value is always named."""
    value_characters: int = 40
    """Longer values are clipped, so that one of them doesn't crowd out the rest."""
