"""The catalog: the outcome of every file, and the facts of every table and column, in one DuckDB file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from lakeindex.canonical.column_reading import ColumnReading
from lakeindex.catalog.database import connect, reason_of
from lakeindex.catalog.lake_views import ViewedTable
from lakeindex.catalog.parts_rows import (
    OUTCOMES,
    PARTS,
    VIEWED,
    part_outcomes,
    part_rows,
    scan_from_json,
    viewed_parts,
)
from lakeindex.catalog.path_guard import SQL_TYPES, copy_path, lake_path
from lakeindex.catalog.table_check import Types, require_expected_tables
from lakeindex.catalog.table_rows import TABLES, read_table, table_row
from lakeindex.errors import IndexDamaged
from lakeindex.sql import literal, quoted
from lakeindex.types.lake import TableId
from lakeindex.types.names import sql_names
from lakeindex.types.personal import PersonalColumn, PersonalKind
from lakeindex.types.reports import FileOutcome, FileStatus, ReadTable

if TYPE_CHECKING:
    import pyarrow.dataset as ds

_FILES = pa.schema([pa.field(name, pa.string()) for name in ("path", "status", "reason", "content_hash", "token")])
_COLUMNS = {
    "table_id": "VARCHAR",
    "position": "INTEGER",
    "name": "VARCHAR",
    "kind": "VARCHAR",
    "sql_type": "VARCHAR",
    "reading": "VARCHAR",
    "rows": "BIGINT",
    "nulls": "BIGINT",
    "distinct": "BIGINT",
    "is_key": "BOOLEAN",
    "sampled": "BIGINT",
    "rows_low": "BIGINT",
    "rows_high": "BIGINT",
    "nulls_low": "BIGINT",
    "nulls_high": "BIGINT",
    "distinct_low": "BIGINT",
    "distinct_high": "BIGINT",
    "minimum": "DOUBLE",
    "maximum": "DOUBLE",
    "quantiles": "DOUBLE[]",
    "values": 'STRUCT("text" VARCHAR, "rows" BIGINT)[]',
    "digest": "VARCHAR",
    "personal": "VARCHAR",
    "personal_share": "DOUBLE",
}
COLUMN_FIELDS = tuple(_COLUMNS)
"""The fields of a column's record in the catalog; its sketches are published as term indexes, once."""

# Columns get their keys in the order of their tables' names, in whatever order the files were read.
_NUMBERED = """
CREATE TABLE columns AS
SELECT row_number() OVER (ORDER BY table_id, position) - 1 AS key, {fields} FROM ({columns}) ORDER BY key
"""
# Of a file with a table that is left out, what would let the next build take it for unchanged isn't taken over either.
_LACKS = "path IN (SELECT file FROM earlier.tables WHERE table_id IN (FROM left_out))"
_UNREAD = ", ".join(f"CASE WHEN {_LACKS} THEN '' ELSE {name} END AS {name}" for name in ("content_hash", "token"))
_PERSONAL = "table_id, name, personal, personal_share"
_VIEWED = """
SELECT table_id, file, scan, copy, list(name ORDER BY position) AS names, list(sql_type ORDER BY position) AS types,
       list(reading ORDER BY position) AS readings
FROM tables JOIN columns USING (table_id) {where} GROUP BY ALL
"""


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """The rows of files in an earlier catalog, which the next one takes over."""

    catalog: Path
    files: Sequence[str]
    """Names of files that didn't change, and of those that can't be seen and have an outcome besides."""
    left_out: Sequence[str] = ()
    """Names of tables in them that are not taken over; files that had one are read again by the next build."""


class Catalog:
    """The catalog of one generation: written once, only read afterwards."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._lock = Lock()

    @classmethod
    def write(
        cls, path: Path, memory: str, outcomes: Sequence[FileOutcome], records: ds.Dataset, carried: CarriedOver | None
    ) -> Catalog:
        """Write the outcomes of the files that were read, their tables and columns, and the rows carried over."""
        catalog = cls(connect(path, memory))
        files = [[one.path, str(one.status), one.reason, one.content_hash, one.token] for one in outcomes]
        read = [one for one in outcomes if one.status is not FileStatus.UNSEEN]  # the others' tables are carried over
        tables = [table_row(outcome, table) for outcome in read for table in outcome.tables]
        incoming = {
            "files": _to_table(files, _FILES),
            "tables": _to_table(tables, TABLES),
            "parts": _to_table(part_rows(read), PARTS),
            "columns": records,
        }
        for name, rows in incoming.items():
            catalog._connection.register(f"incoming_{name}", rows)
        if carried is not None:
            for name, listed in (("unchanged", carried.files), ("left_out", carried.left_out)):
                catalog._connection.register(name, pa.table({"name": pa.array(listed, pa.string())}))
            catalog._connection.execute(f"ATTACH {literal(str(carried.catalog))} AS earlier (READ_ONLY)")
        catalog._create(carried is not None)
        for name in incoming:
            catalog._connection.unregister(f"incoming_{name}")
        if carried is not None:
            for name in ("unchanged", "left_out"):
                catalog._connection.unregister(name)
            catalog._connection.execute("DETACH earlier")
        return catalog

    def _create(self, has_earlier: bool) -> None:
        is_kept = "file IN (FROM unchanged) AND table_id NOT IN (FROM left_out)"
        for name, fields, condition in (
            ("files", _FILES.names, "path IN (FROM unchanged) AND path NOT IN (SELECT path FROM incoming_files)"),
            ("tables", TABLES.names, is_kept),
            ("parts", PARTS.names, is_kept),
            ("columns", COLUMN_FIELDS, f"table_id IN (SELECT table_id FROM earlier.tables WHERE {is_kept})"),
        ):
            listed = ", ".join(map(quoted, fields))
            rows = f"SELECT {listed} FROM incoming_{name}"
            if has_earlier:
                taken = f"* REPLACE ({_UNREAD})" if name == "files" else "*"
                rows += f" UNION ALL SELECT {listed} FROM (SELECT {taken} FROM earlier.{name} WHERE {condition})"
            statement = _NUMBERED if name == "columns" else f"CREATE TABLE {name} AS {{columns}}"
            self._connection.execute(statement.format(fields=listed, columns=rows))

    @classmethod
    def open(cls, path: Path, memory: str) -> Catalog:
        """Open a published catalog. Raises IndexDamaged when it is none."""
        try:
            connection = connect(path, memory, read_only=True)
            connection.execute("SET enable_external_access = false")
            return cls(connection)
        except duckdb.Error as error:
            raise IndexDamaged(f"{path} can't be opened ({reason_of(error)}); build the index again") from error

    def close(self) -> None:
        """Write everything to the file and close it."""
        self._connection.close()

    def count(self, table: str, where: str = "true") -> int:
        """Count the rows of one of the catalog's tables."""
        return int(self.fetch(f"SELECT count(*) AS n FROM {quoted(table)} WHERE {where}")["n"][0].as_py())

    @staticmethod
    def check(path: Path, memory: str) -> None:
        """Raise IndexDamaged unless the file holds a catalog's tables, whole, and nothing besides."""
        files, tables, parts = (_sql_types(schema) for schema in (_FILES, TABLES, PARTS))
        columns = {"key": "BIGINT", **_COLUMNS}
        require_expected_tables(path, {"files": files, "tables": tables, "parts": parts, "columns": columns}, memory)

    def copies(self) -> list[str]:
        """Return the names of the Parquet copies of tables that DuckDB can't read from the lake's files."""
        return [str(name) for name in self.fetch("SELECT copy FROM tables WHERE copy != ''")["copy"].to_pylist()]

    def table_names(self) -> list[TableId]:
        """Return the names of all tables, ascending."""
        rows = self.fetch("SELECT table_id FROM tables ORDER BY table_id")["table_id"].to_pylist()
        return [TableId(str(name)) for name in rows]

    def files(self) -> list[FileOutcome]:
        """Return the outcome of every file, in the order of their paths."""
        tables: dict[str, list[ReadTable]] = {}
        for row in self.fetch("SELECT * FROM tables ORDER BY table_id").to_pylist():
            tables.setdefault(row["file"], []).append(read_table(row))
        parts = part_outcomes(self.fetch(OUTCOMES).to_pylist())
        return [
            FileOutcome(
                row["path"],
                FileStatus(row["status"]),
                row["reason"],
                tuple(tables.get(row["path"], ())),
                row["content_hash"],
                row["token"],
                parts.get(row["path"], ()),
            )
            for row in self.fetch("SELECT * FROM files ORDER BY path").to_pylist()
        ]

    def count_failed(self) -> int:
        """Count the files of the lake that could not be read."""
        return sum(one.status is FileStatus.FAILED for outcome in self.files() for one in outcome.of_each_file())

    def personal_columns(self) -> tuple[PersonalColumn, ...]:
        """Return the columns that look like personal data, in the order of their tables."""
        rows = self.fetch(f"SELECT {_PERSONAL} FROM columns WHERE personal IS NOT NULL ORDER BY key").to_pylist()
        return tuple(
            PersonalColumn(row["table_id"], row["name"], PersonalKind(row["personal"]), row["personal_share"])
            for row in rows
        )

    def table(self, table: TableId) -> tuple[ReadTable, str] | None:
        """Return a table and the name of the file it is in."""
        rows = self.fetch("SELECT * FROM tables WHERE table_id = ?", [table]).to_pylist()
        return (read_table(rows[0]), rows[0]["file"]) if rows else None

    def tables_of(self, file: str) -> list[str]:
        """Return the names of the tables in a file, or that it is a part of; none where there is none of this name."""
        found = self.fetch(
            "SELECT table_id FROM tables WHERE file = $file "
            "UNION SELECT table_id FROM parts WHERE path = $file AND table_id != '' ORDER BY table_id",
            {"file": file},
        )
        return [str(name) for name in found["table_id"].to_pylist()]

    def parts_of(self, file: str) -> list[str]:
        """Return the paths of the files that are read together as one; none where it is a file itself."""
        found = self.fetch("SELECT DISTINCT path FROM parts WHERE file = ? ORDER BY path", [file])
        return [str(path) for path in found["path"].to_pylist()]

    def viewed(self, root: Path, copies: Path, tables: Sequence[TableId] | None = None) -> list[ViewedTable]:
        """Return the definitions of the views of some tables, or of all."""
        rows = self.fetch(
            _VIEWED.format(where="" if tables is None else "WHERE list_contains(?, table_id)"),
            [] if tables is None else [list(tables)],
        )
        condition = "" if tables is None else "AND list_contains(?, table_id)"
        described = self.fetch(VIEWED.format(where=condition), [] if tables is None else [list(tables)])
        parts = viewed_parts(described.to_pylist(), root)
        return [
            ViewedTable(
                id=TableId(row["table_id"]),
                file=lake_path(root, row["file"]),
                root=root,
                scan=scan_from_json(row["scan"]),
                copy=copy_path(copies, row["copy"]),
                columns=tuple(zip(sql_names(row["names"]), _known_types(row["types"]), strict=True)),
                readings=tuple(map(_reading, row["readings"])),
                parts=parts.get(row["table_id"], ()),
            )
            for row in rows.to_pylist()
        ]

    def fetch(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> pa.Table:
        """Run a query on the catalog's tables: `files`, `tables`, `parts` and `columns`."""
        given = dict(parameters) if isinstance(parameters, Mapping) else list(parameters)
        with self._lock:
            table: pa.Table = self._connection.sql(sql, params=given).to_arrow_table()
            return table


def _to_table(rows: Sequence[Sequence[object]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)


def _known_types(types: Sequence[str]) -> Sequence[str]:
    unknown = set(types) - SQL_TYPES
    if unknown:
        raise IndexDamaged(f"the index gives a column the type {unknown.pop()!r}; build the index again")
    return types


def _reading(text: str) -> ColumnReading:
    try:
        return ColumnReading.from_json(text)
    except ValueError as error:
        raise IndexDamaged(f"the index describes a column's reading wrongly ({error}); build it again") from error


def _sql_types(schema: pa.Schema) -> Types:
    return {field.name: "BIGINT" if field.type == pa.int64() else "VARCHAR" for field in schema}
