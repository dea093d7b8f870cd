"""How many terms an index keeps of a column: as many as say something of a join.

That two columns hold the same measurements says little, and they hold many: a short sketch of them tells as much. A
number is its own only word, and its digits spell nothing: numbers are compared by value alone.
"""

from __future__ import annotations

import numpy as np

from lakeindex.pairs import KINDS, Flags, Hashes, Numbers, ranges
from lakeindex.types import Family, Kind

_KEPT = {
    Family.VALUES: {Kind.TEXT: 2048, Kind.INTEGER: 512, Kind.DECIMAL: 64, Kind.DATE: 256},
    Family.WORDS: {Kind.TEXT: 512, Kind.INTEGER: 0, Kind.DECIMAL: 0, Kind.DATE: 64},
    Family.GRAMS: {Kind.TEXT: 64, Kind.INTEGER: 0, Kind.DECIMAL: 0, Kind.DATE: 16},
}
"""By kind; of any other kind, as many as of text."""

SKETCHED = tuple(_KEPT)
"""The families whose terms come from a column's values."""


def kept(family: Family, kinds: np.ndarray[tuple[int], np.dtype[np.int8]]) -> Numbers:
    """Return how many terms to keep of each column, (n,); `kinds` are places in KINDS."""
    limits = _KEPT[family]
    return np.array([limits.get(kind, limits[Kind.TEXT]) for kind in KINDS])[kinds]


def cut(hashes: Hashes, counts: Numbers, starts: Numbers, limits: Numbers) -> tuple[Hashes, Numbers, Numbers, Flags]:
    """Keep the smallest hashes of each column; with them, which columns lost nothing.

    `hashes` and `counts` stand column after column, ascending in each; `starts` is (columns + 1,).
    """
    lengths = np.diff(starts)
    lasting = np.minimum(lengths, limits)
    places = ranges(starts[:-1], lasting)
    return hashes[places], counts[places], np.concatenate([[0], np.cumsum(lasting)]), lengths <= limits
