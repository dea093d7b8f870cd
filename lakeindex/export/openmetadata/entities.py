"""The requests that make tables that OpenMetadata lacks, and the service, database and schema that they are in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lakeindex.export.described_lake import DescribedColumn, DescribedTable
from lakeindex.export.naming import Naming
from lakeindex.export.openmetadata.names import entity_name, parts_of, quoted_name, schema_name
from lakeindex.types.columns import Kind

_TYPES = {
    Kind.BOOLEAN: "BOOLEAN",
    Kind.INTEGER: "BIGINT",
    Kind.DECIMAL: "DOUBLE",
    Kind.DATE: "DATE",
    Kind.EMPTY: "NULL",
}
Request = tuple[str, dict[str, Any]]
"""The path of a PUT, and its body."""


def containers(naming: Naming) -> Iterator[Request]:
    """Yield what makes the service, the database and the schema, or leaves them as they are."""
    service, database, schema = parts_of(schema_name(naming))
    custom = {"serviceType": "CustomDatabase", "connection": {"config": {"type": "CustomDatabase"}}}
    yield "/api/v1/services/databaseServices", {"name": service} | custom
    yield "/api/v1/databases", {"name": database, "service": quoted_name(service)}
    whole = f"{quoted_name(service)}.{quoted_name(database)}"
    yield "/api/v1/databaseSchemas", {"name": schema, "database": whole}


def table_request(naming: Naming, table: DescribedTable) -> Request:
    """Return what makes a table with its columns."""
    columns = [_column(column) for column in table.columns]
    return "/api/v1/tables", {"name": entity_name(table.id), "databaseSchema": schema_name(naming), "columns": columns}


def _column(column: DescribedColumn) -> dict[str, Any]:
    return {
        "name": entity_name(column.name),
        "dataType": _TYPES.get(column.kind, "STRING"),
        "dataTypeDisplay": column.sql_type.lower(),
    }
