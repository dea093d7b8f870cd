"""Value types: whether a value is an integer, a date, ..., and the number that it stands for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Floats, Integers, Texts
from lakeindex.profile.column_profile import VALUE_TYPES
from lakeindex.profile.number_formats import COMMA, GROUPED, THOUSAND, may_be_separated, thousands, without_separators

_DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_TIME = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(z|[+-]\d{2}:?\d{2})?"
_PATTERNS = (
    ("integer", r"^[+-]?(0|[1-9]\d{0,17})$"),
    ("code", r"^[+-]?\d+$"),
    ("decimal", r"^[+-]?((0|[1-9]\d*)?\.\d+|(0|[1-9]\d*)\.?)([e][+-]?\d{1,3})?$"),
    ("date", rf"^{_DATE}$"),
    ("timestamp", rf"^{_DATE}[t ]{_TIME}$"),
    ("boolean", r"^(true|false|yes|no|t|f|y|n)$"),
)
_SEPARATED = (("grouped", GROUPED), ("comma", COMMA), ("thousand", THOUSAND))
_NUMERIC = [VALUE_TYPES.index(name) for name in ("integer", "decimal", "code", "grouped", "comma", "thousand")]
_THOUSAND = VALUE_TYPES.index("thousand")
_DATED = [VALUE_TYPES.index(name) for name in ("date", "timestamp")]
_DATE_BYTES = len("2020-12-31")


def interpret(values: Texts) -> tuple[Integers, Floats, Floats]:
    """Return the type of each normal value as its place in VALUE_TYPES, its number, and its day since 1970, or nan.

    The first pattern that fits decides. What then turns out to be no date (February 31) or too large for a decimal
    (1e999) is text. `1,234` is read as a thousand, though in its column it may be a decimal.
    """
    value_types = np.zeros(len(values), np.int64)
    for name, pattern in reversed(_PATTERNS):
        fits = pc.match_substring_regex(values, pattern).to_numpy(zero_copy_only=False)
        value_types[fits] = VALUE_TYPES.index(name)
    _mark_separated(values, value_types)
    numbers, days = np.full(len(values), np.nan), np.full(len(values), np.nan)
    is_numeric, is_dated = np.isin(value_types, _NUMERIC), np.isin(value_types, _DATED)
    numbers[is_numeric] = _finite(_plain(values.filter(pa.array(is_numeric)), value_types[is_numeric] == _THOUSAND))
    days[is_dated] = _days(values.filter(pa.array(is_dated)))
    value_types[is_dated & np.isnan(days)] = VALUE_TYPES.index("text")
    value_types[(value_types == VALUE_TYPES.index("decimal")) & np.isnan(numbers)] = VALUE_TYPES.index("text")
    return value_types, numbers, days


def _mark_separated(values: Texts, value_types: Integers) -> None:
    places = np.flatnonzero(may_be_separated(values).to_numpy(zero_copy_only=False))
    candidates: Texts = values.take(places)
    for name, pattern in _SEPARATED if len(places) else ():
        fits = pc.match_substring_regex(candidates, pattern).to_numpy(zero_copy_only=False)
        value_types[places[fits]] = VALUE_TYPES.index(name)


def _plain(values: Texts, is_thousand: npt.NDArray[np.bool_]) -> Texts:
    if is_thousand.any():
        values = pc.if_else(pa.array(is_thousand), thousands(values), values)
    return without_separators(values)


def _finite(values: Texts) -> Floats:
    numbers = values.cast(pa.float64()).to_numpy()
    # Adding zero makes -0.0 0.0, so that extremes don't depend on the order of rows.
    return np.where(np.isfinite(numbers), numbers, np.nan) + 0.0


def _days(values: Texts) -> Floats:
    """Count the days since 1970 to the date that each value starts with; nan where the month has no such day."""
    if len(values) == 0:
        return np.zeros(0)
    written = pc.utf8_slice_codeunits(values, 0, _DATE_BYTES).cast(pa.binary(_DATE_BYTES))
    digits = np.frombuffer(memoryview(written.buffers()[1] or b""), np.uint8).reshape(-1, _DATE_BYTES).astype(
        np.int64
    ) - ord("0")
    year, month, day = digits[:, 0:4] @ [1000, 100, 10, 1], digits[:, 5:7] @ [10, 1], digits[:, 8:10] @ [10, 1]
    months = (12 * (year - 1970) + month - 1).astype("M8[M]")
    dates = months.astype("M8[D]") + (day - 1)
    return np.where(dates.astype("M8[M]") == months, dates.astype(np.int64).astype(np.float64), np.nan)
