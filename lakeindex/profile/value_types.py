"""Value types: whether a value is an integer, a date, ..., and the number that it stands for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Floats, Integers, Texts
from lakeindex.arrays.text_numbers import floats_of
from lakeindex.profile.column_profile import VALUE_TYPES
from lakeindex.profile.number_formats import (
    COMMA,
    DOTTED,
    GROUPED,
    THOUSAND,
    may_be_separated,
    thousands,
    without_separators,
)

_DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_TIME = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?"
_ZONE = r" ?(z|utc|gmt|[+-]\d{2}(:?\d{2})?)"
_SMALL, _LARGE = r"(0?[1-9]|1[0-2])", r"(1[3-9]|2\d|3[01])"
_YEAR = rf"\d{{4}}([t ]{_TIME}({_ZONE})?)?"
_PATTERNS = (
    ("integer", r"^[+-]?(0|[1-9]\d{0,17})$"),
    ("code", r"^[+-]?\d+$"),
    ("dotted", DOTTED),
    ("decimal", r"^[+-]?((0|[1-9]\d*)?\.\d+|(0|[1-9]\d*)\.?)([e][+-]?\d{1,3})?$"),
    ("date", rf"^{_DATE}$"),
    ("timestamp", rf"^{_DATE}[t ]{_TIME}$"),
    ("zoned", rf"^{_DATE}[t ]{_TIME}{_ZONE}$"),
    ("boolean", r"^(true|false)$"),
    ("flag", r"^(yes|no|t|f|y|n)$"),
)
_ORDERED = (
    ("either_order", rf"^{_SMALL}[-/]{_SMALL}[-/]{_YEAR}$"),
    ("day_first", rf"^{_LARGE}[-/]{_SMALL}[-/]{_YEAR}$|^({_SMALL}|{_LARGE})\.{_SMALL}\.{_YEAR}$"),
    ("month_first", rf"^{_SMALL}[-/]{_LARGE}[-/]{_YEAR}$"),
)
_MAY_BE_ORDERED = r"^\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"
_SEPARATED = (("grouped", GROUPED), ("comma", COMMA), ("thousand", THOUSAND))
_NUMERIC = [
    VALUE_TYPES.index(name) for name in ("integer", "decimal", "dotted", "code", "grouped", "comma", "thousand")
]
_THOUSAND = VALUE_TYPES.index("thousand")
DATED = [VALUE_TYPES.index(one) for one in ("date", "timestamp", "zoned", "day_first", "month_first", "either_order")]
"""The value types of dates and times."""
_DATE_BYTES = len("2020-12-31")


def interpret(values: Texts) -> tuple[Integers, Floats]:
    """Return the type of each normal value as its place in VALUE_TYPES, and its number, or nan.

    The first pattern that fits decides. What then turns out to be too large for a decimal (1e999) is text. `1,234` is
    read as a thousand and `1.234` as a decimal number, though in their column they may be the other.
    """
    value_types = np.zeros(len(values), np.int64)
    for name, pattern in reversed(_PATTERNS):
        value_types[_fits(values, pattern)] = VALUE_TYPES.index(name)
    _mark(values, value_types, may_be_separated(values).to_numpy(zero_copy_only=False), _SEPARATED)
    _mark(values, value_types, _fits(values, _MAY_BE_ORDERED), _ORDERED)
    numbers = np.full(len(values), np.nan)
    is_numeric = np.isin(value_types, _NUMERIC)
    numbers[is_numeric] = floats_of(_plain(values.filter(pa.array(is_numeric)), value_types[is_numeric] == _THOUSAND))
    value_types[(value_types == VALUE_TYPES.index("decimal")) & np.isnan(numbers)] = VALUE_TYPES.index("text")
    return value_types, numbers


def find_days(ordered: Texts, value_types: Integers) -> tuple[Integers, Floats]:
    """Return the types with text for what turns out to be no date (February 31), and the day since 1970 of each date.

    `ordered` are the values with dates in the order of ISO 8601; a date whose order is unknown has no day, nan.
    """
    value_types, days = value_types.copy(), np.full(len(ordered), np.nan)
    dated = np.flatnonzero(np.isin(value_types, DATED))
    dated = dated[_fits(ordered.take(dated), _STARTS_WITH_DATE)]
    days[dated] = days_of(ordered.take(dated))
    value_types[dated[np.isnan(days[dated])]] = VALUE_TYPES.index("text")
    return value_types, days


_STARTS_WITH_DATE = rf"^{_DATE}"


def _fits(values: Texts, pattern: str) -> npt.NDArray[np.bool_]:
    fits: npt.NDArray[np.bool_] = pc.match_substring_regex(values, pattern).to_numpy(zero_copy_only=False)
    return fits


def _mark(
    values: Texts, value_types: Integers, may_be: npt.NDArray[np.bool_], patterns: Sequence[tuple[str, str]]
) -> None:
    """Set the type of the values that may be of one of the patterns, and are."""
    places = np.flatnonzero(may_be)
    candidates: Texts = values.take(places)
    for name, pattern in patterns if len(places) else ():
        value_types[places[_fits(candidates, pattern)]] = VALUE_TYPES.index(name)


def _plain(values: Texts, is_thousand: npt.NDArray[np.bool_]) -> Texts:
    if is_thousand.any():
        values = pc.if_else(pa.array(is_thousand), thousands(values), values)
    return without_separators(values)


def days_of(values: Texts) -> Floats:
    """Count the days since 1970 to the date that each value starts with; nan where the month has no such day."""
    if len(values) == 0:
        return np.zeros(0)
    written = pc.utf8_slice_codeunits(values, 0, _DATE_BYTES).cast(pa.binary(_DATE_BYTES))
    # By place, then by value: adding rows is several times as fast as adding across columns.
    digits = np.frombuffer(memoryview(written.buffers()[1] or b""), np.uint8).reshape(-1, _DATE_BYTES).T - ord("0")
    digits = np.ascontiguousarray(digits).astype(np.int64)
    year = 1000 * digits[0] + 100 * digits[1] + 10 * digits[2] + digits[3]
    month, day = 10 * digits[5] + digits[6], 10 * digits[8] + digits[9]
    months = (12 * (year - 1970) + month - 1).astype("M8[M]")
    dates = months.astype("M8[D]") + (day - 1)
    return np.where(dates.astype("M8[M]") == months, dates.astype(np.int64).astype(np.float64), np.nan)
