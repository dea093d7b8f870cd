"""Which columns of a made lake join: those of one origin, counted."""

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
from lakeindex.synthesis.undecidable import is_tellable, look_alikes, own_values
from lakeindex.synthesis.value_shapes import NUMBERS, Look
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import JoinKind

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts

OVERLAPS_FROM = 0.3
"""From here on columns join by equal values, whatever else was done to them."""

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
    """The larger containment of distinct values as they are written, trimmed and lower-cased."""
    containment: float
    """|left ∩ right| / |left|."""
    reverse_containment: float
    plain_overlap: float
    """The overlap before values were written otherwise or taken away."""
    is_tellable: bool
    """Whether anything shows it."""

    @property
    def grade(self) -> int:
        """Return 2 where the columns share values, as written or before that, 1 where only what they mean."""
        return 2 if self.overlap > 0 or self.plain_overlap > 0 else 1


def farther(*kinds: JoinKind) -> JoinKind:
    """Return the kind of a join through several steps: that of the step after which least is left to compare."""
    return max(kinds, key=_BY_DISTANCE.index)


def find_joins(tables: Sequence[tuple[TableId, MadeTable]]) -> tuple[MadeJoin, ...]:
    """List every pair of columns of two tables that joins, by table and place."""
    columns = _columns(tables)
    by_origin: defaultdict[int, list[int]] = defaultdict(list)
    for place, (_, _, column) in enumerate(columns):
        by_origin[column.origin].append(place)
    written = list(_distinct([column.values for _, _, column in columns]))
    own = own_values(written, [column.origin for _, _, column in columns])
    wanted = [place for places in by_origin.values() if len(places) > 1 for place in places]
    plain = dict(zip(wanted, _distinct([columns[place][2].plain for place in wanted]), strict=True))
    pairs = sorted(pair for places in by_origin.values() for pair in combinations(places, 2))
    return tuple(
        _join(columns[one], columns[other], *(_Sets(written[at], plain[at], own[at]) for at in (one, other)))
        for one, other in pairs
        if columns[one][1] != columns[other][1]
    )


def find_unclear(tables: Sequence[tuple[TableId, MadeTable]]) -> tuple[tuple[ColumnId, ...], ...]:
    """Group columns that nobody could tell from those that join: of one another it isn't known."""
    columns = _columns(tables)
    groups = look_alikes([column for _, _, column in columns])
    return tuple(tuple(columns[place][0] for place in group) for group in groups)


_Column = tuple[ColumnId, int, MadeColumn]


class _Sets(NamedTuple):
    """The numbers of a column's distinct values, ascending."""

    written: Integers
    plain: Integers
    own: Integers


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
    tellable = is_tellable(left[2], right[2], _shared(left_sets.own, right_sets.own))
    return MadeJoin(left[0], right[0], kind, overlap, containment, reverse, plain, tellable)


def _shared(left: Integers, right: Integers) -> int:
    return len(np.intersect1d(left, right, assume_unique=True))


def _kind(left: MadeColumn, right: MadeColumn, overlap: float, plain: float) -> JoinKind:
    if overlap >= OVERLAPS_FROM:
        return JoinKind.EQUI
    if "emptied" in (left.how, right.how):
        return JoinKind.SEMANTIC
    if plain >= OVERLAPS_FROM:
        return farther(left.kind, right.kind)
    if left.look in NUMBERS and right.look in NUMBERS:
        return JoinKind.NUMERIC
    return JoinKind.TEMPORAL if left.look is right.look is Look.DATE else JoinKind.SEMANTIC


def _distinct(columns: Sequence[pa.Array[Any]]) -> Iterator[Integers]:
    """Yield the numbers of each column's distinct normal values, ascending; equal values have one number."""
    values: list[Texts] = [pc.unique(normal(texts_of(column).drop_null())) for column in columns]
    if not values:
        return
    codes = pa.chunked_array(values, pa.large_string()).combine_chunks().dictionary_encode().indices.to_numpy()
    ends = np.cumsum([len(one) for one in values])
    for place, end in enumerate(ends.tolist()):
        yield np.sort(codes[end - len(values[place]) : end]).astype(np.int64)
