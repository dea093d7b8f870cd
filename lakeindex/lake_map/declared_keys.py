"""Read the keys that a lake declares: the primaryKey and foreignKeys of `datapackage.json`, as Frictionless has them.

https://specs.frictionlessdata.io/table-schema/#foreign-keys. A lake is a stranger's: the file is a regular one inside
the lake's folder, of bounded size, and what it names has to be there; all else is left out with a remark.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from lakeindex.catalog.directory import Directory
from lakeindex.files.regular_file import open_regular
from lakeindex.types.lake import ColumnId, TableId

SIDECAR = "datapackage.json"
_MOST_BYTES = 16 << 20
_MOST_REMARKS = 5
_MOST_FOLDERS = 20_000


@dataclass(frozen=True, slots=True)
class DeclaredKey:
    """A foreign key that a lake declares."""

    child: tuple[ColumnId, ...]
    parent: tuple[ColumnId, ...]


@dataclass(frozen=True, slots=True)
class DeclaredKeys:
    """The keys that a lake declares, and what couldn't be read of them."""

    foreign: tuple[DeclaredKey, ...] = ()
    primary: tuple[tuple[ColumnId, ...], ...] = ()
    remarks: tuple[str, ...] = ()


def read_declared_keys(root: Path, directory: Directory) -> DeclaredKeys:
    """Read the sidecars of the folders in which there are tables, and of those above, up to the lake's own."""
    foreign: list[DeclaredKey] = []
    primary: list[tuple[ColumnId, ...]] = []
    remarks: list[str] = []
    for folder in _folders(directory.visible_tables()):
        path = root / folder / SIDECAR
        try:
            package = _read(path, root)
        except (OSError, ValueError, RecursionError) as error:
            remarks.append(f"{path} is left out: {_reason(error)}")
            continue
        reader = _Package(PurePosixPath(folder), directory, remarks, f"{folder}/{SIDECAR}".removeprefix("./"))
        for resource in _dicts(package, "resources"):
            foreign += reader.foreign_keys(resource, _dicts(package, "resources"))
            primary += reader.primary_key(resource)
    more = len(remarks) - _MOST_REMARKS
    shown = [*remarks[:_MOST_REMARKS], *([f"and {more:,} more"] if more > 0 else [])]
    return DeclaredKeys(tuple(foreign), tuple(primary), tuple(shown))


def _folders(tables: Sequence[TableId]) -> list[str]:
    folders = {str(parent) for table in tables for parent in PurePosixPath(table.partition("#")[0]).parents}
    return sorted(folders)[:_MOST_FOLDERS]


def _read(path: Path, root: Path) -> Any:
    """Return the content of a sidecar, nothing where there is none. Raises OSError and ValueError."""
    if not path.parent.is_dir() or not path.exists():
        return {}
    if not path.resolve().is_relative_to(root.resolve()):
        raise ValueError("it is a link that leaves the lake")
    with open_regular(path) as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError(f"it has more than {_MOST_BYTES:,} bytes")
    return json.loads(content)


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"it is no JSON (line {error.lineno}: {error.msg})"
    if isinstance(error, UnicodeDecodeError):
        return "it is no text in UTF-8"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error)


def _dicts(value: Any, name: str) -> list[dict[str, Any]]:
    """Return the objects in a list of an object; nothing where something else is in its place."""
    found = value.get(name) if isinstance(value, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


@dataclass(frozen=True, slots=True)
class _Package:
    folder: PurePosixPath
    directory: Directory
    remarks: list[str]
    name: str

    def foreign_keys(self, resource: dict[str, Any], resources: list[dict[str, Any]]) -> Iterator[DeclaredKey]:
        """Return the foreign keys of a resource whose columns are all in the lake."""
        for one in _dicts(resource.get("schema"), "foreignKeys"):
            reference = one.get("reference")
            reference = reference if isinstance(reference, dict) else {}
            target = reference.get("resource") or resource.get("name")
            named = [other for other in resources if other.get("name") == target]
            child = self._columns(resource, one.get("fields"))
            parent = self._columns(named[0], reference.get("fields")) if named else ()
            if child and len(child) == len(parent):
                yield DeclaredKey(child, parent)
            elif self.directory.globs.are_all:  # otherwise it may name what the caller may not see
                what = f"{one.get('fields')} of {resource.get('name')!r} to {reference.get('fields')} of {target!r}"
                self.remarks.append(f"{self.name} declares a key that fits no columns of the lake: {what}")

    def primary_key(self, resource: dict[str, Any]) -> list[tuple[ColumnId, ...]]:
        """Return the primary key of a resource, nothing where it has none in the lake."""
        schema = resource.get("schema")
        fields = schema.get("primaryKey") if isinstance(schema, dict) else None
        columns = self._columns(resource, fields) if fields else ()
        return [columns] if columns else []

    def _columns(self, resource: dict[str, Any], fields: Any) -> tuple[ColumnId, ...]:
        names = [fields] if isinstance(fields, str) else fields
        path = resource.get("path")
        path = path[0] if isinstance(path, list) and len(path) == 1 else path
        if not isinstance(path, str) or not isinstance(names, list) or not all(isinstance(one, str) for one in names):
            return ()
        table = TableId(str(self.folder / path))
        columns = tuple(ColumnId(table, name) for name in names)
        return columns if all(self.directory.has_column(column) for column in columns) else ()
