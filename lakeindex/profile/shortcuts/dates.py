"""Shortcuts for dates and times as ISO 8601 has them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Floats, Texts
from lakeindex.arrays.constant_texts import constant_text
from lakeindex.canonical.column_reading import ColumnReading
from lakeindex.profile.column_profile import VALUE_TYPES
from lakeindex.profile.shortcuts.numbers import flags_of, matches, replaced_at
from lakeindex.profile.shortcuts.plain_texts import letters_and_digits
from lakeindex.profile.shortcuts.shortcut import Interpreted
from lakeindex.profile.value_types import days_of

_DATE = r"[1-9]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_TIME = r"[ t]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{0,8}[1-9])?"
_MIDNIGHT = "00:00:00"
_DATE_BYTES = len("2020-12-31")
_PLACES = {
    size: [place for place, sign in enumerate("2020-12-31 23:59:59"[:size]) if sign.isdigit()] for size in (10, 19)
}
"""Where the digits stand of dates, and of times to the second, by their size."""
_NOTHING = constant_text("")
_UTC = constant_text("z")


class IsoDates:
    """A date, or a date and a time."""

    def fits(self, values: Texts) -> Flags:
        """See Shortcut."""
        return matches(values, rf"^{_DATE}({_TIME})?$")

    def interpret(self, values: Texts) -> Interpreted:
        """See Shortcut."""
        is_date = pc.binary_length(values).to_numpy() == _DATE_BYTES
        types = np.where(is_date, VALUE_TYPES.index("date"), VALUE_TYPES.index("timestamp"))
        return Interpreted(values, types, np.full(len(values), np.nan))

    def holds(self, reading: ColumnReading) -> bool:
        """See Shortcut."""
        return True

    def keys(self, values: Texts) -> Texts:
        """See Shortcut."""
        keys, midnight = _digits(values), np.flatnonzero(flags_of(pc.ends_with(values, _MIDNIGHT)))
        if len(midnight):
            keys = replaced_at(keys, midnight, pc.utf8_slice_codeunits(keys.take(midnight), 0, len("20201231")))
        return keys

    def days(self, values: Texts) -> Floats | None:
        """See Shortcut."""
        return days_of(values)


class UtcTimes:
    """A date and a time in UTC that is not midnight."""

    def fits(self, values: Texts) -> Flags:
        """See Shortcut."""
        fits = matches(values, rf"^{_DATE}{_TIME}(z|\+00(:?00)?)$") & ~flags_of(pc.match_substring(values, _MIDNIGHT))
        # What the calendar lacks is in no zone.
        fits[fits] = ~np.isnan(days_of(values.filter(pa.array(fits))))
        return fits

    def interpret(self, values: Texts) -> Interpreted:
        """See Shortcut."""
        return Interpreted(values, np.full(len(values), VALUE_TYPES.index("zoned")), np.full(len(values), np.nan))

    def holds(self, reading: ColumnReading) -> bool:
        """See Shortcut."""
        return reading.is_zoned

    def keys(self, values: Texts) -> Texts:
        """See Shortcut."""
        without_zone: Any = pc.replace_substring_regex(values, r"(z|\+[0:]+)$", "")
        keys: Texts = pc.binary_join_element_wise(_digits(without_zone), _UTC, _NOTHING)
        return keys

    def days(self, values: Texts) -> Floats | None:
        """See Shortcut."""
        return days_of(values)


def _digits(values: Texts) -> Texts:
    sizes = pc.binary_length(values).to_numpy()
    size = int(sizes[0]) if len(sizes) else 0
    if size in _PLACES and (sizes == size).all():
        return _digits_at(values, size)
    return letters_and_digits(pc.replace_substring(values, "t", ""))


def _digits_at(values: Texts, size: int) -> Texts:
    """Return the digits of dates that are all of one size: they stand in the same places."""
    _, offset_buffer, data_buffer = values.buffers()
    offsets = np.frombuffer(memoryview(offset_buffer or b""), np.int64)
    data = np.frombuffer(memoryview(data_buffer or b""), np.uint8)
    start = int(offsets[values.offset])
    digits = data[start : start + size * len(values)].reshape(len(values), size)[:, _PLACES[size]]
    ends = np.arange(len(values) + 1, dtype=np.int64) * len(_PLACES[size])
    buffers: list[Any] = [None, pa.py_buffer(ends.data), pa.py_buffer(np.ascontiguousarray(digits).data)]
    found: Texts = pa.Array.from_buffers(pa.large_string(), len(values), buffers)  # type: ignore[assignment]
    return found
