"""How a source becomes tables of a lake: each recipe keeps the origin of every column that it deals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Integers
from lakeindex.synthesis.fragments import depends_on, find_lookups, make_parent, split_rows
from lakeindex.synthesis.lake_styles import LakeStyle
from lakeindex.synthesis.made_tables import Lineage, MadeColumn, MadeTable, TracedColumn, integers
from lakeindex.synthesis.source_tables import Source
from lakeindex.synthesis.value_shapes import DOMAINS, Look

_SPLIT_BY = (Look.NAME, Look.CODE, Look.TEXT, Look.PHONE, Look.DATE, Look.INTEGER)
_COMMON = (*_SPLIT_BY, Look.DECIMAL)
_LEAST_DISTINCT = 6
_SHARED_BESIDES = 2
_TELLING = 0.8
_PARTS = ("archive", "old", "2", "part", "update", "north", "extra", "new", "v2", "list")
_DETAILS = ("details", "info", "facts", "more", "master", "attributes")


@dataclass(frozen=True, slots=True, eq=False)
class Kitchen:
    """What a recipe works with."""

    source: Source
    columns: Sequence[TracedColumn]
    style: LakeStyle
    lineage: Lineage
    rng: np.random.Generator

    def pick(self, columns: Sequence[TracedColumn]) -> TracedColumn:
        """Draw one."""
        return columns[int(self.rng.integers(len(columns)))]

    def deal(self, columns: Sequence[TracedColumn]) -> tuple[list[TracedColumn], list[TracedColumn]]:
        """Deal columns to two hands."""
        left = self.rng.random(len(columns)) < 0.5
        hands: tuple[list[TracedColumn], list[TracedColumn]] = ([], [])
        for column, is_left in zip(columns, left, strict=True):
            hands[0 if is_left else 1].append(column)
        return hands

    def others(self, *taken: TracedColumn) -> list[TracedColumn]:
        """List the columns with values besides these."""
        places = {column.place for column in taken}
        return [one for one in self.columns if one.place not in places and one.column.look is not Look.EMPTY]

    def written(self, column: MadeColumn) -> MadeColumn:
        """Write a column otherwise as often as the style says."""
        return column.perturbed(self.rng) if self.rng.random() < self.style.perturbed else column

    def title(self, endings: Sequence[str]) -> str:
        """Name a table after the source."""
        return f"{self.source.name}_{endings[int(self.rng.integers(len(endings)))]}"


def whole(kitchen: Kitchen) -> list[MadeTable] | None:
    """Leave the source as it is: its columns join with nothing, unless another source is of the same domain."""
    return [MadeTable(kitchen.source.name, tuple(column.rows() for column in kitchen.columns))]


def by_rows(kitchen: Kitchen) -> list[MadeTable] | None:
    """Split by rows so that one column overlaps as asked; a few others may be on both sides, the rest on one."""
    able = [c for c in kitchen.columns if c.column.look in _SPLIT_BY and len(c.column.distinct) >= _LEAST_DISTINCT]
    if not able:
        return None
    telling = [one for one in able if one.column.look in DOMAINS]
    column = kitchen.pick(telling if telling and kitchen.rng.random() < _TELLING else able)
    overlap = kitchen.style.overlaps[int(kitchen.rng.integers(len(kitchen.style.overlaps)))]
    left, right = split_rows(column.column, overlap, kitchen.rng)
    others = kitchen.others(column)
    common = [one for one in others if one.column.look in _COMMON and kitchen.rng.random() < 0.3][:_SHARED_BESIDES]
    on_left, on_right = kitchen.deal([one for one in others if one not in common])
    return [
        MadeTable(kitchen.source.name, tuple(one.rows(left) for one in [column, *common, *on_left])),
        MadeTable(
            kitchen.title(_PARTS),
            (*(kitchen.written(one.rows(right)) for one in [column, *common]), *(one.rows(right) for one in on_right)),
        ),
    ]


def by_columns(kitchen: Kitchen) -> list[MadeTable] | None:
    """Split by columns: both sides keep a key, one of the data or a number for each row."""
    if len(kitchen.columns) < 3:
        return None
    keys = [one for one in kitchen.columns if one.column.is_key and one.column.look in (*_SPLIT_BY, Look.SERIAL)]
    rows, some = np.arange(kitchen.source.rows), _some(kitchen.source.rows, kitchen.rng)
    if keys:
        key = kitchen.pick(keys)
        on_left, on_right = kitchen.deal(kitchen.others(key))
        sides = key.rows(rows), kitchen.written(key.rows(some))
    elif kitchen.rng.random() >= kitchen.style.surrogates:
        return None
    else:
        on_left, on_right = kitchen.deal(kitchen.others())
        origin, numbers = kitchen.lineage.new(), kitchen.rng.permutation(len(rows)) + 1
        sides = integers("id", numbers, origin), integers(f"{kitchen.source.name}_id", numbers[some], origin)
    return [
        MadeTable(kitchen.source.name, (sides[0], *(one.rows(rows) for one in on_left))),
        MadeTable(kitchen.title(_DETAILS), (sides[1], *(one.rows(some) for one in on_right))),
    ]


def by_parents(kitchen: Kitchen) -> list[MadeTable] | None:
    """Make a column's distinct values, with all that depends on them, a table under numbers that the child holds."""
    able = [
        c for c in kitchen.columns
        if c.column.look in (Look.NAME, Look.CODE, Look.ENUMERATION, Look.TEXT)
        and 3 <= len(c.column.distinct) <= 0.7 * c.column.filled
    ]  # fmt: skip
    if not able:
        return None
    column = kitchen.pick(able)
    others = kitchen.others(column)
    dependent = [one for one in others if depends_on(one.column, column.column)]
    parent, origin = make_parent(column.column, kitchen.rng), kitchen.lineage.new()
    head = column.column.name
    child = [one.rows() for one in others if one not in dependent]
    described = [one.rows(parent.rows) for one in [column, *dependent]]
    return [
        MadeTable(head, (integers("id", parent.keys, origin), *described)),
        MadeTable(kitchen.source.name, (integers(f"{head}_id", parent.references, origin), *child)),
    ]


def by_lookup(kitchen: Kitchen) -> list[MadeTable] | None:
    """Give one table the codes and another the names of the same things."""
    traced = {id(one.column): one for one in kitchen.columns}
    found = find_lookups(kitchen.source)
    if not found:
        return None
    code, name = (traced[id(one)] for one in found[int(kitchen.rng.integers(len(found)))])
    on_left, on_right = kitchen.deal(kitchen.others(code, name))
    rows = np.arange(kitchen.source.rows)
    some = _some(kitchen.source.rows, kitchen.rng)
    return [
        MadeTable(kitchen.source.name, (code.rows(rows), *(one.rows(rows) for one in on_left))),
        MadeTable(kitchen.title(_DETAILS), (kitchen.written(name.rows(some)), *(one.rows(some) for one in on_right))),
    ]


def _some(rows: int, rng: np.random.Generator) -> Integers:
    """Draw most of the rows."""
    return np.sort(rng.permutation(rows)[: max(1, int(rows * rng.uniform(0.6, 1.0)))])


RECIPES: dict[str, Callable[[Kitchen], list[MadeTable] | None]] = {
    "whole": whole,
    "rows": by_rows,
    "columns": by_columns,
    "parents": by_parents,
    "lookup": by_lookup,
}
"""Each returns tables of at least one column, or None where the source isn't fit for it."""
