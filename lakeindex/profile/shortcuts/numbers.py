"""Shortcuts for whole numbers and plain decimal numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Floats, Integers, Texts
from lakeindex.canonical.column_reading import ColumnReading
from lakeindex.canonical.rewrites import LEADING_ZEROS, MINUS, POINT, WHOLE_NUMBERS
from lakeindex.profile.column_profile import VALUE_TYPES
from lakeindex.profile.number_formats import DOTTED
from lakeindex.profile.shortcuts.shortcut import Interpreted

_TEXT, _INTEGER, _CODE, _DECIMAL, _DOTTED = (
    VALUE_TYPES.index(one) for one in ("text", "integer", "code", "decimal", "dotted")
)
_INTEGER_DIGITS = 18
"""Numbers of more are codes."""


class Digits:
    """Nothing but digits."""

    def fits(self, values: Texts) -> Flags:
        """See Shortcut."""
        return matches(values, r"^\d+$")

    def interpret(self, values: Texts) -> Interpreted:
        """See Shortcut."""
        sizes = pc.binary_length(values).to_numpy()
        is_padded = flags_of(pc.starts_with(values, "0")) & (sizes > 1)
        is_integer = ~is_padded & (sizes <= _INTEGER_DIGITS)
        return Interpreted(values, np.where(is_integer, _INTEGER, _CODE), _numbers_of(values, is_integer))

    def holds(self, reading: ColumnReading) -> bool:
        """See Shortcut."""
        return True

    def keys(self, values: Texts) -> Texts:
        """See Shortcut."""
        return without_leading_zeros(values)

    def days(self, values: Texts) -> Floats | None:
        """See Shortcut."""
        return None


class Decimals:
    """Numbers with a minus or a point, without a zero too many before them."""

    def fits(self, values: Texts) -> Flags:
        """See Shortcut."""
        # -0 is 0, which takes one rewrite more.
        is_zero: Any = pc.starts_with(values, "-0")
        return matches(values, r"^-?(0|[1-9]\d*)(\.\d+)?$") & ~flags_of(is_zero)

    def interpret(self, values: Texts) -> Interpreted:
        """See Shortcut."""
        whole = np.flatnonzero(matches(values, r"\.0+$"))
        if len(whole):
            some: Texts = values.take(whole)
            for pattern in WHOLE_NUMBERS:
                some = pc.replace_substring_regex(some, pattern, r"\1")
            values = replaced_at(values, whole, some)
        is_integer = matches(values, r"^-?\d{1,18}$")
        types = np.where(is_integer, _INTEGER, np.where(matches(values, DOTTED), _DOTTED, _DECIMAL))
        types[~is_integer & matches(values, r"^-?\d+$")] = _CODE
        numbers = _numbers_of(values, is_integer)
        types[(types == _DECIMAL) & np.isnan(numbers)] = _TEXT
        return Interpreted(values, types, numbers)

    def holds(self, reading: ColumnReading) -> bool:
        """See Shortcut."""
        return not reading.has_decimal_comma

    def keys(self, values: Texts) -> Texts:
        """See Shortcut."""
        has_point = flags_of(pc.match_substring(values, "."))
        if has_point.any():
            ended: Any = pc.ascii_rtrim(pc.ascii_rtrim(values.filter(pa.array(has_point)), "0"), ".")
            values = replaced_at(values, np.flatnonzero(has_point), pc.replace_substring(ended, ".", POINT))
        return pc.replace_substring(values, "-", MINUS)

    def days(self, values: Texts) -> Floats | None:
        """See Shortcut."""
        return None


def _numbers_of(values: Texts, is_integer: Flags) -> Floats:
    # Up to 18 digits fit an integer, whose cast is faster; to the nearest double both lead.
    if is_integer.all():
        return values.cast(pa.int64()).to_numpy().astype(np.float64) + 0.0
    numbers = values.cast(pa.float64()).to_numpy()
    return np.where(np.isfinite(numbers), numbers, np.nan) + 0.0


def without_leading_zeros(keys: Texts) -> Texts:
    """Return keys without the zeros that mean nothing."""
    leading = np.flatnonzero(flags_of(pc.starts_with(keys, "0")))
    if not len(leading):
        return keys
    (rewrite,) = LEADING_ZEROS
    some: Texts = keys.take(leading)
    return replaced_at(keys, leading, pc.replace_substring_regex(some, rewrite.pattern, rewrite.by, max_replacements=1))


def matches(values: Texts, pattern: str) -> Flags:
    """Return which values match a regular expression, (n,)."""
    return flags_of(pc.match_substring_regex(values, pattern))


def flags_of(flags: Any) -> Flags:
    """Return Arrow's flags as NumPy's, (n,)."""
    found: Flags = flags.to_numpy(zero_copy_only=False)
    return found


def replaced_at(values: Texts, places: Integers, by: Texts) -> Texts:
    """Return values with others at some places, ascending."""
    if len(places) == len(values):
        return by
    is_replaced = np.zeros(len(values), bool)
    is_replaced[places] = True
    replaced: Texts = pc.replace_with_mask(values, pa.array(is_replaced), by)
    return replaced
