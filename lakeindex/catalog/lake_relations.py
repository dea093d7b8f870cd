"""Tables of the lake as DuckDB relations in this process, which can read and write no file: rows come from another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from lakeindex.catalog.database import connect

Opened = tuple[pa.Schema, Iterator[pa.RecordBatch]]


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Rows that are read anew whenever they are asked for (Arrow's PyCapsule interface)."""

    schema: pa.Schema
    open: Callable[[], Opened]

    def __arrow_c_schema__(self) -> object:
        return self.schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        reader: Any = pa.RecordBatchReader.from_batches(*self.open())
        return reader.__arrow_c_stream__(requested_schema)


class LakeRelations:
    """A DuckDB in memory that reads tables as they come, and has no access to any file.

    Its relations can be joined with one another.
    """

    def __init__(self, memory: str) -> None:
        self._connection = connect(None, memory)
        # Names in a relation are columns, never files or variables of the program that holds it.
        self._connection.execute("SET python_enable_replacements = false")
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")

    def relation(self, read: Callable[[str], Opened], select: str) -> duckdb.DuckDBPyRelation:
        """Return a SELECT as a relation; `read` runs it each time that rows are asked for, and once without any."""
        schema, batches = read(f"SELECT * FROM ({select}) LIMIT 0")
        for _ in batches:
            pass
        rows: Any = _Rows(schema, lambda: read(select))
        return self._connection.from_arrow(rows)
