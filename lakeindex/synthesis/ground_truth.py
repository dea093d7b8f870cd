"""The ground truth of a made lake: columns of the same lineage join, and their overlap is counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Integers
from lakeindex.synthesis.made_tables import MadeColumn, MadeTable
from lakeindex.synthesis.source_tables import normal, texts_of
from lakeindex.synthesis.undecidable import exclusive_values, find_indistinguishable, is_decidable
from lakeindex.synthesis.value_shapes import NUMBER_SHAPES, ValueShape
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import JoinKind

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts

OVERLAPS_FROM = 0.3
"""From this overlap on, columns count as joining by equal values."""

_BY_DISTANCE = (
    JoinKind.EQUI, JoinKind.TRANSFORM, JoinKind.FUZZY, JoinKind.TEMPORAL, JoinKind.NUMERIC, JoinKind.SEMANTIC,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MadeJoin:
    """Two columns of a made lake that join."""

    left: ColumnId
    right: ColumnId
    kind: JoinKind
    overlap: float
    """The larger of both containments of the distinct values in the files, trimmed and lower-cased."""
    containment: float
    """|left ∩ right| / |left|."""
    reverse_containment: float
    plain_overlap: float
    """The overlap before values were corrupted or removed."""
    is_decidable: bool
    """Whether the tables contain any evidence of the join."""

    @property
    def grade(self) -> int:
        """Return 2 where the columns share values, corrupted or not; 1 where they only have the same meaning."""
        return 2 if self.overlap > 0 or self.plain_overlap > 0 else 1


def farther(*kinds: JoinKind) -> JoinKind:
    """Return the kind of a join after several changes: that of the change which leaves the least to compare."""
    return max(kinds, key=_BY_DISTANCE.index)


def find_joins(tables: Sequence[tuple[TableId, MadeTable]]) -> tuple[MadeJoin, ...]:
    """List every pair of columns of two tables that joins, ordered by table and place."""
    columns = _columns(tables)
    by_lineage: defaultdict[int, list[int]] = defaultdict(list)
    for place, (_, _, column) in enumerate(columns):
        by_lineage[column.lineage].append(place)
    written = list(_distinct([column.values for _, _, column in columns]))
    exclusive = exclusive_values(written, [column.lineage for _, _, column in columns])
    wanted = [place for places in by_lineage.values() if len(places) > 1 for place in places]
    plain = dict(zip(wanted, _distinct([columns[place][2].plain for place in wanted]), strict=True))
    pairs = sorted(pair for places in by_lineage.values() for pair in combinations(places, 2))
    return tuple(
        _join(columns[one], columns[other], *(_Sets(written[at], plain[at], exclusive[at]) for at in (one, other)))
        for one, other in pairs
        if columns[one][1] != columns[other][1]
    )


def find_undecidable(tables: Sequence[tuple[TableId, MadeTable]]) -> tuple[tuple[ColumnId, ...], ...]:
    """Group columns that are indistinguishable from ones that join, so that pairs of them get no label."""
    columns = _columns(tables)
    groups = find_indistinguishable([column for _, _, column in columns])
    return tuple(tuple(columns[place][0] for place in group) for group in groups)


_Column = tuple[ColumnId, int, MadeColumn]


class _Sets(NamedTuple):
    """The numbers of a column's distinct values: as written, before corruption, and found in no other lineage."""

    written: Integers
    plain: Integers
    exclusive: Integers


def _columns(tables: Sequence[tuple[TableId, MadeTable]]) -> list[_Column]:
    return [
        (ColumnId(table_id, column.header), number, column)
        for number, (table_id, table) in enumerate(tables)
        for column in table.columns
    ]


def _join(left: _Column, right: _Column, left_sets: _Sets, right_sets: _Sets) -> MadeJoin:
    shared = _shared(left_sets.written, right_sets.written)
    containment, reverse = (shared / max(len(sets.written), 1) for sets in (left_sets, right_sets))
    fewer = min(len(left_sets.plain), len(right_sets.plain))
    plain = _shared(left_sets.plain, right_sets.plain) / max(fewer, 1)
    overlap = max(containment, reverse)
    kind = _kind(left[2], right[2], overlap, plain)
    decidable = is_decidable(left[2], right[2], _shared(left_sets.exclusive, right_sets.exclusive))
    return MadeJoin(left[0], right[0], kind, overlap, containment, reverse, plain, decidable)


def _shared(left: Integers, right: Integers) -> int:
    return len(np.intersect1d(left, right, assume_unique=True))


def _kind(left: MadeColumn, right: MadeColumn, overlap: float, plain: float) -> JoinKind:
    if overlap >= OVERLAPS_FROM:
        return JoinKind.EQUI
    if "emptied" in (left.how, right.how):
        return JoinKind.SEMANTIC
    if plain >= OVERLAPS_FROM:
        return farther(left.kind, right.kind)
    if left.shape in NUMBER_SHAPES and right.shape in NUMBER_SHAPES:
        return JoinKind.NUMERIC
    return JoinKind.TEMPORAL if left.shape is right.shape is ValueShape.DATE else JoinKind.SEMANTIC


def _distinct(columns: Sequence[pa.Array[Any]]) -> Iterator[Integers]:
    """Yield the numbers of each column's distinct normalised values, ascending; equal values have the same number."""
    values: list[Texts] = [pc.unique(normal(texts_of(column).drop_null())) for column in columns]
    if not values:
        return
    codes = pa.chunked_array(values, pa.large_string()).combine_chunks().dictionary_encode().indices.to_numpy()
    ends = np.cumsum([len(one) for one in values])
    for place, end in enumerate(ends.tolist()):
        yield np.sort(codes[end - len(values[place]) : end]).astype(np.int64)
