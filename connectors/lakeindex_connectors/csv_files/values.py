"""Recognise cells that hold values rather than names: numbers, dates, times, and how missing ones are written."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBER = re.compile(r"\s*[-+(]?[$€£]?\s*(?:\d[\d,.' ]*|\.\d+)(?:[eE][-+]?\d+)?\s*[%)]?\s*\Z")
_CLOCK = r"\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?\s*(?:[aApP][mM]|Z|[-+]\d\d:?\d\d)?"
_DAY = r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})"
_TEMPORAL = re.compile(rf"\s*(?:{_DAY}(?:[T ]{_CLOCK})?|{_CLOCK})\s*\Z")
_YEAR = re.compile(r"\s*(?:1[5-9]|20|21)\d\d(?:\.0)?\s*\Z")
MISSING = frozenset(
    ("", ".", "..", "...", "-", "--", "?", "*", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "missing", "nd")
)
"""How a missing number is written, in lower case."""


def is_value(cell: str | None) -> bool:
    """Return whether a cell is a number, a date or a time."""
    return bool(cell) and (_NUMBER.match(cell or "") or _TEMPORAL.match(cell or "")) is not None


def is_number(cell: str | None) -> bool:
    """Return whether a cell is a number."""
    return _NUMBER.match(cell or "") is not None


def is_moment(cell: str | None) -> bool:
    """Return whether a cell is a date, a time, or both."""
    return _TEMPORAL.match(cell or "") is not None


def is_year(cell: str | None) -> bool:
    """Return whether a cell is the number of a year."""
    return _YEAR.match(cell or "") is not None


def is_typed(column: Sequence[str | None]) -> bool:
    """Return whether a column holds numbers, dates or times."""
    values = [cell for cell in column if cell and cell.strip().lower() not in MISSING]
    return len(values) > 1 and sum(map(is_value, values)) >= 0.9 * len(values)
