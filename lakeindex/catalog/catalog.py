"""The catalog: what became of every file, what every table and column is, in one DuckDB file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lakeindex.catalog.database import connect, literal, quoted
from lakeindex.catalog.lake_database import ViewedTable
from lakeindex.errors import IndexDamaged
from lakeindex.naming import sql_names
from lakeindex.types import FileOutcome, FileStatus, ReadTable, Scan, TableId

_FILES = pa.schema([pa.field(name, pa.string()) for name in ("path", "status", "reason", "content_hash")])
_TABLES = pa.schema(
    [
        pa.field(name, pa.int64() if name in ("rows", "rejected") else pa.string())
        for name in ("table_id", "file", "connector", "token", "rows", "rejected", "scan", "copy", "settings", "notes")
    ]
)

# Columns get their keys in the order of their tables' names, whatever order the files were read in. Sketches and
# histograms are published once, as term indexes and in the directory, so the catalog goes without them.
_NOT_LASTING = ("texts", "looks", "lengths", "patterns", "numbers", "days")
_VALUES = 10
_VALUE_CHARACTERS = 100
_NUMBER_COLUMNS = """
CREATE TABLE columns AS
SELECT row_number() OVER (ORDER BY table_id, position) - 1 AS key, {fields}, {values} AS "values"
FROM staging.profiles ORDER BY key
"""
_FREQUENT_VALUES = f"""
list_transform(
    list_sort(list_transform(texts, lambda t: {{'rows': -t.rows, 'hash': t.value_hash, 'text': t.text}}))[:{_VALUES}],
    lambda t: {{'text': left(t.text, {_VALUE_CHARACTERS}), 'rows': -t.rows}})
"""
_VIEWED = """
SELECT table_id, file, scan, copy, list(name ORDER BY position) AS names, list(sql_type ORDER BY position) AS types
FROM tables JOIN columns USING (table_id) {where} GROUP BY ALL
"""
_STAGING = "staging.duckdb"
_BATCH_ROWS = 8_192


class Catalog:
    """The catalog of one generation: written while it is built, only read afterwards."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    @classmethod
    def create(cls, path: Path, memory: str, profile_schema: pa.Schema) -> Catalog:
        """Start a catalog without any file; columns will be described by records of `profile_schema`."""
        catalog = cls(connect(path, memory))
        catalog._connection.execute(f"ATTACH {literal(str(path.parent / _STAGING))} AS staging")
        for table, schema in (("files", _FILES), ("tables", _TABLES), ("staging.profiles", profile_schema)):
            catalog._connection.register("incoming", schema.empty_table())
            catalog._connection.execute(f"CREATE TABLE {table} AS SELECT * FROM incoming")
            catalog._connection.unregister("incoming")
        return catalog

    @classmethod
    def open(cls, path: Path, memory: str) -> Catalog:
        """Open a published catalog. Raises IndexDamaged when it is none."""
        try:
            return cls(connect(path, memory, read_only=True))
        except duckdb.Error as error:
            raise IndexDamaged(f"{path} can't be opened ({error}); build the index again") from error

    def drop_staging(self) -> None:
        """Let go of what only the build needs."""
        path = self.fetch("SELECT path FROM duckdb_databases() WHERE database_name = 'staging'")["path"][0].as_py()
        self._connection.execute("DETACH staging")
        Path(path).unlink()

    def close(self) -> None:
        """Write everything to the file and let go of it."""
        self._connection.close()

    def add(self, outcomes: Sequence[FileOutcome], records: pa.Table | None) -> None:
        """Take in what became of some files, and the profiles of their columns."""
        files = [[one.path, str(one.status), one.reason, one.content_hash] for one in outcomes]
        self._insert("files", _to_table(files, _FILES))
        tables = [_table_row(outcome, table) for outcome in outcomes for table in outcome.tables]
        self._insert("tables", _to_table(tables, _TABLES))
        if records is not None:
            self._insert("staging.profiles", records)

    def _insert(self, table: str, rows: pa.Table) -> None:
        # As Arrow: an INSERT of values takes DuckDB a millisecond a row.
        if len(rows):
            self._connection.register("incoming", rows)
            self._connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming")
            self._connection.unregister("incoming")

    def number_columns(self) -> int:
        """Give every column its key, once all are in; return how many there are."""
        described = [str(name) for name in self.fetch("DESCRIBE staging.profiles")["column_name"].to_pylist()]
        lasting = [name for name in described if not name.endswith(("_hashes", "_counts")) and name not in _NOT_LASTING]
        fields = ", ".join(map(quoted, lasting))
        self._connection.execute(_NUMBER_COLUMNS.format(fields=fields, values=_FREQUENT_VALUES))
        return self.count("columns")

    def count(self, table: str, where: str = "true") -> int:
        """Count the rows of one of the catalog's tables."""
        return int(self.fetch(f"SELECT count(*) AS n FROM {quoted(table)} WHERE {where}")["n"][0].as_py())

    def columns(self, names: Sequence[str]) -> pa.RecordBatchReader:
        """Read some fields of every column, in the order of their keys."""
        fields = ", ".join(quoted(name) for name in names)
        selected = self._connection.sql(f"SELECT {fields} FROM columns ORDER BY key")
        reader: pa.RecordBatchReader = selected.to_arrow_reader(_BATCH_ROWS)
        return reader

    def staged(self, names: Sequence[str]) -> pa.RecordBatchReader:
        """Read some fields of every column's profile while it is staged, in the order of the columns' keys."""
        fields = ", ".join(map(quoted, names))
        selected = self._connection.sql(f"SELECT {fields} FROM staging.profiles ORDER BY table_id, position")
        reader: pa.RecordBatchReader = selected.to_arrow_reader(_BATCH_ROWS)
        return reader

    def staged_lists(self, name: str) -> tuple[npt.NDArray[np.generic], npt.NDArray[np.int64]]:
        """Read a list of every column while it is staged: all items in a row, and (columns + 1,) where each starts."""
        flat, lengths = [np.zeros(0, np.int64)], [np.zeros(1, np.int64)]
        sql = f"SELECT {quoted(name)} FROM staging.profiles ORDER BY table_id, position"
        for batch in self._connection.sql(sql).to_arrow_reader(_BATCH_ROWS):
            lists = batch.column(0)
            flat.append(lists.flatten().to_numpy(zero_copy_only=False))
            lengths.append(np.diff(lists.offsets.to_numpy()).astype(np.int64))
        return np.concatenate(flat[1:] or flat), np.cumsum(np.concatenate(lengths))

    def files(self) -> list[FileOutcome]:
        """List every file's outcome, in the order of their paths."""
        tables: dict[str, list[ReadTable]] = {}
        for row in self.fetch("SELECT * FROM tables ORDER BY table_id").to_pylist():
            tables.setdefault(row["file"], []).append(_read_table(row))
        return [
            FileOutcome(
                row["path"],
                FileStatus(row["status"]),
                row["reason"],
                tuple(tables.get(row["path"], ())),
                row["content_hash"],
            )
            for row in self.fetch("SELECT * FROM files ORDER BY path").to_pylist()
        ]

    def table(self, table: TableId) -> tuple[ReadTable, str] | None:
        """Find a table and the file it is in."""
        rows = self.fetch("SELECT * FROM tables WHERE table_id = ?", [table]).to_pylist()
        return (_read_table(rows[0]), rows[0]["file"]) if rows else None

    def viewed(self, root: Path, copies: Path, tables: Sequence[TableId] | None = None) -> list[ViewedTable]:
        """Tell what the views of some tables, or of all, are made of."""
        rows = self.fetch(
            _VIEWED.format(where="" if tables is None else "WHERE list_contains(?, table_id)"),
            [] if tables is None else [list(tables)],
        )
        return [
            ViewedTable(
                id=TableId(row["table_id"]),
                file=root / row["file"],
                scan=scan_from_json(row["scan"]),
                copy=copies / row["copy"] if row["copy"] else None,
                columns=tuple(zip(sql_names(row["names"]), row["types"], strict=True)),
            )
            for row in rows.to_pylist()
        ]

    def fetch(self, sql: str, parameters: Sequence[object] = ()) -> pa.Table:
        """Run a query on the catalog's tables: `files`, `tables` and `columns`."""
        table: pa.Table = self._connection.sql(sql, params=list(parameters)).to_arrow_table()
        return table


def _to_table(rows: Sequence[Sequence[object]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)


def _table_row(outcome: FileOutcome, table: ReadTable) -> list[object]:
    scan = None if table.scan is None else json.dumps(asdict(table.scan))
    settings, notes = json.dumps(dict(table.settings)), json.dumps(table.notes)
    return [
        table.id,
        outcome.path,
        table.connector,
        table.token,
        table.rows,
        table.rejected,
        scan,
        table.copy,
        settings,
        notes,
    ]


def _read_table(row: dict[str, object]) -> ReadTable:
    return ReadTable(
        id=TableId(str(row["table_id"])),
        connector=str(row["connector"]),
        token=str(row["token"]),
        rows=int(str(row["rows"])),
        rejected=int(str(row["rejected"])),
        scan=scan_from_json(row["scan"]),
        settings=tuple(json.loads(str(row["settings"])).items()),
        notes=tuple(json.loads(str(row["notes"]))),
        copy=str(row["copy"]),
    )


def scan_from_json(text: object) -> Scan | None:
    """Read a scan back as the catalog keeps it."""
    if text is None:
        return None
    fields = json.loads(str(text))
    options = tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in fields["options"])
    return Scan(fields["function"], options)
