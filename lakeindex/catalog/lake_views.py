"""The lake in DuckDB: every table is a read-only view named by its path; files outside the lake can't be read."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from lakeindex.canonical.column_reading import ZONED_TYPE, ColumnReading
from lakeindex.catalog.database import connect, scan_sql
from lakeindex.catalog.parts_rows import ViewedPart
from lakeindex.catalog.parts_sql import select_parts
from lakeindex.catalog.path_guard import require_inside
from lakeindex.catalog.sql_process.client import SqlProcess, SqlProcessEnded
from lakeindex.catalog.sql_process.cursor import SqlCursor
from lakeindex.catalog.sql_process.messages import Setup
from lakeindex.catalog.sql_process.statement_check import require_text
from lakeindex.catalog.statement_errors import rejecting
from lakeindex.errors import NotFound, UnreadableTable
from lakeindex.sql import BLANKS, literal, quoted
from lakeindex.types.lake import Scan, TableId

_ROWS = "materialised"
_LISTING = re.compile(
    r"\b(show|describe|summarize|information_schema|pg_\w+|sqlite_master|duckdb_\w+)\b", re.IGNORECASE
)
_NAMED = re.compile(r'"((?:[^"]|"")+)"|\'((?:[^\']|\'\')+)\'|([\w.]+)')


@dataclass(frozen=True, slots=True)
class ViewedTable:
    """The definition of the view of a table."""

    id: TableId
    file: Path
    root: Path
    """The lake's folder, in which the file must be."""
    scan: Scan | None
    """How DuckDB reads the file; None where it reads `copy`."""
    copy: Path | None
    columns: tuple[tuple[str, str], ...]
    """The name, unique in SQL, and the SQL type of each column, in the file's order."""
    readings: tuple[ColumnReading, ...] = ()
    """How each column is read."""
    parts: tuple[ViewedPart, ...] = ()
    """The files that it is read from in place of `file`, where it lies in many."""

    @property
    def files(self) -> tuple[Path, ...]:
        """The files of the lake, or the copy, that its rows are in."""
        if self.scan is None:
            return (self.copy or self.file,)
        return tuple(part.file for part in self.parts) or (self.file,)


class LakeViews:
    """The lake in a SQL process that makes the view of a table when it is first used."""

    def __init__(
        self,
        folders: Iterable[Path],
        memory: str,
        rows: Path | None = None,
        only: tuple[Iterable[Path], Iterable[Path]] | None = None,
        is_confined: bool = False,
    ) -> None:
        """Allow the files below `folders` and no others; with `rows`, read the file that `materialise` wrote.

        With `only`, some files and the files below some folders, nothing else of `folders` can be read. Statements of
        strangers run where `is_confined` alone, in a process that can write nothing.
        """
        self._is_materialised = rows is not None
        self._folders = [folder.resolve() for folder in folders]
        files, below = ([], self._folders) if only is None else ([one.resolve() for one in some] for some in only)
        setup = Setup(
            memory=memory,
            folders=tuple(map(str, below)),
            files=tuple(map(str, files)),
            rows=None if rows is None else str(rows.resolve()),
            rows_name=_ROWS,
            is_confined=is_confined,
        )
        self.connection = SqlCursor(SqlProcess(setup))
        self._viewed: set[TableId] = set()
        self._viewed_in = 0
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Start the process without waiting until it is ready, as a statement is about to come."""
        self.connection.process.warm()

    def close(self) -> None:
        """End the process."""
        self.connection.process.close()

    def view(self, table: ViewedTable) -> None:
        """Create a table's view, once. Raises NotFound when its file is gone."""
        with self._lock:
            if table.id in self._viewed_now():
                return
            if not self._is_materialised and (reason := self._why_unreadable(table)):
                raise NotFound(f"{reason}; index the lake again")
            try:
                statement = f"CREATE OR REPLACE VIEW {quoted(table.id)} AS {self.select(table)}"
                self.connection.cursor().execute(statement)
            except duckdb.IOException as error:
                raise NotFound(f"{table.file} is gone or can't be read; index the lake again") from error
            self._viewed_now().add(table.id)

    def select(self, table: ViewedTable) -> str:
        """Return the SELECT of a table's view; run, it fails where something else has replaced the file."""
        if self._is_materialised:
            return f"SELECT * FROM {_ROWS}.{quoted(table.id)}"
        if reason := self._why_unreadable(table):
            return f"SELECT {', '.join(f'error({literal(reason)}) AS {quoted(name)}' for name, _ in table.columns)}"
        return _select(self.connection, table)

    def select_as_written(self, table: ViewedTable) -> str:
        """Return the SELECT of a table whose values are those of the file, as text where the file is text."""
        if table.scan is None or table.scan.function != "read_csv" or self._is_materialised:
            return self.select(table)
        if self._why_unreadable(table):
            return self.select(table)
        for file in table.files:
            require_inside(file, table.root)
        if table.parts:
            return select_parts(table.parts, table.columns, lambda name, *_: quoted(name))
        return f"SELECT * FROM {_scan_of_text(table, table.scan)}"

    def _viewed_now(self) -> set[TableId]:
        """Return the tables whose views the process has; a new one has none."""
        process = self.connection.process
        process.warm()
        if self._viewed_in != process.incarnation:
            self._viewed, self._viewed_in = set(), process.incarnation
        return self._viewed

    def _why_unreadable(self, table: ViewedTable) -> str:
        """Return why a table's file must not be read, or nothing: DuckDB follows links and waits for a FIFO."""
        if table.scan is None:
            return ""
        return next(filter(None, map(self._why_file_unreadable, table.files)), "")

    def _why_file_unreadable(self, file: Path) -> str:
        target = file.resolve()
        if not any(target.is_relative_to(folder) for folder in self._folders):
            return f"{file} is a link that leaves the lake now"
        return "" if target.is_file() else f"{file} is gone or no regular file any more"

    def query(
        self,
        sql: str,
        known: Callable[[], list[TableId]],
        find: Callable[[list[TableId]], list[ViewedTable]],
        seconds: float | None = None,
    ) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """Run one statement of a stranger that reads; its rows come as they are asked for.

        Raises Refused for any other, NotFound for a table that isn't there, LakeIndexError for what DuckDB rejects
        otherwise, TimeLimitExceeded where it takes more seconds.
        """
        require_text(sql)
        started = time.monotonic()
        for is_last in (False, True):
            left = None if seconds is None else seconds - (time.monotonic() - started if is_last else 0)
            try:
                with rejecting(sql, known):
                    mentioned = _mentioned(sql, known())
                    for table in find([table for table in mentioned if table not in self._viewed_now()]):
                        self.view(table)
                    schema, batches = self.connection.sql(sql, is_of_stranger=True, seconds=left).batches()
                return schema, _read(batches)
            except SqlProcessEnded:
                # Perhaps the statement of another thread ended it: once more, in a new process.
                if is_last:
                    raise
        raise AssertionError


def _read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    with rejecting():
        yield from batches


def materialise(tables: Iterable[ViewedTable], path: Path, memory: str) -> None:
    """Copy the rows of tables into a database file."""
    with connect(path, memory) as connection:
        for table in tables:
            connection.execute(f"CREATE OR REPLACE TABLE {quoted(table.id)} AS {_select(connection, table)}")


def _select(connection: SqlCursor | duckdb.DuckDBPyConnection, table: ViewedTable) -> str:
    if table.copy is None:
        for file in table.files:
            require_inside(file, table.root)
    if table.scan is not None and table.parts:
        return _of_parts(connection, table)
    if table.scan is not None and table.scan.function == "read_parquet":
        return _of_parquet(connection, table, scan_sql(table.scan, table.file, ()))
    if table.scan is not None:
        return f"SELECT {_typed_columns(table)} FROM {_scan_of_text(table, table.scan)}"
    if table.copy is None:
        raise UnreadableTable(
            f"{table.id} can't be read by DuckDB, and the index has no copy of it, as it has none where not all values "
            "may be kept, or only a sample of the rows was read; lakeindex read shows its rows"
        )
    return f"SELECT {_typed_columns(table)} FROM {scan_sql(Scan('read_parquet'), table.copy, ())}"


def _of_parts(connection: SqlCursor | duckdb.DuckDBPyConnection, table: ViewedTable) -> str:
    """Select the columns of a table in many files as those of its files are: of text read, of Parquet as they are."""
    plain = select_parts(table.parts, table.columns, lambda name, kind, is_text: _value(name, kind, is_text))
    kinds = {name: kind for name, kind in table.columns if kind in _BYTES}
    return _of_parquet(connection, table, f"({plain})") if kinds else plain


def _value(name: str, kind: str, is_text: bool) -> str:
    return _typed(name, kind) if is_text and kind not in _BYTES else quoted(name)


def _scan_of_text(table: ViewedTable, scan: Scan) -> str:
    return scan_sql(scan, table.file, [(name, "VARCHAR") for name, _ in table.columns])


def _of_parquet(connection: SqlCursor | duckdb.DuckDBPyConnection, table: ViewedTable, source: str) -> str:
    """Select the columns as DuckDB has them, and bytes as hexadecimal digits or UUIDs."""
    kinds = {name: kind for name, kind in table.columns if kind in _BYTES}
    if not kinds:
        return f"SELECT * FROM {source}"
    found = connection.cursor().sql(f"SELECT * FROM {source} LIMIT 0")
    of_bytes = {name for name, kind in zip(found.columns, map(str, found.types), strict=True) if kind == "BLOB"}
    replaced = [f"{_from_bytes(name, kinds[name])} AS {quoted(name)}" for name in kinds if name in of_bytes]
    return f"SELECT * {f'REPLACE ({_COMMA.join(replaced)}) ' if replaced else ''}FROM {source}"


def _typed_columns(table: ViewedTable) -> str:
    return ", ".join(_typed(name, kind) for name, kind in table.columns)


_COMMA = ", "
_BYTES = ("UUID", "BLOB")
_OFFSET = r" ?([+-]\d\d):?(\d\d)$", r"\1:\2"
"""Offsets as DuckDB takes them."""


def _from_bytes(name: str, kind: str) -> str:
    digits = f"lower(hex({quoted(name)}))"
    return f"CAST({digits} AS UUID)" if kind == "UUID" else digits


def _typed(name: str, kind: str) -> str:
    # All values convert, as the profile shows, but for markers such as `n/a`: those become NULL.
    value = quoted(name)
    if kind == "VARCHAR":
        return value
    if kind in _BYTES:
        return f"{_from_bytes(name, kind)} AS {value}"
    plain = f"upper(trim(CAST({value} AS VARCHAR), {BLANKS}))"
    if kind == ZONED_TYPE:
        plain = f"regexp_replace({plain}, {', '.join(map(literal, _OFFSET))})"
    return f"TRY_CAST({plain} AS {kind}) AS {value}"


def _mentioned(sql: str, known: list[TableId]) -> list[TableId]:
    """Return the tables whose names are in a statement; all of them where it lists tables, or may."""
    names = {(one or two.replace("''", "'") or bare).replace('""', '"') for one, two, bare in _NAMED.findall(sql)}
    lowered = {name.lower() for name in names}
    exact = [table for table in known if table in names]
    found = exact or [table for table in known if table.lower() in lowered]
    return found or (known if _LISTING.search(sql) else [])
