"""Find pairs of tables of which one may refer to the other by several columns together: by names and single values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Flags, Integers
from lakeindex.lake_map.foreign_keys.key_columns import KeyColumns
from lakeindex.search.searcher import Searcher
from lakeindex.types.columns import Family, Kind

MOST_COLUMNS = 5
"""Of a composite key."""
_MOST_TABLES = 40
"""Tables that have a column of one name, from which on the name says nothing."""
_SAME_SCHEMA = 0.8
"""Tables with so many names in common are of one schema: neither refers to the other."""
_CONTAINED = 0.97
_NO_PARTS = (Kind.EMPTY, Kind.DECIMAL, Kind.BOOLEAN)


@dataclass(frozen=True, slots=True)
class CompositeCandidate:
    """Columns of a table, by key, and those of the leading ones of another table that they may refer to together."""

    children: tuple[int, ...]
    parents: tuple[int, ...]


def find_composite_candidates(searcher: Searcher, columns: KeyColumns) -> list[CompositeCandidate]:
    """Find the tables whose first columns, of which none is a key alone, another table has under the same names."""
    found = []
    for (child, parent), shared in sorted(_shared_names(columns).items()):
        if columns.same_schema(np.array([child]), np.array([parent]))[0] >= _SAME_SCHEMA:
            continue
        leading = [pair for place, pair in enumerate(sorted(shared, key=lambda one: one[1]))
                   if pair[1] == columns.directory.first_columns[parent] + place][:MOST_COLUMNS]  # fmt: skip
        if len(leading) >= 2 and _are_contained(searcher, leading):
            found.append(CompositeCandidate(*(tuple(one) for one in zip(*leading, strict=True))))
    return found


def _shared_names(columns: KeyColumns) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Return for each child and parent table the pairs of columns of one name, if the parent may have such a key."""
    able = _may_be_parts(columns)
    starts = _may_have_composite_key(columns)
    tables = columns.directory.tables.astype(np.int64)
    shared: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for group in _groups_of_one_name(columns, able):
        for parent in group[starts[tables[group]]].tolist():
            for child in group.tolist():
                if tables[child] != tables[parent]:
                    shared[int(tables[child]), int(tables[parent])].append((child, parent))
    return {pair: some for pair, some in shared.items() if len(some) >= 2}


def _may_be_parts(columns: KeyColumns) -> Flags:
    facts = columns.directory.facts
    visible = columns.directory.visible_columns()
    return np.asarray(visible & ~facts.is_kind(*_NO_PARTS) & (facts.distinct > 0) & (columns.null_shares == 0))


def _may_have_composite_key(columns: KeyColumns) -> Flags:
    """Return for each table, (tables,), whether its first column is none that tells rows apart alone."""
    first = columns.directory.first_columns[:-1]
    has_columns = np.diff(columns.directory.first_columns) >= 2
    is_key = np.append(columns.may_be_parents, False)[np.minimum(first, len(columns.directory))]
    return np.asarray(has_columns & ~is_key)


def _groups_of_one_name(columns: KeyColumns, able: Flags) -> Iterator[Integers]:
    places = np.flatnonzero(able)
    hashes = columns.directory.name_hashes[places]
    order = np.argsort(hashes, kind="stable")
    cuts = np.flatnonzero(np.diff(hashes[order])) + 1
    for group in np.split(places[order], cuts):
        if 2 <= len(group) <= _MOST_TABLES:
            yield group


def _are_contained(searcher: Searcher, pairs: list[tuple[int, int]]) -> bool:
    values = searcher.terms[Family.KEYS]
    for child, parent in pairs:
        compared = values.compare(values.look_up(values.column(child)), np.array([parent]))
        if compared.containment()[0] < _CONTAINED:
            return False
    return True
