"""Flat arrays of many lists, one after the other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]


def ranges(starts: Numbers, lengths: Numbers) -> Numbers:
    """Return start, start + 1, ... for each of several ranges, one after the other."""
    ends = np.cumsum(lengths)
    offsets: Numbers = np.repeat(starts - (ends - lengths), lengths)
    return np.arange(len(offsets)) + offsets
