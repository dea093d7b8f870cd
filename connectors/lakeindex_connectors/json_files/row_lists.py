"""Rows that are arrays: their columns are named beside them, in their first row, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lakeindex_connectors.header_evidence import certain_names

Row = list[object]

_NAMES_OF_COLUMNS = ("columns", "fields", "header", "headers", "names", "column_names", "colnames")
_NAME_OF_COLUMN = ("name", "field", "fieldName", "column_name", "label", "title", "id", "key")
_MAX_DEPTH = 3
_TRIED_ROWS = 1000


def are_rows(value: Sequence[object]) -> bool:
    """Return whether an array holds arrays and nothing else, at least one of them with a value."""
    return any(isinstance(one, list) and one for one in value) and all(isinstance(one, list) for one in value)


def named_rows(
    value: Sequence[object],
    containers: Sequence[Mapping[str, object]] = (),
    must_be_named: bool = False,
    only_certain_names: bool = False,
) -> Iterator[dict[str, object]]:
    """Yield rows as objects; the index of a pandas frame comes first, where it is no mere count.

    Names are looked for in `containers`, the objects around the array, the innermost last. With `must_be_named` there
    are no rows without them, else the first row names the columns where it is one of names, and where it isn't they are
    numbered; with `only_certain_names` so are those whose name may be a value.
    """
    rows = [row for row in value if isinstance(row, list)]
    width = max(map(len, rows))
    names = next((found for one in reversed(containers) for found in _names(one, width, 0)), None)
    if names is None and must_be_named:
        return
    if names is None and _is_header(rows, width):
        names, rows = [str(name) for name in rows[0]], rows[1:]
        names = _certain(names, rows) if only_certain_names else names
    names = names or [_numbered(place) for place in range(width)]
    index = containers[-1].get("index") if containers else None
    if isinstance(index, list) and len(index) == len(rows) and index != list(range(len(rows))) and "index" not in names:
        names, rows = ["index", *names], [[at, *row] for at, row in zip(index, rows, strict=True)]
    for row in rows:
        yield dict(zip(names, row, strict=False))


def _certain(names: Sequence[str], rows: Sequence[Row]) -> list[str]:
    """Return the names with the number of the column in place of each that may be a value."""
    columns = [[_text(row[place]) for row in rows if place < len(row)] for place in range(len(names))]
    return [name or _numbered(place) for place, name in enumerate(certain_names(names, columns))]


def _text(cell: object) -> str | None:
    return None if cell is None else str(cell)


def _numbered(place: int) -> str:
    return f"column_{place + 1}"


def _names(container: Mapping[str, object], width: int, depth: int) -> Iterator[list[str]]:
    """Yield lists of as many different names as there are columns, from an object and those in it."""
    for key in _NAMES_OF_COLUMNS:
        listed = container.get(key)
        if isinstance(listed, list) and len(listed) == width:
            names = [_name(one) for one in listed]
            if all(names) and len(set(names)) == width:
                yield names
    for inner in container.values():
        if isinstance(inner, dict) and depth < _MAX_DEPTH:
            yield from _names(inner, width, depth + 1)


def _name(value: object) -> str:
    if isinstance(value, dict):
        value = next((value[key] for key in _NAME_OF_COLUMN if key in value), "")
    return str(value) if isinstance(value, str | int) else ""


def _is_header(rows: Sequence[Row], width: int) -> bool:
    """Return whether the first row names the columns: it holds names, all different, that are no values below."""
    first, rest = rows[0], rows[1:_TRIED_ROWS]
    if len(first) != width or not rest or not all(isinstance(name, str) and _is_name(name) for name in first):
        return False
    below = [
        {cell for row in rest for cell in row[place : place + 1] if isinstance(cell, str)} for place in range(width)
    ]
    has_values = any(not isinstance(cell, str) or not _is_name(cell) for row in rest for cell in row)
    return has_values and len(set(first)) == width and not any(map(set.__contains__, below, first))


def _is_name(text: str) -> bool:
    """Return whether a text may name a column: it isn't empty and no number."""
    try:
        float(text)
    except ValueError:
        return bool(text.strip())
    return False
