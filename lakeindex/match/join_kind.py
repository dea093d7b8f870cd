"""Tell how two columns would be joined, from their overlap and their kinds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lakeindex.types.columns import Family, Kind
from lakeindex.types.matches import JoinKind
from lakeindex.types.pairs import Pairs

_OVERLAPS = 0.3
_ALIKE = 0.25

KINDS_OF_JOIN = tuple(JoinKind)


def kinds_of(pairs: Pairs) -> npt.NDArray[np.int8]:
    """Return the place of each pair's kind in KINDS_OF_JOIN, (n,)."""
    values, keys = pairs.compared[Family.VALUES], pairs.compared[Family.KEYS]
    words, grams = pairs.compared[Family.WORDS], pairs.compared[Family.GRAMS]
    equal = np.maximum(values.containment(), values.reverse_containment())
    alike = np.maximum(keys.containment(), keys.reverse_containment())
    similar = np.maximum(words.cosine, grams.cosine)
    numbers = pairs.candidates.is_kind(Kind.INTEGER, Kind.DECIMAL) & pairs.query.is_kind(Kind.INTEGER, Kind.DECIMAL)
    dates = pairs.candidates.is_kind(Kind.DATE) & pairs.query.is_kind(Kind.DATE)
    order = (
        (equal >= _OVERLAPS, JoinKind.EQUI),
        (alike >= _OVERLAPS, JoinKind.TRANSFORM),
        (dates, JoinKind.TEMPORAL),
        (numbers, JoinKind.NUMERIC),
        (similar >= _ALIKE, JoinKind.FUZZY),
        (np.ones(len(equal), bool), JoinKind.SEMANTIC),
    )
    return np.select([test for test, _ in order], [KINDS_OF_JOIN.index(kind) for _, kind in order]).astype(np.int8)
