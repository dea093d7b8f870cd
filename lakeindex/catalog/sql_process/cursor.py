"""Cursors on a SQL process: statements as DuckDB's own cursors run them, in the other process."""

from __future__ import annotations

import time
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyarrow as pa

from lakeindex.catalog.sql_process.client import Response, SqlProcess, TimeLimitExceeded

Row = tuple[Any, ...]


class SqlCursor:
    """A cursor; its temporary tables and registered rows are its own, all else that it creates is its process's."""

    def __init__(self, process: SqlProcess) -> None:
        self.process = process
        self.number = process.next_number()
        self._registered: dict[str, pa.Table] = {}
        self._incarnation = process.incarnation
        self._finalizer = weakref.finalize(self, process.forget, self.number, process.incarnation)

    def cursor(self) -> SqlCursor:
        """Open another cursor on the same process."""
        return SqlCursor(self.process)

    def copy(self) -> SqlCursor:
        """Open another cursor with the same registered rows."""
        copied = self.cursor()
        for name, rows in self._registered.items():
            copied.register(name, rows)
        return copied

    def register(self, name: str, rows: pa.Table) -> None:
        """Let statements of this cursor read rows under a name."""
        self._registered[name] = rows
        if self._is_current():
            self._send({"do": "register", "name": name}, rows)

    def unregister(self, name: str) -> None:
        """Forget registered rows."""
        del self._registered[name]
        self._send({"do": "unregister", "name": name})

    def execute(self, sql: str) -> SqlRows:
        """Run a statement to its end. Raises duckdb.Error, UnreadableTable when the process dies."""
        return SqlRows([tuple(row) for row in self.request({"do": "execute", "sql": sql})[0]["rows"]])

    def sql(self, sql: str, is_of_stranger: bool = False, seconds: float | None = None) -> SqlResult:
        """Make a SELECT ready to run; nothing runs before its rows are asked for.

        One of a stranger is refused unless it only reads; waiting for rows may take so many seconds altogether.
        """
        return SqlResult(self, sql, is_of_stranger, seconds)

    def close(self) -> None:
        """Forget the cursor."""
        self._finalizer()

    def request(self, request: dict[str, Any], deadline: float | None = None) -> Response:
        """Send a request of this cursor; in a process that was started anew, register its rows before."""
        if not self._is_current():
            self._incarnation = self.process.incarnation
            for name, rows in self._registered.items():
                self._send({"do": "register", "name": name}, rows)
        return self._send(request, deadline=deadline)

    def _is_current(self) -> bool:
        self.process.warm()
        return self._incarnation == self.process.incarnation

    def _send(self, request: dict[str, Any], rows: pa.Table | None = None, deadline: float | None = None) -> Response:
        return self.process.request(request | {"cursor": self.number}, rows, deadline)


@dataclass(frozen=True, slots=True)
class SqlRows:
    """The rows of a statement that has run."""

    rows: list[Row]

    def fetchall(self) -> list[Row]:
        """Return all rows."""
        return self.rows

    def fetchone(self) -> Row | None:
        """Return the first row; None where there is none."""
        return self.rows[0] if self.rows else None


@dataclass(frozen=True)
class SqlResult:
    """A SELECT that is ready to run."""

    cursor: SqlCursor
    statement: str
    is_of_stranger: bool = False
    seconds: float | None = None
    _waited: list[float] = field(default_factory=lambda: [0.0])

    @cached_property
    def _described(self) -> dict[str, Any]:
        return self.cursor.request({"do": "describe", "sql": self.statement})[0]

    @property
    def columns(self) -> Sequence[str]:
        """The names of the columns, without running the statement."""
        names: list[str] = self._described["columns"]
        return names

    @property
    def types(self) -> Sequence[str]:
        """Their DuckDB types."""
        types: list[str] = self._described["types"]
        return types

    def fetchall(self) -> list[Row]:
        """Run the statement and return its rows, each with Python values."""
        return self.cursor.execute(self.statement).fetchall()

    def to_arrow_table(self) -> pa.Table:
        """Run the statement and return its rows."""
        schema, batches = self._open(self.cursor)
        return pa.Table.from_batches(batches, schema)

    def batches(self) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """Run the statement; its rows come as they are asked for, whatever else the cursor does meanwhile."""
        return self._open(self.cursor.copy())

    def _open(self, cursor: SqlCursor) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        request = {"do": "open", "sql": self.statement, "is_of_stranger": self.is_of_stranger}
        response, (empty, *tables) = self._timed(cursor, request)
        return empty.schema, self._rest(cursor, response, tables)

    def _rest(self, cursor: SqlCursor, response: dict[str, Any], tables: list[pa.Table]) -> Iterator[pa.RecordBatch]:
        yield from (batch for table in tables for batch in table.to_batches())
        while not response["is_done"]:
            response, tables = self._timed(cursor, {"do": "next"})
            yield from (batch for table in tables for batch in table.to_batches())

    def _timed(self, cursor: SqlCursor, request: dict[str, Any]) -> Response:
        """Send a request, counting the time that passes while it is answered."""
        if self.seconds is None:
            return cursor.request(request)
        started = time.monotonic()
        try:
            return cursor.request(request, started + self.seconds - self._waited[0])
        except TimeLimitExceeded:
            raise TimeLimitExceeded(
                f"the statement took longer than {self.seconds:g} s; ask for less, or allow more with --seconds"
            ) from None
        finally:
            self._waited[0] += time.monotonic() - started
