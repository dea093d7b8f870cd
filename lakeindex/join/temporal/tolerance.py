"""Parse the tolerance of an as-of join: how far apart two moments may be."""

from __future__ import annotations

import re
from datetime import timedelta

from lakeindex.config.ranges import MOST_MICROSECONDS, is_finite, shown
from lakeindex.errors import InvalidSetting

_MICROSECONDS = {
    ("ms", "millisecond", "milliseconds"): 1_000,
    ("s", "sec", "second", "seconds"): 1_000_000,
    ("min", "minute", "minutes"): 60_000_000,
    ("h", "hour", "hours"): 3_600_000_000,
    ("d", "day", "days"): 86_400_000_000,
    ("w", "week", "weeks"): 604_800_000_000,
}
_AMOUNT = re.compile(r"\s*([0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})\s*([a-z]*)\s*", re.IGNORECASE)


def microseconds_of(tolerance: str | float | timedelta) -> int:
    """Return the microseconds of a tolerance between dates or times. Raises InvalidSetting."""
    if isinstance(tolerance, timedelta):
        found = tolerance // timedelta(microseconds=1)
    else:
        amount, unit = _read(tolerance)
        factor = next((size for names, size in _MICROSECONDS.items() if unit in names), None)
        if factor is None:
            raise InvalidSetting(
                f"a tolerance of {shown(tolerance)} between dates or times has no unit that is known: write 2 days, "
                f"12h, 15min, 30s or 500ms"
            )
        found = round(amount * factor)
    if not 0 <= found <= MOST_MICROSECONDS:
        raise InvalidSetting(
            f"a tolerance of {shown(tolerance)} makes no sense: give how far apart moments may be, from 0 to "
            f"10,000 years"
        )
    return found


def number_of(tolerance: str | float | timedelta) -> float:
    """Return a tolerance between numbers. Raises InvalidSetting."""
    if isinstance(tolerance, timedelta) or (read := _read(tolerance))[1]:
        raise InvalidSetting(
            f"the columns hold numbers, so a tolerance of {shown(tolerance)} must be one too: give 10 or .5"
        )
    return read[0]


def _read(tolerance: str | float) -> tuple[float, str]:
    if is_finite(tolerance) and not tolerance < 0:  # type: ignore[operator]
        return float(tolerance), ""
    found = _AMOUNT.fullmatch(tolerance) if isinstance(tolerance, str) else None
    if found is None:
        raise InvalidSetting(
            f"a tolerance of {shown(tolerance)} makes no sense: give a number for columns of numbers, or one with its "
            f"unit, as 2 days, 12h, 15min, 30s or 500ms"
        )
    return float(found[1]), found[2].lower()
