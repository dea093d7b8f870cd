"""All columns that pairs are drawn from, with what is known of how they are related."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from lakeindex.synthesis.column_lineage import Origins, find_origins
from lakeindex.synthesis.duplicate_tables import NamedColumn, find_twins
from lakeindex.synthesis.fragments import find_lookups
from lakeindex.synthesis.source_tables import Source, SourceColumn, SourceData
from lakeindex.synthesis.value_shapes import DOMAINS, Look
from lakeindex.types.names import words_of

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts

MOST_VALUES = 500
"""Distinct values of a column that are kept, the most frequent."""
_MOST_ROWS = 5_000
_LEAST_VALUES = 4
_SPLIT = DOMAINS | {Look.DATE, Look.INTEGER, Look.DECIMAL, Look.YEAR}

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True, eq=False)
class PoolColumn:
    """A column that pairs are drawn from."""

    place: int
    """Its number, which is its origin's where it is the first of it."""
    source: int
    table: str
    name: str
    values: Texts
    """Distinct, the most frequent first."""
    look: Look
    is_key: bool
    is_parent: bool
    """Whether its values come again and again, so that a table of them could be made."""


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """Codes and the names of the same things, a value of the one for each of the other."""

    code: PoolColumn
    name: PoolColumn
    codes: Texts
    names: Texts


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """The columns, and the lists that pairs are drawn from; each list in the columns' order."""

    columns: tuple[PoolColumn, ...]
    origins: Origins
    lookups: tuple[Lookup, ...]
    by_look: tuple[tuple[int, ...], ...]
    """Columns of one look, for looks that columns of two sources have."""
    by_header: tuple[tuple[int, ...], ...]
    """Columns of one header, for headers that columns of two sources have."""
    by_source: tuple[tuple[int, ...], ...]
    """Columns of one source, for sources with two."""
    domains: tuple[tuple[int, ...], ...]
    """Columns of one origin, for origins that columns of two sources have."""
    telling: tuple[int, ...]
    """Columns to split by rows whose values tell what they are about."""
    measured: tuple[int, ...]
    """Columns to split by rows of numbers or dates."""
    keys: tuple[int, ...]
    parents: tuple[int, ...]

    @classmethod
    def of(cls, data: Iterable[SourceData]) -> Pool:
        """Look through sources, one at a time: of each only the frequent values of its columns are kept."""
        columns: list[PoolColumn] = []
        lookups: list[Lookup] = []
        for number, one in enumerate(data):
            if one.table.num_rows and one.table.num_columns:
                _add(Source.of(one, _MOST_ROWS), number, columns, lookups)
        links = [(lookup.code.place, lookup.name.place) for lookup in lookups]
        links += find_twins([NamedColumn(one.source, one.place, one.name, one.look, one.values) for one in columns])
        origins = find_origins([one.values for one in columns], [one.look for one in columns], links)
        sources = [one.source for one in columns]
        able = [one for one in columns if len(one.values) >= _LEAST_VALUES]
        return cls(
            columns=tuple(columns),
            origins=origins,
            lookups=tuple(lookups),
            by_look=_groups(((one.look, one.place) for one in columns), sources),
            by_header=_groups(((words_of(one.name), one.place) for one in columns), sources),
            by_source=_groups((one.source, one.place) for one in columns),
            domains=_groups(((int(origins.numbers[one.place]), one.place) for one in columns), sources),
            telling=tuple(one.place for one in able if one.look in DOMAINS),
            measured=tuple(one.place for one in able if one.look in _SPLIT - DOMAINS),
            keys=tuple(one.place for one in able if one.is_key and one.look in _SPLIT),
            parents=tuple(one.place for one in columns if one.is_parent),
        )


def _add(source: Source, number: int, columns: list[PoolColumn], lookups: list[Lookup]) -> None:
    placed: dict[int, PoolColumn] = {}
    for column in source.columns:
        if column.look is not Look.EMPTY:
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
        look=column.look,
        is_key=column.is_key,
        is_parent=column.look in DOMAINS and 3 <= len(column.distinct) <= 0.7 * column.filled,
    )


def _groups(keyed: Iterable[tuple[Key, int]], sources: Sequence[int] | None = None) -> tuple[tuple[int, ...], ...]:
    """Group columns by a key; keep groups of two columns, or of columns of two sources."""
    groups: defaultdict[Key, list[int]] = defaultdict(list)
    for key, place in keyed:
        groups[key].append(place)
    return tuple(
        tuple(places)
        for places in groups.values()
        if len(places if sources is None else {sources[place] for place in places}) > 1
    )
