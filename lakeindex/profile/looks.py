"""What a value looks like (an integer, a date, ...), and the number it stands for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.profile.column_profile import LOOKS

_TIME = r"[t ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(z|[+-]\d{2}:?\d{2})?"
_PATTERNS = (
    ("integer", r"^[+-]?(0|[1-9]\d{0,17})$"),
    ("decimal", r"^[+-]?((0|[1-9]\d*)?\.\d+|(0|[1-9]\d*)\.?)([e][+-]?\d{1,3})?$"),
    ("code", r"^[+-]?0\d+$"),
    ("date", r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"),
    ("timestamp", rf"^\d{{4}}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]){_TIME}$"),
    ("boolean", r"^(true|false|yes|no|t|f|y|n)$"),
)


def look_of(values: pa.Array) -> npt.NDArray[np.int64]:
    """Number the look of each normal value, as in LOOKS; the first pattern that fits decides."""
    looks = np.zeros(len(values), np.int64)
    for name, pattern in reversed(_PATTERNS):
        fits = pc.match_substring_regex(values, pattern).to_numpy(zero_copy_only=False)
        looks[fits] = LOOKS.index(name)
    return looks


def days_and_numbers(values: pa.Array, looks: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return the number of each numeric value, the days since 1970 of each date, nan for the rest."""
    numbers = np.full(len(values), np.nan)
    is_number = np.isin(looks, [LOOKS.index("integer"), LOOKS.index("decimal"), LOOKS.index("code")])
    numbers[is_number] = values.filter(pa.array(is_number)).cast(pa.float64()).to_numpy()
    is_date = np.isin(looks, [LOOKS.index("date"), LOOKS.index("timestamp")])
    days = pc.utf8_slice_codeunits(values.filter(pa.array(is_date)), 0, 10)
    stamps = pc.strptime(days, format="%Y-%m-%d", unit="s", error_is_null=True).cast(pa.int64())
    numbers[is_date] = stamps.cast(pa.float64()).to_numpy(zero_copy_only=False) / 86_400
    return numbers
