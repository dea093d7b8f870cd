r"""Numbers out of texts, whatever the texts are: what is no number is nan, or 0, and never an error.

Arrow's own casts raise for the first text that is none, and each type takes other texts: `+7` is a float but no
integer, `0x1F` an integer but no float.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Floats, Integers, Texts

_FLOAT = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
_INTEGER = r"^[+-]?[0-9]{1,18}$"


def floats_of(texts: Texts) -> Floats:
    """Return the number that each text is, (n,); nan for one that is none, or larger than a double. -0 is 0."""
    is_number, plain = _numbers(texts, _FLOAT)
    numbers = np.full(len(texts), np.nan)
    found = plain.cast(pa.float64()).to_numpy()
    # Adding zero makes -0.0 0.0, so that extremes don't depend on the order of rows.
    numbers[is_number] = np.where(np.isfinite(found), found, np.nan) + 0.0
    return numbers


def integers_of(texts: Texts) -> tuple[Flags, Integers]:
    """Return which texts are whole numbers of up to 18 digits, (n,), and the numbers, (n,), 0 for the others."""
    is_number, plain = _numbers(texts, _INTEGER)
    numbers = np.zeros(len(texts), np.int64)
    numbers[is_number] = plain.cast(pa.int64()).to_numpy()
    return is_number, numbers


def _numbers(texts: Texts, pattern: str) -> tuple[Flags, Any]:
    """Return which texts match, and those that do, without a leading plus."""
    is_number = pc.match_substring_regex(texts, pattern).fill_null(False).to_numpy(zero_copy_only=False)
    plain = pc.replace_substring_regex(texts.filter(pa.array(is_number)), r"^\+", "")
    return is_number, plain
