"""What the first page and that of a table show: which tables there are, and what their columns hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from lakeindex.catalog.directory import Directory
from lakeindex.lake import Lake
from lakeindex.store.manifest import MANIFEST
from lakeindex.types.lake import ColumnId, TableId

MOST_TABLES = 500
"""The first page lists so many; a search finds the others."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A table, and its size."""

    table: TableId
    rows: int
    columns: int


def tables_by_folder(lake: Lake) -> list[tuple[str, list[TableRow]]]:
    """Return the first tables with their sizes, those of each folder together."""
    listed = lake.opened.table_ids[:MOST_TABLES]
    rows = table_rows(lake.opened.searcher.directory, listed)
    rows.sort(key=lambda row: (_folder(row), row.table))
    return [(folder, list(found)) for folder, found in groupby(rows, _folder)]


def table_rows(directory: Directory, tables: Sequence[TableId]) -> list[TableRow]:
    """Return tables with their sizes; one without columns is not in the directory, and has no rows."""
    return [_row(directory, table) for table in tables]


def table_content(lake: Lake, table: str) -> dict[str, Any]:
    """Return a table's size and the profiles of its columns. Raises NotFound with the nearest names."""
    profiles = lake.profile(table).to_pylist()
    own = TableId(table)
    return {
        "table": table,
        "rows": max((one["rows"] for one in profiles), default=0),
        "columns": [(ColumnId(own, one["column"]), one) for one in profiles],
        "keeps_values": any(one["values"] for one in profiles),
    }


def published_at(generation: Path) -> str:
    """Return when a generation, given its folder, was written, for people."""
    written = (generation / MANIFEST).stat().st_mtime
    return f"{datetime.fromtimestamp(written, UTC):%Y-%m-%d %H:%M} UTC"


def _row(directory: Directory, table: TableId) -> TableRow:
    if not directory.has_table(table):
        return TableRow(table, 0, 0)
    keys = directory.keys_of_table(table)
    return TableRow(table, int(directory.facts.rows[keys].max(initial=0)), len(keys))


def _folder(row: TableRow) -> str:
    return row.table.rpartition("/")[0]
