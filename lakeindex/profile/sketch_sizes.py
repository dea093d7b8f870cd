"""Sketch sizes: how many terms of a column are indexed, by the kind of the column.

Shared measurements are weak evidence of a join, and columns have many of them: a short sketch does as well. A number
is its own only word, and trigrams of its digits mean nothing: numbers are compared by value alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lakeindex.types.columns import Family, Kind

SKETCH_SIZES: dict[Family, dict[Kind, int]] = {
    Family.VALUES: {Kind.TEXT: 2048, Kind.INTEGER: 512, Kind.DECIMAL: 64, Kind.DATE: 256},
    Family.ALTERNATES: {Kind.TEXT: 256, Kind.INTEGER: 256, Kind.DECIMAL: 64, Kind.DATE: 128},
    Family.WORDS: {Kind.TEXT: 512, Kind.INTEGER: 0, Kind.DECIMAL: 0, Kind.DATE: 64},
    Family.GRAMS: {Kind.TEXT: 48, Kind.INTEGER: 0, Kind.DECIMAL: 0, Kind.DATE: 16},
}
"""Hashes of a sketch, the smallest, by kind; of any other kind, as many as of text."""


def sketch_sizes(family: Family, kinds: Sequence[Kind]) -> npt.NDArray[np.int64]:
    """Return the size of each column's sketch, (n,); a sketch of fewer terms holds all there are."""
    limits = SKETCH_SIZES[family]
    return np.array([limits.get(kind, limits[Kind.TEXT]) for kind in kinds], np.int64)
