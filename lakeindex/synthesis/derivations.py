"""Ways to derive tables of a lake from a source table; each keeps the lineage of every column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Integers
from lakeindex.synthesis.fragments import depends_on, find_lookups, make_parent, split_rows
from lakeindex.synthesis.lake_styles import LakeStyle
from lakeindex.synthesis.made_tables import LineageIds, MadeColumn, MadeTable, TracedColumn, integers
from lakeindex.synthesis.source_tables import Source
from lakeindex.synthesis.value_shapes import DISTINCTIVE_SHAPES, ValueShape

_SPLIT_BY = (ValueShape.NAME, ValueShape.CODE, ValueShape.TEXT, ValueShape.PHONE, ValueShape.DATE, ValueShape.INTEGER)
_COMMON = (*_SPLIT_BY, ValueShape.DECIMAL)
_LEAST_DISTINCT = 6
_SHARED_BESIDES = 2
_DISTINCTIVE_SHARE = 0.8
_PARTS = ("archive", "old", "2", "part", "update", "north", "extra", "new", "v2", "list")
_DETAILS = ("details", "info", "facts", "more", "master", "attributes")


@dataclass(frozen=True, slots=True, eq=False)
class Derivation:
    """A source table that is about to become tables of a lake."""

    source: Source
    columns: Sequence[TracedColumn]
    style: LakeStyle
    lineage_ids: LineageIds
    rng: np.random.Generator

    def pick(self, columns: Sequence[TracedColumn]) -> TracedColumn:
        """Draw one of the columns."""
        return columns[int(self.rng.integers(len(columns)))]

    def split_columns(self, columns: Sequence[TracedColumn]) -> tuple[list[TracedColumn], list[TracedColumn]]:
        """Assign each column at random to one of two tables."""
        left = self.rng.random(len(columns)) < 0.5
        sides: tuple[list[TracedColumn], list[TracedColumn]] = ([], [])
        for column, is_left in zip(columns, left, strict=True):
            sides[0 if is_left else 1].append(column)
        return sides

    def others(self, *taken: TracedColumn) -> list[TracedColumn]:
        """List the columns that have values, without those taken."""
        places = {column.place for column in taken}
        return [one for one in self.columns if one.place not in places and one.column.shape is not ValueShape.EMPTY]

    def perhaps_corrupted(self, column: MadeColumn) -> MadeColumn:
        """Corrupt a column, with the probability that the style sets."""
        return column.corrupted(self.rng) if self.rng.random() < self.style.corrupted else column

    def title(self, endings: Sequence[str]) -> str:
        """Name a table after the source, with one of the endings."""
        return f"{self.source.name}_{endings[int(self.rng.integers(len(endings)))]}"


def whole(derivation: Derivation) -> list[MadeTable] | None:
    """Keep the source as one table: its columns join with nothing, unless another source has the same lineage."""
    return [MadeTable(derivation.source.name, tuple(column.rows() for column in derivation.columns))]


def by_rows(derivation: Derivation) -> list[MadeTable] | None:
    """Split by rows so that one column has an overlap of the style; the two tables may share a few more columns."""
    able = [c for c in derivation.columns if c.column.shape in _SPLIT_BY and len(c.column.distinct) >= _LEAST_DISTINCT]
    if not able:
        return None
    distinctive = [one for one in able if one.column.shape in DISTINCTIVE_SHAPES]
    column = derivation.pick(distinctive if distinctive and derivation.rng.random() < _DISTINCTIVE_SHARE else able)
    overlap = derivation.style.overlaps[int(derivation.rng.integers(len(derivation.style.overlaps)))]
    left, right = split_rows(column.column, overlap, derivation.rng)
    others = derivation.others(column)
    common = [one for one in others if one.column.shape in _COMMON and derivation.rng.random() < 0.3][:_SHARED_BESIDES]
    on_left, on_right = derivation.split_columns([one for one in others if one not in common])
    return [
        MadeTable(derivation.source.name, tuple(one.rows(left) for one in [column, *common, *on_left])),
        MadeTable(
            derivation.title(_PARTS),
            (
                *(derivation.perhaps_corrupted(one.rows(right)) for one in [column, *common]),
                *(one.rows(right) for one in on_right),
            ),
        ),
    ]


def by_columns(derivation: Derivation) -> list[MadeTable] | None:
    """Split by columns: both tables keep a key, either a column of the source or a number for each row."""
    if len(derivation.columns) < 3:
        return None
    keys = [
        one for one in derivation.columns if one.column.is_key and one.column.shape in (*_SPLIT_BY, ValueShape.SERIAL)
    ]
    rows, some = np.arange(derivation.source.rows), _some(derivation.source.rows, derivation.rng)
    if keys:
        key = derivation.pick(keys)
        on_left, on_right = derivation.split_columns(derivation.others(key))
        sides = key.rows(rows), derivation.perhaps_corrupted(key.rows(some))
    elif derivation.rng.random() >= derivation.style.surrogates:
        return None
    else:
        on_left, on_right = derivation.split_columns(derivation.others())
        lineage, numbers = derivation.lineage_ids.new(), derivation.rng.permutation(len(rows)) + 1
        sides = integers("id", numbers, lineage), integers(f"{derivation.source.name}_id", numbers[some], lineage)
    return [
        MadeTable(derivation.source.name, (sides[0], *(one.rows(rows) for one in on_left))),
        MadeTable(derivation.title(_DETAILS), (sides[1], *(one.rows(some) for one in on_right))),
    ]


def by_parents(derivation: Derivation) -> list[MadeTable] | None:
    """Move a column, with all columns that depend on it, to a parent table, which the child refers to by numbers."""
    able = [
        c for c in derivation.columns
        if c.column.shape in (ValueShape.NAME, ValueShape.CODE, ValueShape.ENUMERATION, ValueShape.TEXT)
        and 3 <= len(c.column.distinct) <= 0.7 * c.column.filled
    ]  # fmt: skip
    if not able:
        return None
    column = derivation.pick(able)
    others = derivation.others(column)
    dependent = [one for one in others if depends_on(one.column, column.column)]
    parent, lineage = make_parent(column.column, derivation.rng), derivation.lineage_ids.new()
    head = column.column.name
    child = [one.rows() for one in others if one not in dependent]
    described = [one.rows(parent.rows) for one in [column, *dependent]]
    return [
        MadeTable(head, (integers("id", parent.keys, lineage), *described)),
        MadeTable(derivation.source.name, (integers(f"{head}_id", parent.references, lineage), *child)),
    ]


def by_lookup(derivation: Derivation) -> list[MadeTable] | None:
    """Put codes in one table and the names that they stand for in the other."""
    traced = {id(one.column): one for one in derivation.columns}
    found = find_lookups(derivation.source)
    if not found:
        return None
    code, name = (traced[id(one)] for one in found[int(derivation.rng.integers(len(found)))])
    on_left, on_right = derivation.split_columns(derivation.others(code, name))
    rows = np.arange(derivation.source.rows)
    some = _some(derivation.source.rows, derivation.rng)
    return [
        MadeTable(derivation.source.name, (code.rows(rows), *(one.rows(rows) for one in on_left))),
        MadeTable(
            derivation.title(_DETAILS),
            (derivation.perhaps_corrupted(name.rows(some)), *(one.rows(some) for one in on_right)),
        ),
    ]


def _some(rows: int, rng: np.random.Generator) -> Integers:
    """Draw most of the rows."""
    return np.sort(rng.permutation(rows)[: max(1, int(rows * rng.uniform(0.6, 1.0)))])


DERIVATION_METHODS: dict[str, Callable[[Derivation], list[MadeTable] | None]] = {
    "whole": whole,
    "rows": by_rows,
    "columns": by_columns,
    "parents": by_parents,
    "lookup": by_lookup,
}
"""By name. Each returns tables of at least one column, or None where it does not apply to the source."""
