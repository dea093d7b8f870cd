"""How a column is read: what is decided once, from the whole column and its table, and holds for each of its values."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum


class DateOrder(StrEnum):
    """The order of day and month in dates such as 03/04/2024."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


@dataclass(frozen=True, slots=True)
class ColumnReading:
    """How the values of a column are read, where more than one way is possible."""

    has_decimal_comma: bool = False
    """Whether `1.234` is a thousand and `1,234` a decimal number."""
    date_order: DateOrder | None = None
    """The order of day and month; None where no date needs it, or where the column's dates contradict one another."""
    is_zoned: bool = False
    """Whether times have a zone or an offset: they are compared in UTC."""
    is_guess: bool = False
    """Whether the values alone do not decide it, and it was read as its table is, or as most columns are."""
    note: str = ""
    """The reading in words, for people; empty where nothing had to be decided."""

    def is_as(self, other: ColumnReading) -> bool:
        """Return whether another reads every value the same, for whatever reason."""
        return (self.has_decimal_comma, self.date_order, self.is_zoned) == (
            other.has_decimal_comma, other.date_order, other.is_zoned
        )  # fmt: skip

    def as_read(self) -> ColumnReading:
        """Return the reading without why it was chosen: equal for columns that read every value the same."""
        return ColumnReading(self.has_decimal_comma, self.date_order, self.is_zoned)

    def describe(self) -> str:
        """Describe it for people; empty where nothing had to be decided."""
        if self.note:
            return f"a guess: {self.note}"
        parts = ["decimal commas"] if self.has_decimal_comma else []
        parts += [f"{self.date_order} in dates"] if self.date_order else []
        return "; ".join([*parts, *(["times with a zone, in UTC"] if self.is_zoned else [])])

    def to_json(self) -> str:
        """Write it as JSON; the default reading is empty text."""
        return "" if self == PLAIN else json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str | None) -> ColumnReading:
        """Read it back. Raises ValueError where the text is none."""
        if not text:
            return PLAIN
        try:
            fields = json.loads(text)
            order = fields.pop("date_order")
            reading = cls(**fields, date_order=None if order is None else DateOrder(order))
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"no reading of a column: {error}") from error
        flags = (reading.has_decimal_comma, reading.is_zoned, reading.is_guess)
        if not all(type(flag) is bool for flag in flags) or not isinstance(reading.note, str):
            raise ValueError("no reading of a column: fields of other types")
        return reading


ZONED_TYPE = "TIMESTAMP WITH TIME ZONE"
"""The SQL type of times of which each has a zone."""
PLAIN = ColumnReading()
"""The reading of a column in which nothing had to be decided."""
