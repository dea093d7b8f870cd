"""The table check: a DuckDB file holds the expected tables, and nothing that runs when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from lakeindex.catalog.database import connect, reason_of
from lakeindex.errors import IndexDamaged
from lakeindex.sql import literal, quoted

Types = Mapping[str, str]
"""The SQL type of each column, by its name, in the table's order."""

_CHECKED = "checked"

# A view or a macro could read any file, under the name of a table or of a function.
_OTHERS = " UNION ALL ".join(
    f"SELECT '{kind}', {name} FROM {listing}() WHERE database_name = '{_CHECKED}' AND NOT internal"
    for kind, listing, name in (
        ("view", "duckdb_views", "view_name"),
        ("function", "duckdb_functions", "function_name"),
        ("type", "duckdb_types", "type_name"),
        ("schema", "duckdb_schemas", "schema_name"),
    )
)
_MORE = f"""
UNION ALL SELECT 'sequence', sequence_name FROM duckdb_sequences() WHERE database_name = '{_CHECKED}'
UNION ALL SELECT 'index', index_name FROM duckdb_indexes() WHERE database_name = '{_CHECKED}'
UNION ALL SELECT 'default', column_name FROM duckdb_columns()
          WHERE database_name = '{_CHECKED}' AND column_default IS NOT NULL
UNION ALL SELECT 'constraint', table_name FROM duckdb_constraints() WHERE database_name = '{_CHECKED}'
"""
_FOUND = f"""
SELECT table_name, list(column_name ORDER BY column_index), list(data_type ORDER BY column_index)
FROM duckdb_columns() WHERE database_name = '{_CHECKED}' AND NOT internal GROUP BY ALL
"""


def require_expected_tables(path: Path, tables: Mapping[str, Types | None], memory: str) -> None:
    """Raise IndexDamaged unless the file holds exactly these tables, and all their rows can be read.

    A table without types may have any columns.
    """
    try:
        # Attached under a name of its own, so that nothing in the file can take the place of a DuckDB function.
        with connect(None, memory) as connection:
            connection.execute(f"ATTACH {literal(str(path))} AS {_CHECKED} (READ_ONLY)")
            connection.execute("SET enable_external_access = false")
            found = {name: list(zip(*columns, strict=True)) for name, *columns in connection.sql(_FOUND).fetchall()}
            others = [one for one in connection.sql(_OTHERS + _MORE).fetchall() if one != ("schema", "main")]
            if others or not _are_expected(found, tables):
                raise IndexDamaged(f"{path} holds other tables than it should, or more; build the index again")
            for name in tables:
                for batch in connection.sql(f"SELECT * FROM {_CHECKED}.{quoted(name)}").to_arrow_reader():
                    batch.validate(full=True)
    except (duckdb.Error, ValueError, RuntimeError) as error:
        raise IndexDamaged(f"{path} can't be read ({reason_of(error)}); build the index again") from error


def _are_expected(found: Mapping[str, list[tuple[str, str]]], tables: Mapping[str, Types | None]) -> bool:
    return found.keys() == tables.keys() and all(
        types is None or found[name] == list(types.items()) for name, types in tables.items()
    )
