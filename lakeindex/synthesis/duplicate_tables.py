"""Find sources that are duplicates, or two versions, of one table: their columns with equal headers join."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from lakeindex.synthesis.source_tables import normal
from lakeindex.synthesis.value_shapes import ValueShape
from lakeindex.types.names import words_of

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts

_LEAST_HEADERS = 3
_HEADER_JACCARD = 0.5
_LEAST_SHARED = 0.5
_LEAST_SAME = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class NamedColumn:
    """What duplicate tables are found by: a column's source, its place among all columns, its header and its values."""

    source: int
    place: int
    header: str
    shape: ValueShape
    values: Texts


def find_duplicate_tables(columns: Sequence[NamedColumn]) -> Iterator[tuple[int, int]]:
    """Pair columns of duplicate tables.

    Sources are duplicates where they share half of their headers, and most of the columns under them have the same
    shape and share half of their values.
    """
    headers: defaultdict[int, dict[str, NamedColumn]] = defaultdict(dict)
    sources: defaultdict[str, list[int]] = defaultdict(list)
    for column in columns:
        header = words_of(column.header)
        if header and header not in headers[column.source]:
            headers[column.source][header] = column
            sources[header].append(column.source)
    shared = Counter(pair for found in sources.values() for pair in combinations(found, 2))
    for (left, right), count in shared.items():
        if count >= max(_LEAST_HEADERS, _HEADER_JACCARD * (len(headers[left]) + len(headers[right]) - count)):
            yield from _same(headers[left], headers[right])


def _same(left: dict[str, NamedColumn], right: dict[str, NamedColumn]) -> list[tuple[int, int]]:
    """Pair the columns of two sources, if most of them match: any two time series have a time and a value."""
    shared = [
        (left[header], right[header])
        for header in left
        if header in right and left[header].shape is not ValueShape.SERIAL
    ]
    same = [
        (one.place, other.place)
        for one, other in shared
        if one.shape is other.shape and _containment(one, other) >= _LEAST_SHARED
    ]
    return same if len(same) >= _LEAST_SAME * len(shared) else []


def _containment(left: NamedColumn, right: NamedColumn) -> float:
    """Return the containment of the smaller column's values in the larger one."""
    fewer, more = sorted((left, right), key=lambda one: len(one.values))
    if not len(fewer.values):
        return 0.0
    found = pc.is_in(normal(fewer.values), value_set=normal(more.values))
    return float(found.to_numpy(zero_copy_only=False).mean())
