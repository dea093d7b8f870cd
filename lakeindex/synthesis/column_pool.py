"""The pool of columns that labelled pairs are drawn from, grouped by what is known about their relations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from lakeindex.synthesis.column_lineage import ColumnLineage, find_lineage
from lakeindex.synthesis.duplicate_tables import NamedColumn, find_duplicate_tables
from lakeindex.synthesis.fragments import find_lookups
from lakeindex.synthesis.source_tables import Source, SourceColumn, SourceData
from lakeindex.synthesis.value_shapes import DISTINCTIVE_SHAPES, ValueShape
from lakeindex.types.names import words_of

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts

MOST_VALUES = 500
"""Distinct values of a column that are kept, the most frequent."""
_MOST_ROWS = 5_000
_LEAST_VALUES = 4
_SPLIT = DISTINCTIVE_SHAPES | {ValueShape.DATE, ValueShape.INTEGER, ValueShape.DECIMAL, ValueShape.YEAR}

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True, eq=False)
class PoolColumn:
    """A column that pairs are drawn from."""

    place: int
    """Its number; also the id of its lineage if it is the first column of it."""
    source: int
    table: str
    name: str
    values: Texts
    """Distinct, the most frequent first."""
    shape: ValueShape
    is_key: bool
    is_parent: bool
    """Whether its values repeat, so that they could be a parent table."""


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """A column of codes and the column of names that they stand for, with one name per code."""

    code: PoolColumn
    name: PoolColumn
    codes: Texts
    names: Texts


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """The columns, and the groups that pairs are drawn from; each group in the columns' order."""

    columns: tuple[PoolColumn, ...]
    lineage: ColumnLineage
    lookups: tuple[Lookup, ...]
    by_shape: tuple[tuple[int, ...], ...]
    """Columns of the same shape, for shapes found in two sources or more."""
    by_header: tuple[tuple[int, ...], ...]
    """Columns with the same header, for headers found in two sources or more."""
    by_source: tuple[tuple[int, ...], ...]
    """Columns of the same source, for sources with two columns or more."""
    domains: tuple[tuple[int, ...], ...]
    """Columns of the same lineage, for lineages found in two sources or more."""
    distinctive: tuple[int, ...]
    """Columns to split by rows, with distinctive values."""
    measured: tuple[int, ...]
    """Columns to split by rows, of numbers or dates."""
    keys: tuple[int, ...]
    parents: tuple[int, ...]

    @classmethod
    def of(cls, data: Iterable[SourceData]) -> Pool:
        """Build a pool from sources, one at a time, keeping only the most frequent values of each column."""
        columns: list[PoolColumn] = []
        lookups: list[Lookup] = []
        for number, one in enumerate(data):
            if one.table.num_rows and one.table.num_columns:
                _add(Source.of(one, _MOST_ROWS), number, columns, lookups)
        links = [(lookup.code.place, lookup.name.place) for lookup in lookups]
        links += find_duplicate_tables(
            [NamedColumn(one.source, one.place, one.name, one.shape, one.values) for one in columns]
        )
        lineage = find_lineage([one.values for one in columns], [one.shape for one in columns], links)
        sources = [one.source for one in columns]
        able = [one for one in columns if len(one.values) >= _LEAST_VALUES]
        return cls(
            columns=tuple(columns),
            lineage=lineage,
            lookups=tuple(lookups),
            by_shape=_groups(((one.shape, one.place) for one in columns), sources),
            by_header=_groups(((words_of(one.name), one.place) for one in columns), sources),
            by_source=_groups((one.source, one.place) for one in columns),
            domains=_groups(((int(lineage.ids[one.place]), one.place) for one in columns), sources),
            distinctive=tuple(one.place for one in able if one.shape in DISTINCTIVE_SHAPES),
            measured=tuple(one.place for one in able if one.shape in _SPLIT - DISTINCTIVE_SHAPES),
            keys=tuple(one.place for one in able if one.is_key and one.shape in _SPLIT),
            parents=tuple(one.place for one in columns if one.is_parent),
        )


def _add(source: Source, number: int, columns: list[PoolColumn], lookups: list[Lookup]) -> None:
    placed: dict[int, PoolColumn] = {}
    for column in source.columns:
        if column.shape is not ValueShape.EMPTY:
            placed[id(column)] = _pool_column(column, len(columns), number, source.name)
            columns.append(placed[id(column)])
    for code, name in find_lookups(source):
        _, rows = np.unique(code.codes, return_index=True)
        rows = np.sort(rows[code.codes[rows] >= 0])[:MOST_VALUES]
        rows = rows[name.codes[rows] >= 0]
        codes, names = code.distinct.take(code.codes[rows]), name.distinct.take(name.codes[rows])
        lookups.append(Lookup(placed[id(code)], placed[id(name)], codes, names))


def _pool_column(column: SourceColumn, place: int, source: int, table: str) -> PoolColumn:
    return PoolColumn(
        place=place,
        source=source,
        table=table,
        name=column.name,
        # A copy: a slice would keep all values alive.
        values=column.distinct.take(np.arange(min(len(column.distinct), MOST_VALUES))),
        shape=column.shape,
        is_key=column.is_key,
        is_parent=column.shape in DISTINCTIVE_SHAPES and 3 <= len(column.distinct) <= 0.7 * column.filled,
    )


def _groups(keyed: Iterable[tuple[Key, int]], sources: Sequence[int] | None = None) -> tuple[tuple[int, ...], ...]:
    """Group columns by a key; keep groups of two columns or, where `sources` are given, of columns of two sources."""
    groups: defaultdict[Key, list[int]] = defaultdict(list)
    for key, place in keyed:
        groups[key].append(place)
    return tuple(
        tuple(places)
        for places in groups.values()
        if len(places if sources is None else {sources[place] for place in places}) > 1
    )
