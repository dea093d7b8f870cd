"""What things are called in OpenMetadata: service, database, schema, table and column, with dots between."""

from __future__ import annotations

from lakeindex.export.naming import Naming
from lakeindex.types.lake import TableId

_SCHEMA = "default.lake"


def schema_name(naming: Naming) -> str:
    """Return the schema in which the tables are: that of the prefix, `database.schema`, in the service."""
    return f"{quoted_name(naming.service)}.{naming.prefix.rstrip('.') or _SCHEMA}"


def table_name(naming: Naming, table: TableId) -> str:
    """Return the whole name of a table."""
    return naming.names.get(table) or f"{schema_name(naming)}.{quoted_name(table)}"


def column_name(naming: Naming, table: TableId, column: str) -> str:
    """Return the whole name of a column."""
    return f"{table_name(naming, table)}.{quoted_name(column)}"


def quoted_name(name: str) -> str:
    """Quote a part of a name where it holds what separates parts."""
    return '"' + name.replace('"', '\\"') + '"' if "." in name or '"' in name else name


def parts_of(name: str) -> list[str]:
    """Split a whole name into its parts, without quotes."""
    parts, part, is_quoted, is_escaped = [], "", False, False
    for one in name:
        if is_escaped:
            part, is_escaped = part + one, False
        elif one == "\\" and is_quoted:
            is_escaped = True
        elif one == '"':
            is_quoted = not is_quoted
        elif one == "." and not is_quoted:
            parts.append(part)
            part = ""
        else:
            part += one
    return [*parts, part]
