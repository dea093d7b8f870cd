"""Which columns of the sources have one origin, so that no pair is called unrelated that joins all the same.

Columns of different sources, or of one, are of one domain when they share enough telling values: countries are
countries in every table. Columns of numbers are when they hold exactly the same ones: a table that came twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Integers
from lakeindex.synthesis.source_tables import normal
from lakeindex.synthesis.value_shapes import DOMAINS, Look

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts

_Shares: TypeAlias = tuple[Integers, Integers, Integers, npt.NDArray[np.float64]]

_SAME_DOMAIN = 0.4
_SAME_CODES, _LEAST_CODES, _SHORT = 0.8, 12, 3.0
"""Codes of up to three letters meet by chance: half of the codes of American states are those of countries."""
_LETTER, _NUMBER = 1.5, 4.0
"""Single letters and small numbers tell nothing, however many are shared."""
_LEAST_SHARED = 4
_DOUBTFUL = 0.05
_MOST_COLUMNS = 200  # of one value; what is in more tells nothing
_LEAST_MEASURES = 10
_MEASURES = frozenset({Look.INTEGER, Look.DECIMAL, Look.DATE})


@dataclass(frozen=True, slots=True, eq=False)
class Origins:
    """The origin of each column, by its place, and the pairs of which it can't be said."""

    numbers: Integers
    doubtful: frozenset[tuple[int, int]]
    """Pairs of origins, the smaller first, that share too much to be unrelated and too little to be one."""

    def unrelated(self, left: int, right: int) -> bool:
        """Tell whether two columns surely have nothing in common."""
        one, other = sorted((int(self.numbers[left]), int(self.numbers[right])))
        return one != other and (one, other) not in self.doubtful


def find_origins(distinct: Sequence[Texts], looks: Sequence[Look], linked: Iterable[tuple[int, int]] = ()) -> Origins:
    """Find the origins of columns; `linked` ones have the same whatever they hold."""
    parents = list(range(len(distinct)))
    left, right, shared, share = _shares(distinct, looks)
    limits = np.array([_limits(*one) for one in zip(distinct, looks, strict=True)]).reshape(-1, 2)
    least_share, least_shared = np.maximum(limits[left], limits[right]).T
    same = (share >= least_share) & (shared >= least_shared)
    for one, other in [*linked, *_copies(distinct, looks), *zip(left[same], right[same], strict=True)]:
        first, second = sorted((_root(parents, int(one)), _root(parents, int(other))))
        parents[second] = first
    numbers = np.array([_root(parents, place) for place in range(len(parents))], np.int64)
    doubts = np.sort(np.stack([numbers[left], numbers[right]]), axis=0)[:, share >= _DOUBTFUL]
    return Origins(numbers, frozenset(zip(*doubts.tolist(), strict=True)))


def _limits(texts: Texts, look: Look) -> tuple[float, float]:
    """Return which part of its values and how many a column has to share with another of its domain."""
    length = float(pc.utf8_length(texts).to_numpy().mean()) if look in DOMAINS else np.inf
    if length <= _LETTER or (length <= _NUMBER and _are_numbers(texts)):
        return np.inf, np.inf
    return (_SAME_CODES, _LEAST_CODES) if length <= _SHORT else (_SAME_DOMAIN, _LEAST_SHARED)


def _are_numbers(texts: Texts) -> bool:
    return float(pc.match_substring_regex(texts, r"^\d+$").to_numpy(zero_copy_only=False).mean()) >= 0.5


def _root(parents: list[int], place: int) -> int:
    while parents[place] != place:
        parents[place] = parents[parents[place]]
        place = parents[place]
    return place


def _shares(distinct: Sequence[Texts], looks: Sequence[Look]) -> _Shares:
    """Return pairs of columns of telling values, how many they share, and which part of the smaller one's that is."""
    places = [place for place, look in enumerate(looks) if look in DOMAINS]
    nothing = np.zeros(0, np.int64)
    if len(places) < 2:
        return nothing, nothing, nothing, np.zeros(0)
    values = [pc.unique(normal(distinct[place])) for place in places]
    sizes = np.zeros(len(distinct), np.int64)
    sizes[places] = [len(one) for one in values]
    codes: pa.Array[Any] = pa.chunked_array(values).combine_chunks().dictionary_encode().indices
    columns = np.repeat(np.array(places, np.int64), sizes[places])
    keys = _pairs_with_value_in_common(codes.to_numpy().astype(np.int64), columns, len(distinct))
    pairs, shared = np.unique(keys, return_counts=True)
    pairs, shared = pairs[shared >= _LEAST_SHARED], shared[shared >= _LEAST_SHARED]
    left, right = pairs // len(distinct), pairs % len(distinct)
    return left, right, shared, shared / np.minimum(sizes[left], sizes[right])


def _pairs_with_value_in_common(values: Integers, columns: Integers, count: int) -> Integers:
    """Return left * count + right once for each value that two columns share."""
    order = np.lexsort((columns, values))
    values, columns = values[order], columns[order]
    frequent = np.bincount(values)[values] > _MOST_COLUMNS
    values, columns = values[~frequent], columns[~frequent]
    starts = np.arange(len(values))
    found = []
    for lag in range(1, _MOST_COLUMNS):
        starts = starts[starts + lag < len(values)]
        starts = starts[values[starts] == values[starts + lag]]
        if not len(starts):
            break
        found.append(columns[starts] * count + columns[starts + lag])
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _copies(distinct: Sequence[Texts], looks: Sequence[Look]) -> list[tuple[int, int]]:
    """Pair columns of measures with the first that holds exactly the same."""
    first: dict[bytes, int] = {}
    pairs = []
    for place, (texts, look) in enumerate(zip(distinct, looks, strict=True)):
        if look in _MEASURES and len(texts) >= _LEAST_MEASURES:
            content = "\n".join(sorted(map(str, normal(texts).to_pylist())))
            same = first.setdefault(hashlib.blake2b(content.encode("utf-8", "replace")).digest(), place)
            pairs.append((same, place))
    return pairs
