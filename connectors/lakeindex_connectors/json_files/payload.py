"""Find the records inside a JSON document: `{"meta": {...}, "data": [...]}` is an envelope around its `data`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lakeindex_connectors.json_files.row_lists import are_rows, named_rows

Path = tuple[str, ...]

_MAX_DEPTH = 3
_RECORDS = ("data", "results", "result", "records", "rows", "features", "docs", "hits", "observations", "dataset")
"""Names of fields whose arrays are the records, whatever is beside them."""
_LISTS = ("items", "value", "values", "list", "content", "elements", "objects", "entries", "resources")
"""Names of fields that are so too, but where they are part of a record."""
_ABOUT = frozenset(
    (
        *("meta", "metadata", "info", "header", "headers", "schema", "columns", "fields", "names", "index"),
        *("_links", "paging", "pagination", "page", "pages", "per_page", "perpage", "pagesize", "page_size"),
        *("limit", "offset", "start", "skip", "size", "count", "total", "totalcount", "total_count", "numfound"),
        *("next", "previous", "prev", "first", "last", "cursor", "has_more", "hasmore", "truncated", "took"),
        *("status", "statuscode", "success", "ok", "code", "message", "error", "errors", "warnings", "help", "license"),
        *("timestamp", "time", "date", "generated", "generated_at", "updated", "updated_at", "last_updated", "version"),
        *("kind", "type", "etag", "self", "url", "href", "source", "query", "request", "crs", "bbox", "language"),
        *("copyright", "attribution", "credits", "documentation", "about", "comment", "params", "parameters"),
    )
)
"""Names of fields that say something about the records."""
_ENTITY = re.compile(r"_?id|uuid|guid|key|name|.*_id|[a-z]+Id|sku|isbn|iban")
"""Names of fields that an object has when it is a record itself."""
_DOMINANT = 10
"""An array of so many objects is what a document is about, unless that is a record."""


@dataclass(frozen=True, slots=True)
class Payload:
    """Where in a document the rows of a table are."""

    path: Path
    """The names of the fields that lead to the array; empty for the document itself."""
    notes: tuple[str, ...] = ()
    is_part: bool = False
    """Whether the document holds other tables beside it."""


@dataclass(frozen=True, slots=True)
class _Array:
    path: Path
    length: int
    containers: tuple[Mapping[str, object], ...]
    """The objects that it is in, from the document to the one that has it as a field."""

    @property
    def name(self) -> str:
        return self.path[-1].lower()

    @property
    def is_in_record(self) -> bool:
        """Whether an object around it is a record itself, of which the array is a part."""
        return any(
            _ENTITY.fullmatch(key) and isinstance(value, str | int)
            for container in self.containers
            for key, value in container.items()
        )

    @property
    def is_all(self) -> bool:
        """Whether what is beside it are other arrays of objects, or says something about them, or is little."""
        return self.length >= _DOMINANT or not any(
            _is_content(key, value)
            for name, container in zip(self.path, self.containers, strict=True)
            for key, value in container.items()
            if key != name
        )


def payloads_of(document: object) -> tuple[Payload, ...]:
    """Return where the tables of a document are: one, or one for each array of an object that holds several.

    An array is a table itself, an object that is no envelope one row.
    """
    if not isinstance(document, dict):
        return (Payload(()),)
    if document.get("type") == "FeatureCollection" and isinstance(document.get("features"), list):
        return (Payload(("features",), ("the rows are the features of a GeoJSON file",)),)
    found = list(_arrays(document, (), ()))
    arrays = [array for array in found if array.name not in _ABOUT] or found
    for chosen in (_named(arrays, _RECORDS, is_strong=True), _named(arrays, _LISTS, is_strong=False)):
        if chosen is not None:
            return (Payload(chosen.path, (_note(chosen),)),)
    for depth in range(1, _MAX_DEPTH + 1):
        level = [array for array in arrays if len(array.path) == depth]
        if level and not any(array.is_in_record for array in level) and all(array.is_all for array in level):
            if len(level) == 1:
                return (Payload(level[0].path, (_note(level[0]),)),)
            return tuple(Payload(array.path, (f"one of {len(level)} arrays of the file",), True) for array in level)
    return (Payload(()),)


def rows_at(document: object, path: Path, only_certain_names: bool = False) -> Iterator[object]:
    """Return what a path leads to, row by row; an object is one row. Raises KeyError if it is gone.

    With `only_certain_names`, what may be a value names no column of rows that are arrays.
    """
    found = document
    containers: list[Mapping[str, object]] = []
    for name in path:
        if not isinstance(found, dict):
            raise KeyError(name)
        containers.append(found)
        found = found[name]
    if not isinstance(found, list):
        return iter((found,))
    if not are_rows(found):
        return iter(found)
    return named_rows(found, containers, only_certain_names=only_certain_names)


def _arrays(value: Mapping[str, object], above: Path, containers: tuple[Mapping[str, object], ...]) -> Iterator[_Array]:
    around = (*containers, value)
    for key, inner in value.items():
        path = (*above, key)
        if isinstance(inner, list) and _is_table(inner, around):
            yield _Array(path, len(inner), around)
        elif isinstance(inner, dict) and len(path) < _MAX_DEPTH:
            yield from _arrays(inner, path, around)


def _is_table(value: Sequence[object], containers: Sequence[Mapping[str, object]]) -> bool:
    """Return whether an array holds objects, or rows whose columns are named beside it."""
    if any(isinstance(one, dict) and one for one in value):
        return all(one is None or isinstance(one, dict) for one in value)
    return are_rows(value) and next(named_rows(value, containers, must_be_named=True), None) is not None


def _is_content(key: str, value: object) -> bool:
    """Return whether a field is more than a remark on the arrays beside it, and no such array."""
    is_array = isinstance(value, list) and all(isinstance(one, dict) for one in value)
    return value is not None and not is_array and key.lower() not in _ABOUT and key[:1] not in "@$_"


def _named(arrays: Sequence[_Array], names: Sequence[str], is_strong: bool) -> _Array | None:
    """Return the array with one of the names that is the least deep, of these the one with the first name."""
    found = [
        array
        for array in arrays
        if array.name in names and not (array.is_in_record and not (is_strong and _is_outermost(array)))
    ]
    return min(found, key=lambda array: (len(array.path), names.index(array.name)), default=None)


def _is_outermost(array: _Array) -> bool:
    return len(array.path) == 1 and array.length > 1


def _note(chosen: _Array) -> str:
    beside = [key for key in chosen.containers[0] if key != chosen.path[0]]
    inner = [
        ".".join((*chosen.path[:depth], key))
        for depth, container in enumerate(chosen.containers[1:], 1)
        for key in container
        if key != chosen.path[depth]
    ]
    others = [*beside, *inner]
    more = " ..." if len(others) > _DOMINANT else ""
    left_out = f"; not read: {', '.join(others[:_DOMINANT])}{more}" if others else ""
    return f"the records are those of {'.'.join(chosen.path)!r}{left_out}"
