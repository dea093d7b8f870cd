"""Find the source columns that have the same lineage, so that no pair that joins is labelled as unrelated.

Columns with distinctive values have the same lineage where they share enough of them: countries are countries in every
table. Columns of numbers or dates have it only where they hold exactly the same values, as in a duplicate table.
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
from lakeindex.synthesis.value_shapes import DISTINCTIVE_SHAPES, ValueShape

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts

_Overlaps: TypeAlias = tuple[Integers, Integers, Integers, npt.NDArray[np.float64]]

_SAME_DOMAIN = 0.4
_SAME_CODES, _LEAST_CODES, _SHORT = 0.8, 12, 3.0
"""Codes of up to three letters coincide by chance: half of the codes of American states are also codes of countries."""
_LETTER, _NUMBER = 1.5, 4.0
"""Single letters and small numbers show nothing, however many are shared."""
_LEAST_SHARED = 4
_DOUBTFUL = 0.05
_MOST_COLUMNS = 200  # that hold a value: one that is in more is not distinctive
_LEAST_MEASURES = 10
_MEASURES = frozenset({ValueShape.INTEGER, ValueShape.DECIMAL, ValueShape.DATE})


@dataclass(frozen=True, slots=True, eq=False)
class ColumnLineage:
    """The lineage of each column, by its place, and the pairs that are too similar to count as unrelated."""

    ids: Integers
    """(columns,) Columns with the same id join."""
    doubtful: frozenset[tuple[int, int]]
    """Pairs of ids, the smaller first, whose columns share too much to be unrelated and too little to join."""

    def unrelated(self, left: int, right: int) -> bool:
        """Return whether two columns certainly have nothing in common."""
        one, other = sorted((int(self.ids[left]), int(self.ids[right])))
        return one != other and (one, other) not in self.doubtful


def find_lineage(
    distinct: Sequence[Texts], shapes: Sequence[ValueShape], linked: Iterable[tuple[int, int]] = ()
) -> ColumnLineage:
    """Find the lineage of columns; pairs in `linked` have the same one, whatever they hold."""
    parents = list(range(len(distinct)))
    left, right, shared, share = _overlaps(distinct, shapes)
    limits = np.array([_limits(*one) for one in zip(distinct, shapes, strict=True)]).reshape(-1, 2)
    least_share, least_shared = np.maximum(limits[left], limits[right]).T
    same = (share >= least_share) & (shared >= least_shared)
    for one, other in [*linked, *_copies(distinct, shapes), *zip(left[same], right[same], strict=True)]:
        first, second = sorted((_root(parents, int(one)), _root(parents, int(other))))
        parents[second] = first
    numbers = np.array([_root(parents, place) for place in range(len(parents))], np.int64)
    doubts = np.sort(np.stack([numbers[left], numbers[right]]), axis=0)[:, share >= _DOUBTFUL]
    return ColumnLineage(numbers, frozenset(zip(*doubts.tolist(), strict=True)))


def _limits(texts: Texts, shape: ValueShape) -> tuple[float, float]:
    """Return the share of its values, and how many, a column must have in common with another one to be related."""
    length = float(pc.utf8_length(texts).to_numpy().mean()) if shape in DISTINCTIVE_SHAPES else np.inf
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


def _overlaps(distinct: Sequence[Texts], shapes: Sequence[ValueShape]) -> _Overlaps:
    """Return pairs of columns with distinctive values, how many they share, and its ratio to the smaller column."""
    places = [place for place, shape in enumerate(shapes) if shape in DISTINCTIVE_SHAPES]
    nothing = np.zeros(0, np.int64)
    if len(places) < 2:
        return nothing, nothing, nothing, np.zeros(0)
    values = [pc.unique(normal(distinct[place])) for place in places]
    sizes = np.zeros(len(distinct), np.int64)
    sizes[places] = [len(one) for one in values]
    codes: pa.Array[Any] = pa.chunked_array(values).combine_chunks().dictionary_encode().indices
    columns = np.repeat(np.array(places, np.int64), sizes[places])
    keys = _pairs_sharing_a_value(codes.to_numpy().astype(np.int64), columns, len(distinct))
    pairs, shared = np.unique(keys, return_counts=True)
    pairs, shared = pairs[shared >= _LEAST_SHARED], shared[shared >= _LEAST_SHARED]
    left, right = pairs // len(distinct), pairs % len(distinct)
    return left, right, shared, shared / np.minimum(sizes[left], sizes[right])


def _pairs_sharing_a_value(values: Integers, columns: Integers, count: int) -> Integers:
    """Return `left * count + right` once for each value that two columns share."""
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


def _copies(distinct: Sequence[Texts], shapes: Sequence[ValueShape]) -> list[tuple[int, int]]:
    """Pair columns of measures with the first one that holds exactly the same values."""
    first: dict[bytes, int] = {}
    pairs = []
    for place, (texts, shape) in enumerate(zip(distinct, shapes, strict=True)):
        if shape in _MEASURES and len(texts) >= _LEAST_MEASURES:
            content = "\n".join(sorted(map(str, normal(texts).to_pylist())))
            same = first.setdefault(hashlib.blake2b(content.encode("utf-8", "replace")).digest(), place)
            pairs.append((same, place))
    return pairs
