"""The attributes that a person names as the key: in every table, the columns of that name are the attribute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lakeindex.catalog.nearest_names import nearest_names
from lakeindex.errors import NotFound
from lakeindex.integrate.alignment import AlignedColumn, Alignment, Attribute


def with_key(alignment: Alignment, names: Sequence[str]) -> tuple[Alignment, list[int]]:
    """Return the alignment with the key's attributes, and their places, in the order of `names`.

    Raises NotFound with the nearest names where no table has such a column.
    """
    for name in names:
        alignment = _with_one(alignment, name)
    named = alignment.names()
    return alignment, [named.index(name) for name in names]


def _with_one(alignment: Alignment, name: str) -> Alignment:
    place = _attribute_of(alignment, name)
    chosen = alignment.attributes[place]
    taken = {one.column.table for one in chosen.columns}
    more = [
        AlignedColumn(one.column, 1.0)
        for attribute in alignment.attributes
        for one in attribute.columns
        if one.column.name == name and one.column.table not in taken
    ]
    columns = tuple(sorted([*chosen.columns, *more], key=lambda one: one.column))
    moved = {one.column for one in more}
    kept = []
    for at, attribute in enumerate(alignment.attributes):
        left = columns if at == place else tuple(one for one in attribute.columns if one.column not in moved)
        if left:
            kept.append(replace(attribute, columns=left))
    return Alignment(tuple(_renamed(kept, chosen.name, name)))


def _attribute_of(alignment: Alignment, name: str) -> int:
    """Return the attribute of a name; else the one that most columns of that name are in."""
    names = alignment.names()
    if name in names:
        return names.index(name)
    counts = [sum(one.column.name == name for one in attribute.columns) for attribute in alignment.attributes]
    if not any(counts):
        known = {*names, *(one.column.name for attribute in alignment.attributes for one in attribute.columns)}
        raise NotFound(f"no table has a column {name!r}{nearest_names(name, sorted(known))}")
    return counts.index(max(counts))


def _renamed(attributes: Sequence[Attribute], old: str, new: str) -> list[Attribute]:
    """Name the key as the person does; no other attribute has that name, or it would have been the key."""
    return [replace(one, name=new) if one.name == old else one for one in attributes]
