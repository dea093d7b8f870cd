"""Read the foreignKeys of `datapackage.json`, as Frictionless has them.

https://specs.frictionlessdata.io/table-schema/#foreign-keys.
"""

from __future__ import annotations

from typing import Any

from lakeindex.lake_map.declared.declarations import Declarations
from lakeindex.lake_map.declared.json_objects import JsonObject, object_in, objects_in, texts_of
from lakeindex.lake_map.declared.sidecars import Sidecar
from lakeindex.types.lake import ColumnId, TableId

DATA_PACKAGE = "datapackage.json"


def read_package(sidecar: Sidecar, package: Any, found: Declarations) -> None:
    """Read the foreign keys of all resources."""
    resources = objects_in(package, "resources")
    named = {str(one.get("name")): one for one in reversed(resources)}
    for resource in resources:
        for one in objects_in(resource.get("schema"), "foreignKeys"):
            reference = object_in(one, "reference")
            target = reference.get("resource") or resource.get("name")
            child = _columns(sidecar, resource, one.get("fields"), found)
            parent = _columns(sidecar, named.get(str(target), {}), reference.get("fields"), found)
            what = f"{one.get('fields')} of {resource.get('name')!r} to {reference.get('fields')} of {target!r}"
            found.add(child, parent, sidecar.name, what)


def _columns(sidecar: Sidecar, resource: JsonObject, fields: Any, found: Declarations) -> tuple[ColumnId, ...]:
    paths = texts_of(resource.get("path"))
    table = TableId(str(sidecar.folder / paths[0])) if len(paths) == 1 else None
    return found.columns(table, texts_of(fields))
