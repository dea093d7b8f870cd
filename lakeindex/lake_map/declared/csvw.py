"""Read the keys of CSVW metadata: https://www.w3.org/TR/tabular-metadata/#schemas, primaryKey and foreignKeys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any
from urllib.parse import unquote, urlsplit

from lakeindex.lake_map.declared.declarations import Declarations
from lakeindex.lake_map.declared.json_objects import JsonObject, object_in, objects_in, texts_of
from lakeindex.lake_map.declared.sidecars import Sidecar
from lakeindex.types.lake import ColumnId, TableId

_SUFFIX, _PLAIN = "-metadata.json", "metadata.json"


def is_csvw(file: str) -> bool:
    """Whether a file is called as metadata of CSV files are."""
    return file == _PLAIN or file.endswith(_SUFFIX)


def read_csvw(sidecar: Sidecar, metadata: Any, found: Declarations) -> None:
    """Read the keys of a table, or of all tables of a group."""
    described = objects_in(metadata, "tables") or ([metadata] if isinstance(metadata, dict) else [])
    group = _Group(sidecar, [_Described(sidecar.folder, one) for one in described], found)
    for table in group.tables:
        group.add_primary(table)
        for one in objects_in(table.schema, "foreignKeys"):
            group.add(table, one)


@dataclass(frozen=True)
class _Described:
    """A table as it is described."""

    folder: PurePosixPath
    table: JsonObject

    @cached_property
    def schema(self) -> JsonObject:
        return object_in(self.table, "tableSchema")

    @cached_property
    def id(self) -> TableId | None:
        """The table in the lake; None for one that is elsewhere."""
        url = self.table.get("url")
        return _within(self.folder, url) if isinstance(url, str) else None

    def headers(self, name: str) -> Iterator[str]:
        """Yield what the header of a column may be: its name, then its titles."""
        yield name
        for one in objects_in(self.schema, "columns"):
            if one.get("name") == name:
                titles = one.get("titles")
                yield from _titles(titles.values() if isinstance(titles, dict) else [titles])


def _titles(several: Any) -> Iterator[str]:
    """Yield titles, a text or a list of them in each language."""
    for one in several:
        yield from texts_of(one)


def _within(folder: PurePosixPath, url: str) -> TableId | None:
    """Return the table at a relative address."""
    parts = urlsplit(url)
    return None if parts.scheme or parts.netloc else TableId(normpath(str(folder / unquote(parts.path))))


@dataclass(frozen=True, slots=True)
class _Group:
    sidecar: Sidecar
    tables: Sequence[_Described]
    found: Declarations

    def add_primary(self, table: _Described) -> None:
        names = texts_of(table.schema.get("primaryKey"))
        headers = [column.name for column in self._columns(table, names)] or names
        self.found.add_unique(table.id, headers, True, self.sidecar.name)

    def add(self, table: _Described, key: JsonObject) -> None:
        reference = object_in(key, "reference")
        parents = [one for one in self.tables if self._is_meant(reference, one)]
        fields, others = key.get("columnReference"), reference.get("columnReference")
        parent = self._columns(parents[0], others) if len(parents) == 1 else ()
        meant = reference.get("resource") or reference.get("schemaReference")
        what = f"{fields} of {table.table.get('url')!r} to {others} of {meant!r}"
        self.found.add(self._columns(table, fields), parent, self.sidecar.name, what)

    def _is_meant(self, reference: JsonObject, table: _Described) -> bool:
        resource, schema = reference.get("resource"), reference.get("schemaReference")
        if isinstance(resource, str):
            return table.id is not None and table.id == _within(self.sidecar.folder, resource)
        return isinstance(schema, str) and schema in (table.schema.get("@id"), table.table.get("tableSchema"))

    def _columns(self, table: _Described, names: Any) -> tuple[ColumnId, ...]:
        found: list[ColumnId] = []
        for name in texts_of(names):
            headers = (self.found.columns(table.id, [header]) for header in table.headers(name))
            found += next(filter(None, headers), ())
        return tuple(found) if len(found) == len(texts_of(names)) else ()
