"""Read the keys of `datapackage.json`, as Frictionless has them: primaryKey, uniqueKeys, unique fields, foreignKeys.

https://specs.frictionlessdata.io/table-schema/ and https://datapackage.org/standard/table-schema/.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lakeindex.lake_map.declared.declarations import Declarations
from lakeindex.lake_map.declared.json_objects import JsonObject, object_in, objects_in, texts_of
from lakeindex.lake_map.declared.sidecars import Sidecar
from lakeindex.types.lake import ColumnId, TableId

DATA_PACKAGE = "datapackage.json"


def read_package(sidecar: Sidecar, package: Any, found: Declarations) -> None:
    """Read the keys of all resources."""
    resources = objects_in(package, "resources")
    named = {str(one.get("name")): one for one in reversed(resources)}
    for resource in resources:
        for names, is_primary in _unique_in(resource.get("schema")):
            found.add_unique(_table_of(sidecar, resource), names, is_primary, sidecar.name)
        for one in objects_in(resource.get("schema"), "foreignKeys"):
            reference = object_in(one, "reference")
            target = reference.get("resource") or resource.get("name")
            child = _columns(sidecar, resource, one.get("fields"), found)
            parent = _columns(sidecar, named.get(str(target), {}), reference.get("fields"), found)
            what = f"{one.get('fields')} of {resource.get('name')!r} to {reference.get('fields')} of {target!r}"
            found.add(child, parent, sidecar.name, what)


def _unique_in(schema: Any) -> Iterator[tuple[list[str], bool]]:
    """Yield the names of the columns of each key of a table, and whether it is the primary one."""
    own = object_in({"schema": schema}, "schema")
    yield texts_of(own.get("primaryKey")), True
    several = own.get("uniqueKeys")
    for names in several if isinstance(several, list) else []:
        yield texts_of(names), False
    for field in objects_in(own, "fields"):
        if object_in(field, "constraints").get("unique") is True:
            yield texts_of(field.get("name")), False


def _columns(sidecar: Sidecar, resource: JsonObject, fields: Any, found: Declarations) -> tuple[ColumnId, ...]:
    return found.columns(_table_of(sidecar, resource), texts_of(fields))


def _table_of(sidecar: Sidecar, resource: JsonObject) -> TableId | None:
    """Return the table of a resource; None for one of several files."""
    paths = texts_of(resource.get("path"))
    return TableId(str(sidecar.folder / paths[0])) if len(paths) == 1 else None
