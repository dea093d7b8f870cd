"""Read a messy file as lakeindex does, with the cells as text."""

from __future__ import annotations

from pathlib import Path

from lakeindex.errors import UnreadableTable
from lakeindex.types.lake import LakeFile, ReadOptions
from lakeindex_connectors.csv_files.connector import CsvConnector
from tests.messy.csv_scores import ReadTable

NOTHING = ReadTable((), ())


def read_with_lakeindex(path: Path) -> ReadTable:
    """Read a file; nothing where it is refused."""
    status = path.stat()
    file = LakeFile(path.resolve(), path.name, status.st_size, status.st_mtime_ns)
    try:
        (table,) = CsvConnector().tables(file, ReadOptions())
        rows = CsvConnector().read(file, table, ReadOptions())
        columns = [[column.fill_null("").to_pylist() for column in batch.columns] for batch in rows.batches]
    except UnreadableTable:
        return NOTHING
    cells = tuple(row for batch in columns for row in zip(*batch, strict=True))
    return ReadTable(tuple(table.schema.names), cells, rows.rejected)
