"""Copy materialised rows from one database file into a new one, which holds nothing of the tables that stay behind."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lakeindex.catalog.database import connect
from lakeindex.sql import literal, quoted
from lakeindex.types.lake import TableId


def copy_rows(source: Path, tables: Iterable[TableId], target: Path, memory: str) -> None:
    """Copy the rows of some tables: blocks of others, which stay in a file after a DELETE, are not in the new one."""
    with connect(target, memory) as connection:
        connection.execute(f"ATTACH {literal(str(source))} AS source (READ_ONLY)")
        for table in tables:
            connection.execute(f"CREATE OR REPLACE TABLE {quoted(table)} AS SELECT * FROM source.{quoted(table)}")
        connection.execute("DETACH source")
