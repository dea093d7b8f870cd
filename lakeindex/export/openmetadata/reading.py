"""What OpenMetadata knows of a table: as it is now, and who wrote each version of it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from lakeindex.export.catalog_server import CatalogServer
from lakeindex.export.openmetadata.constraints import Constraint

TABLES = "/api/v1/tables"
Table = dict[str, Any]


def find_table(server: CatalogServer, name: str) -> Table | None:
    """Return a table by its whole name, None where there is none."""
    found = server.get(f"{TABLES}/name/{quote(name, safe='')}", fields="columns,tableConstraints")
    return None if found is None else dict(found)


def versions_of(server: CatalogServer, table: Table) -> list[tuple[str, list[Constraint]]]:
    """Return who wrote each version of a table, the newest first, and its constraints."""
    found = server.get(f"{TABLES}/{table['id']}/versions") or {}
    versions = [json.loads(one) if isinstance(one, str) else one for one in found.get("versions") or []]
    return [(str(one.get("updatedBy", "")), one.get("tableConstraints") or []) for one in versions]
