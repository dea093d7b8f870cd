"""The SQL process: `python -m lakeindex.catalog.sql_process.server CONTROL CHANNEL...`, the descriptors of its sockets.

A thread serves each channel, so that as many statements run side by side as there are channels. When the parent ends,
or closes the control socket, the process ends at once, whatever DuckDB is doing.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from socket import socket
from typing import Any

import duckdb
import pyarrow as pa

from lakeindex.catalog.database import connect, glob_escaped_text
from lakeindex.catalog.sql_process.confinement import confine
from lakeindex.catalog.sql_process.messages import (
    Setup,
    Tag,
    receive,
    rows_from_bytes,
    rows_to_bytes,
    send,
    send_json,
)
from lakeindex.catalog.sql_process.statement_check import checked_select
from lakeindex.errors import LakeIndexError, UnreadableTable
from lakeindex.files.process_limits import limit_memory
from lakeindex.sql import literal, quoted

_BATCH_ROWS = 1 << 16
_PARENT_BYTES = 300_000_000
"""What the parent may take of the memory of both."""
_LEAST_SHARE, _DUCKDB_SHARE = 0.5, 0.7
"""The share of the memory that is left for this process at least, and the share of that which DuckDB may count: rows
under way and results are beside it."""

_JSON_DEPTH = 10_000
"""More than the JSON of an expression has that is as deep as DuckDB allows, 1000."""


@dataclass(slots=True)
class _Cursor:
    """One cursor of the parent: its connection, and the rows of its statement that are still to come."""

    connection: duckdb.DuckDBPyConnection
    rest: Iterator[pa.RecordBatch] | None = None


@dataclass(slots=True)
class Server:
    """Serves the requests of all channels on one DuckDB."""

    root: duckdb.DuckDBPyConnection
    cursors: dict[int, _Cursor] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, channel: socket) -> None:
        """Respond to the requests of one channel until it is closed."""
        while (frame := receive(channel)) is not None:
            request = json.loads(frame[1])
            for number in request["closed"]:
                self._close(number)
            rows = None
            if request.get("has_rows"):
                payload = receive(channel)
                if payload is None:
                    return
                rows = rows_from_bytes(payload[1])
            try:
                self._respond(channel, request, rows)
            except OSError:
                raise
            except Exception as error:
                send_json(channel, {"kind": _kind_of(error), "message": str(error)}, Tag.ERROR)

    def interrupt(self, number: int) -> None:
        """Interrupt what a cursor is doing."""
        cursor = self.cursors.get(number)
        if cursor is not None:
            cursor.connection.interrupt()

    def _respond(self, channel: socket, request: dict[str, Any], rows: pa.Table | None) -> None:
        do, cursor = request["do"], self._cursor(request["cursor"])
        if do == "next":
            self._send_batch(channel, cursor)
            return
        cursor.rest = None
        if do == "register":
            cursor.connection.register(request["name"], rows)
            send_json(channel, {})
        elif do == "unregister":
            cursor.connection.unregister(request["name"])
            send_json(channel, {})
        elif do == "execute":
            send_json(channel, {"rows": cursor.connection.execute(request["sql"]).fetchall()})
        elif do == "describe":
            found = cursor.connection.sql(request["sql"])
            send_json(channel, {"columns": found.columns, "types": list(map(str, found.types))})
        else:
            sql = request["sql"]
            self._open(channel, cursor, checked_select(cursor.connection, sql) if request["is_of_stranger"] else sql)

    def _open(self, channel: socket, cursor: _Cursor, sql: str) -> None:
        """Run a statement and send its schema with the first rows."""
        reader = cursor.connection.sql(sql).to_arrow_reader(_BATCH_ROWS)
        cursor.rest = iter(reader)
        send(channel, Tag.ROWS, rows_to_bytes(pa.Table.from_batches([], reader.schema)))
        self._send_batch(channel, cursor)

    def _send_batch(self, channel: socket, cursor: _Cursor) -> None:
        if cursor.rest is None:
            raise UnreadableTable("the rows that were still to come are gone: the process that ran the statement ended")
        batch = next(cursor.rest, None)
        if batch is None:
            cursor.rest = None
        else:
            send(channel, Tag.ROWS, rows_to_bytes(batch))
        send_json(channel, {"is_done": batch is None})

    def _cursor(self, number: int) -> _Cursor:
        with self.lock:
            if number not in self.cursors:
                self.cursors[number] = _Cursor(self.root.cursor())
            return self.cursors[number]

    def _close(self, number: int) -> None:
        with self.lock:
            cursor = self.cursors.pop(number, None)
        if cursor is not None:
            cursor.rest = None
            cursor.connection.close()


def _kind_of(error: Exception) -> str:
    """Return the name of the exception that the parent raises."""
    return duckdb.OutOfMemoryException.__name__ if isinstance(error, MemoryError) else type(error).__name__


def open_database(setup: Setup, memory: str) -> duckdb.DuckDBPyConnection:
    """Open DuckDB as it may be used here: no file outside the setup's, no setting that a statement can change."""
    connection = connect(None, memory, may_spill=not setup.is_confined)
    if setup.rows is not None:
        connection.execute(f"ATTACH {literal(setup.rows)} AS {quoted(setup.rows_name)} (READ_ONLY)")
    # DuckDB compares these with the glob as it is written, and then with each path that it matches.
    for setting, paths in (("allowed_directories", setup.folders), ("allowed_paths", setup.files)):
        written = {form for path in paths for form in (path, glob_escaped_text(path))}
        if written:
            connection.execute(f"SET {setting} = {literal(tuple(sorted(written)))}")
    if setup.is_confined:
        connection.execute("SET allow_persistent_secrets = false")
    # Names in a statement are tables and files, never variables of this program.
    connection.execute("SET python_enable_replacements = false")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _start(setup: Setup, memory: int) -> Server:
    if not setup.is_confined:
        return Server(open_database(setup, setup.memory))
    left = max(memory - _PARENT_BYTES, int(memory * _LEAST_SHARE))
    limit_memory(left)
    # Before DuckDB starts threads, which would not be confined.
    confine([*setup.folders, *setup.files, *([] if setup.rows is None else [setup.rows])])
    return Server(open_database(setup, f"{int(left * _DUCKDB_SHARE)}B"))


def _serve_or_end(server: Server, channel: socket) -> None:
    """Serve a channel; where that fails, end the process, as the parent would wait for a thread that is gone."""
    try:
        server.serve(channel)
    except BaseException:
        os._exit(1)


def main() -> None:
    """Serve the sockets whose descriptors are the arguments."""
    sys.setrecursionlimit(_JSON_DEPTH)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process itself
    control, *channels = (socket(fileno=int(number)) for number in sys.argv[1:])
    frame = receive(control)
    if frame is None:
        return
    request = json.loads(frame[1])
    try:
        server = _start(Setup.from_json(request["setup"]), request["bytes"])
    except (duckdb.Error, LakeIndexError) as error:
        send_json(control, {"kind": type(error).__name__, "message": str(error)}, Tag.ERROR)
        return
    for channel in channels:
        threading.Thread(target=_serve_or_end, args=(server, channel), daemon=True).start()
    send_json(control, {})
    while (frame := receive(control)) is not None:
        server.interrupt(json.loads(frame[1])["cursor"])
    os._exit(0)


if __name__ == "__main__":
    main()
