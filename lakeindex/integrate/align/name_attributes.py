"""Name clusters of columns, and put them in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.integrate.align.column_set import ColumnSet
from lakeindex.integrate.alignment import AlignedColumn, Attribute
from lakeindex.types.lake import ColumnId
from lakeindex.types.names import sql_names


def attributes_of(columns: ColumnSet, clusters: Integers, probabilities: Floats) -> tuple[Attribute, ...]:
    """Return the attributes that clusters of columns, (n,), are, each column with its probability, (n,).

    They are ordered as the columns of the widest table, then as those of the next one that no table before has.
    """
    order = list(dict.fromkeys(clusters[_by_width(columns.tables)].tolist()))
    members = [np.flatnonzero(clusters == cluster) for cluster in order]
    names = _unique_names(columns, members)
    return tuple(
        Attribute(name, _aligned(columns, places, probabilities)) for name, places in zip(names, members, strict=True)
    )


def _by_width(tables: Integers) -> Integers:
    widths = np.bincount(tables, minlength=1)[tables]
    return np.lexsort((np.arange(len(tables)), tables, -widths))


def _aligned(columns: ColumnSet, places: Integers, probabilities: Floats) -> tuple[AlignedColumn, ...]:
    found = [AlignedColumn(columns.ids[place], float(probabilities[place])) for place in places.tolist()]
    return tuple(sorted(found, key=lambda one: one.column))


def _unique_names(columns: ColumnSet, members: Sequence[Integers]) -> list[str]:
    """Name each attribute; of those that would have one name, the one with the most values keeps it."""
    names = [_most_frequent_name(columns, places) for places in members]
    filled = columns.facts.rows - columns.facts.nulls
    values = [int(filled[places].sum()) for places in members]
    keeps: dict[str, int] = {}
    for place in sorted(range(len(members)), key=lambda place: -values[place]):
        keeps.setdefault(names[place].lower(), place)
    # Those that keep their names come first, so that no other takes one of them.
    first = sorted(range(len(members)), key=lambda place: keeps[names[place].lower()] != place)
    wanted = [
        names[place]
        if keeps[names[place].lower()] == place
        else f"{names[place]} ({_main_table(columns, members[place], filled)})"
        for place in first
    ]
    named = dict(zip(first, sql_names(wanted), strict=True))
    return [named[place] for place in range(len(members))]


def _most_frequent_name(columns: ColumnSet, places: Integers) -> str:
    """Return the header that most columns bear, the shortest of those; one that only counts columns where all do."""
    is_positional = columns.names.is_positional[columns.names.places[places]]
    telling = places[~is_positional] if not is_positional.all() else places
    counts: Counter[str] = Counter(columns.ids[place].name for place in telling.tolist())
    return sorted(counts, key=lambda name: (-counts[name], len(name), name))[0]


def _main_table(columns: ColumnSet, places: Integers, filled: Integers) -> str:
    return str(columns.ids[int(places[np.argmax(filled[places])])].table)


def free_name(column: ColumnId, taken: Collection[str]) -> str:
    """Return a name for an attribute of a single column that none of those that are taken is, to SQL."""
    wanted = (column.name, f"{column.name} ({column.table})")
    known = {name.lower() for name in taken}
    free = [name for name in wanted if name.lower() not in known]
    return free[0] if free else sql_names([*taken, wanted[-1]])[-1]
