"""The similarity of histograms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Floats


def alike(ones: npt.NDArray[np.uint8], others: npt.NDArray[np.uint8]) -> Floats:
    """Return 1 - the total variation distance of histograms that sum to 255, (n,)."""
    distance: Floats = np.abs(ones.astype(np.float64) - others).sum(axis=1) / (2 * 255)
    return 1 - np.minimum(distance, 1.0)
