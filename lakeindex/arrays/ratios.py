"""Shares of wholes."""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Floats


def ratio(part: Floats, whole: Floats) -> Floats:
    """Divide each part by its whole; 0 / 0 is 0, and rounding makes no ratio larger than 1."""
    return np.minimum(np.divide(part, whole, out=np.zeros_like(part, dtype=np.float64), where=whole > 0), 1.0)
