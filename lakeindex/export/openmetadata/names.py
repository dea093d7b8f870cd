"""What things are called in OpenMetadata: service, database, schema, table and column, with dots between."""

from __future__ import annotations

import re

from lakeindex.export.naming import Naming
from lakeindex.types.lake import TableId

_SCHEMA = "default.lake"
_RESERVED = {
    "::": "__reserved__colon__",
    ">": "__reserved__arrow__",
    '"': "__reserved__quote__",
    "\n": "__reserved__newline__",
    "\r": "__reserved__carriage_return__",
    "\t": "__reserved__tab__",
}
_PART = re.compile(r'(?:^|\.)(?:"([^"]*)"|([^."]*))')


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
    """Write a part of a name as it stands in a whole one: in quotes where it holds a dot."""
    written = entity_name(name)
    return f'"{written}"' if "." in written else written


def entity_name(name: str) -> str:
    """Write a name as OpenMetadata keeps it: with words for what it lets no name hold."""
    for mark, word in _RESERVED.items():
        name = name.replace(mark, word)
    return name


def parts_of(name: str) -> list[str]:
    """Split a whole name into its parts, as they are called elsewhere."""
    return [plain_name(quoted or plain) for quoted, plain in _PART.findall(name)]


def plain_name(name: str) -> str:
    """Return a name that OpenMetadata keeps as it is called elsewhere."""
    for mark, word in _RESERVED.items():
        name = name.replace(word, mark)
    return name
