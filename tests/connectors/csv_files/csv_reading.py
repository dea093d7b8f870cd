"""Read the bytes of a CSV file as the connector does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lakeindex.types.lake import ReadOptions, Scan
from lakeindex_connectors.csv_files.connector import CsvConnector
from tests.connectors.connector_contract import Row, lake_file, rows_of


@dataclass(frozen=True, slots=True)
class ReadFile:
    names: list[str]
    rows: list[Row]
    notes: list[str]
    rejected: int
    scan: Scan | None


def read_content(folder: Path, content: bytes | str, name: str = "t.csv") -> ReadFile:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (table,) = CsvConnector().tables(lake_file(path), ReadOptions())
    rows = CsvConnector().read(lake_file(path), table, ReadOptions())
    found = [row for batch in rows.batches for row in rows_of(batch)]
    return ReadFile(list(table.schema.names), found, rows.notes, rows.rejected, rows.scan)
