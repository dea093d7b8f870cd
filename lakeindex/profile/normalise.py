"""The normal forms under which values are compared, over whole Arrow columns.

value  trimmed, lower-cased, a whole number without its decimals       " Paris " → "paris", "7.0" → "7"

Words and keys, the canonical form of a value as its column is read, are made of these: see `lakeindex.canonical`.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Texts
from lakeindex.arrays.constant_texts import constant_texts
from lakeindex.canonical.rewrites import WHOLE_NUMBERS

_MISSING = constant_texts(["", "null", "none", "nan", "n/a", "#n/a", "\\n", "-", "--", "?"])


MISSING_BYTES = max(len(one) for one in _MISSING.to_pylist() if one is not None)
"""The longest of what stands for a missing value."""


def lowered(texts: Texts) -> Texts:
    """Trim and lower-case."""
    return pc.utf8_lower(pc.utf8_trim_whitespace(texts))


def normal_values(texts: Texts) -> Texts:
    """Trim and lower-case; drop the zero decimals of a whole number, but for `1.000`, which may be a thousand."""
    values = lowered(texts)
    for pattern in WHOLE_NUMBERS:
        values = pc.replace_substring_regex(values, pattern, r"\1")
    return values


def is_missing(values: Texts) -> pa.BooleanArray:
    """Return which normal values stand for a missing one: empty ones and markers such as `null` or `n/a`."""
    return pc.is_in(values, value_set=_MISSING)


def shape_of(values: Texts) -> Texts:
    """Write each normal value as its shape: a run of letters as `a`, of digits as `9`, the rest as it is."""
    letters = r"[a-z]+" if pc.all(pc.string_is_ascii(values)).as_py() else r"\p{L}+"
    return pc.replace_substring_regex(pc.replace_substring_regex(values, r"[0-9]+", "9"), letters, "a")
