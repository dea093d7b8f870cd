"""Rows of the catalog on tables: where each was found, and how much of it was read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

import pyarrow as pa

from lakeindex.catalog.parts_rows import scan_from_json
from lakeindex.types.lake import TableId
from lakeindex.types.reports import FileOutcome, ReadTable, Sampling

_COUNTS = ("rows", "rejected", "asked", "sampled", "rows_low", "rows_high")
TABLES = pa.schema(
    [
        pa.field(name, pa.int64() if name in _COUNTS else pa.string())
        for name in ("table_id", "file", "connector", "token", *_COUNTS, "scan", "copy", "settings", "notes")
    ]
)
"""`sampled` are the rows that were read of `asked`, 0 where all were; between the others `rows` then lies."""


def table_row(outcome: FileOutcome, table: ReadTable) -> list[object]:
    """Return the catalog's row on a table, in the order of the schema."""
    scan = None if table.scan is None else json.dumps(asdict(table.scan))
    counts = [table.rows, table.rejected, table.asked, table.sampling.rows, table.sampling.low, table.sampling.high]
    settings, notes = json.dumps(dict(table.settings)), json.dumps(table.notes)
    return [table.id, outcome.path, table.connector, table.token, *counts, scan, table.copy, settings, notes]


def read_table(row: Mapping[str, object]) -> ReadTable:
    """Read a table back."""
    rows, rejected, asked, *sampling = (int(str(row[name])) for name in _COUNTS)
    return ReadTable(
        id=TableId(str(row["table_id"])),
        connector=str(row["connector"]),
        token=str(row["token"]),
        rows=rows,
        rejected=rejected,
        scan=scan_from_json(row["scan"]),
        settings=tuple(json.loads(str(row["settings"])).items()),
        notes=tuple(json.loads(str(row["notes"]))),
        copy=str(row["copy"]),
        asked=asked,
        sampling=Sampling(*sampling),
    )
