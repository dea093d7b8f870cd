"""Shortcuts for texts that are neither numbers nor dates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Floats, Texts
from lakeindex.canonical.arrow_keys import joined
from lakeindex.canonical.column_reading import ColumnReading
from lakeindex.canonical.folding import fold
from lakeindex.canonical.rewrites import KEYS, MAY_BE_DATED
from lakeindex.profile.column_profile import VALUE_TYPES
from lakeindex.profile.shortcuts.numbers import flags_of, matches, replaced_at, without_leading_zeros
from lakeindex.profile.shortcuts.shortcut import Interpreted

_MAY_BE_NUMBER_OR_DATE = rf"^[+-]?[.]?\d[0-9+.,:' /tzucgme-]*$|{MAY_BE_DATED}"
"""All values match it that any rewrite of numbers or dates changes, and that are of their types."""
_MAY_BE_EITHER_ONCE_FOLDED = r"^[+-]?[.]?\d|^\{?urn:uuid:"
_UUID = "urn:uuid:"
_TYPED = {"boolean": ("true", "false"), "flag": ("yes", "no", "t", "f", "y", "n")}
_IS_IN_KEY = np.isin(np.arange(256), np.frombuffer(b"abcdefghijklmnopqrstuvwxyz0123456789", np.uint8))


class PlainTexts:
    """Texts that no rewrite changes: their key is their letters and digits."""

    def fits(self, values: Texts) -> Flags:
        """See Shortcut."""
        is_other = matches(values, _MAY_BE_NUMBER_OR_DATE)
        if pc.any(pc.match_substring(values, _UUID)).as_py():
            is_other |= flags_of(pc.match_substring(values, _UUID))
        return ~is_other

    def interpret(self, values: Texts) -> Interpreted:
        """See Shortcut."""
        types = np.full(len(values), VALUE_TYPES.index("text"))
        for name, words in _TYPED.items():
            types[flags_of(pc.is_in(values, pa.array(words, pa.large_string())))] = VALUE_TYPES.index(name)
        return Interpreted(values, types, np.full(len(values), np.nan))

    def holds(self, reading: ColumnReading) -> bool:
        """See Shortcut."""
        return True

    def keys(self, values: Texts) -> Texts:
        """See Shortcut."""
        return without_leading_zeros(_unless_empty(letters_and_digits(values), values))

    def days(self, values: Texts) -> Floats | None:
        """See Shortcut."""
        return None


class FoldedTexts:
    """The same with characters beyond ASCII, which are folded."""

    def fits(self, values: Texts) -> Flags:
        """See Shortcut; here no value is in ASCII alone."""
        return ~(matches(fold(values), _MAY_BE_EITHER_ONCE_FOLDED) | matches(values, _MAY_BE_EITHER_ONCE_FOLDED))

    def interpret(self, values: Texts) -> Interpreted:
        """See Shortcut."""
        return Interpreted(values, np.full(len(values), VALUE_TYPES.index("text")), np.full(len(values), np.nan))

    def holds(self, reading: ColumnReading) -> bool:
        """See Shortcut."""
        return True

    def keys(self, values: Texts) -> Texts:
        """See Shortcut."""
        folded = fold(values)
        is_plain = pc.all(pc.string_is_ascii(folded)).as_py()
        return without_leading_zeros(
            _unless_empty(letters_and_digits(folded) if is_plain else joined(folded, "", KEYS), values)
        )

    def days(self, values: Texts) -> Floats | None:
        """See Shortcut."""
        return None


def _unless_empty(keys: Texts, values: Texts) -> Texts:
    """Return keys, and for those that are empty the values."""
    empty = np.flatnonzero(pc.binary_length(keys).to_numpy() == 0)
    return replaced_at(keys, empty, values.take(empty)) if len(empty) else keys


def letters_and_digits(values: Texts) -> Texts:
    """Return values in ASCII, in lower case, without all signs and blanks."""
    _, offset_buffer, data_buffer = values.buffers()
    offsets = np.frombuffer(memoryview(offset_buffer or b""), np.int64)[values.offset : values.offset + len(values) + 1]
    if not len(values):
        return values
    data = np.frombuffer(memoryview(data_buffer or b""), np.uint8)[offsets[0] : offsets[-1]]
    is_kept = _IS_IN_KEY[data]
    if is_kept.all():
        return values
    before = np.zeros(len(data) + 1, np.int64)
    np.cumsum(is_kept, out=before[1:])
    buffers: list[Any] = [None, pa.py_buffer(before[offsets - offsets[0]]), pa.py_buffer(data[is_kept].data)]
    kept: Texts = pa.Array.from_buffers(pa.large_string(), len(values), buffers)  # type: ignore[assignment]
    return kept
