"""How many terms of a column leave the profile: as many as say something of a join.

That two columns hold the same measurements says little, and they hold many: a short sketch of them tells as much. A
number is its own only word, and its digits spell nothing: numbers are compared by value alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lakeindex.types.columns import Family, Kind

KEPT: dict[Family, dict[Kind, int]] = {
    Family.VALUES: {Kind.TEXT: 2048, Kind.INTEGER: 512, Kind.DECIMAL: 64, Kind.DATE: 256},
    Family.WORDS: {Kind.TEXT: 512, Kind.INTEGER: 0, Kind.DECIMAL: 0, Kind.DATE: 64},
    Family.GRAMS: {Kind.TEXT: 48, Kind.INTEGER: 0, Kind.DECIMAL: 0, Kind.DATE: 16},
}
"""The smallest hashes that are kept, by kind; of any other kind, as many as of text."""


def kept(family: Family, kinds: Sequence[Kind]) -> npt.NDArray[np.int64]:
    """Return how many terms are kept of each column, (n,); fewer than that are all there are."""
    limits = KEPT[family]
    return np.array([limits.get(kind, limits[Kind.TEXT]) for kind in kinds], np.int64)
