"""The parent's side of a SQL process: started when it is first needed, interrupted, ended, and started again."""

from __future__ import annotations

import itertools
import json
import os
import select
import threading
import time
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty
from socket import socket
from typing import Any

import duckdb
import pyarrow as pa

from lakeindex.catalog.sql_process.messages import Setup, Tag, receive, rows_from_bytes, rows_to_bytes, send, send_json
from lakeindex.catalog.sql_process.running import RunningProcess
from lakeindex.errors import LakeIndexError, UnreadableTable

_SECONDS_TO_START = 60.0
_SECONDS_TO_INTERRUPT = 0.3
_POLL_SECONDS = 0.1
_TOO_LONG = "it takes too long"

Response = tuple[dict[str, Any], list[pa.Table]]
"""The content of a response, and the rows that came with it."""


class SqlProcessEnded(UnreadableTable):
    """The SQL process ended before it had responded; the next statement starts another one."""


class TimeLimitExceeded(LakeIndexError):
    """A statement was given up after the seconds that it may take."""


class SqlProcess:
    """DuckDB in a process of its own; safe for threads, and in a forked child a new one."""

    def __init__(self, setup: Setup) -> None:
        """Nothing is started before the first statement, or `warm`."""
        self.setup = setup
        self.incarnation = 0
        """How many processes were started: what a cursor had in an earlier one is gone."""
        self._running: RunningProcess | None = None
        self._lock = threading.RLock()
        self._numbers = itertools.count()
        self._closed_cursors: deque[int] = deque()
        self._is_closed = False
        _all.add(self)

    def warm(self) -> None:
        """Start the process, unless it runs, without waiting until it is ready."""
        self._start()

    def close(self) -> None:
        """End the process; there is no further one."""
        self._is_closed = True
        self.end()

    def end(self) -> None:
        """End the process, whatever it is doing; the next statement starts another one."""
        with self._lock:
            running, self._running = self._running, None
            self._closed_cursors.clear()
        if running is not None:
            running.end()

    def next_number(self) -> int:
        """Return the number of a new cursor."""
        return next(self._numbers)

    def forget(self, number: int, incarnation: int) -> None:
        """Let the process close a cursor when it receives the next request."""
        if incarnation == self.incarnation:
            self._closed_cursors.append(number)

    def request(self, request: dict[str, Any], rows: pa.Table | None = None, deadline: float | None = None) -> Response:
        """Send a request and return its response, and the rows before it.

        Raises duckdb.Error for what DuckDB rejects, SqlProcessEnded, TimeLimitExceeded after the deadline (a moment of
        time.monotonic).
        """
        running = self._ready()
        with self._channel(running, deadline) as channel:
            try:
                self._send(channel, request, rows, deadline)
                return self._response(channel, deadline)
            except TimeLimitExceeded:
                self._interrupt(running, channel, request["cursor"])
                raise
            except TimeoutError as error:  # half of the request is sent
                self.end()
                raise TimeLimitExceeded(_TOO_LONG) from error
            except duckdb.OutOfMemoryException:
                if self.setup.is_confined:
                    self.end()  # what its libraries keep for later counts, and the next statement would have less
                raise
            except (OSError, EOFError) as error:
                raise self._ended(running) from error
            except BaseException as error:
                if not isinstance(error, duckdb.Error | LakeIndexError):
                    self.end()  # as for Ctrl-C: at once, whatever DuckDB is doing
                raise

    def after_fork(self) -> None:
        """Forget the parent's process, in a forked child."""
        running, self._running = self._running, None
        self._lock = threading.RLock()
        self._closed_cursors = deque()
        if running is not None:
            running.abandon()

    def _send(self, channel: socket, request: dict[str, Any], rows: pa.Table | None, deadline: float | None) -> None:
        """Send a request. Raises TimeoutError where the process doesn't take it before the deadline."""
        channel.settimeout(None if deadline is None else max(deadline - time.monotonic(), _POLL_SECONDS))
        send_json(channel, request | {"has_rows": rows is not None, "closed": self._take_closed()})
        if rows is not None:
            send(channel, Tag.ROWS, rows_to_bytes(rows))
        channel.settimeout(None)

    def _take_closed(self) -> list[int]:
        return [self._closed_cursors.popleft() for _ in range(len(self._closed_cursors))]

    def _response(self, channel: socket, deadline: float | None) -> Response:
        tables: list[pa.Table] = []
        while True:
            self._wait(channel, deadline)
            frame = receive(channel)
            if frame is None:
                raise EOFError
            tag, payload = frame
            if tag is Tag.ROWS:
                tables.append(rows_from_bytes(payload))
                continue
            content: dict[str, Any] = json.loads(payload)
            if tag is Tag.ERROR:
                raise _error_of(content)
            return content, tables

    def _wait(self, channel: socket, deadline: float | None) -> None:
        """Wait until there is something to receive."""
        poll = select.poll()
        poll.register(channel, select.POLLIN)
        while True:
            left = _POLL_SECONDS if deadline is None else min(_POLL_SECONDS, deadline - time.monotonic())
            if poll.poll(max(0.0, left) * 1000):
                return
            if deadline is not None and time.monotonic() >= deadline:
                raise TimeLimitExceeded(_TOO_LONG)

    def _interrupt(self, running: RunningProcess, channel: socket, cursor: int) -> None:
        """Interrupt a statement; where DuckDB goes on nevertheless, end the process."""
        try:
            send_json(running.control, {"cursor": cursor})
            self._response(channel, time.monotonic() + _SECONDS_TO_INTERRUPT)
        except duckdb.Error:
            pass  # it was interrupted
        except (OSError, EOFError, LakeIndexError):
            self.end()

    @contextmanager
    def _channel(self, running: RunningProcess, deadline: float | None) -> Iterator[socket]:
        try:
            channel = running.free.get(timeout=None if deadline is None else max(deadline - time.monotonic(), 0))
        except Empty:
            raise TimeLimitExceeded(_TOO_LONG) from None
        try:
            if running.has_ended:
                raise self._ended(running)
            yield channel
        finally:
            running.free.put(channel)

    def _ended(self, running: RunningProcess) -> SqlProcessEnded:
        """Return the error of a process that is gone."""
        with self._lock:
            if self._running is running:
                self._running = None
        running.await_end()
        running.end()
        if self._is_closed:
            return SqlProcessEnded("the lake was closed while a statement was running")
        hint = (
            "as by a machine that has not enough memory: set less with LAKEINDEX_MEMORY"
            if running.was_killed()
            else "as for lack of memory: ask for less, or allow more with LAKEINDEX_MEMORY"
        )
        return SqlProcessEnded(f"the process that runs SQL {running.how_it_ended()}, {hint}")

    def _ready(self) -> RunningProcess:
        """Return the running process once it is ready."""
        with self._lock:
            running = self._start()
            if not running.is_ready:
                self._await_start(running)
                running.be_ready()
            return running

    def _start(self) -> RunningProcess:
        with self._lock:
            if self._is_closed:
                raise LakeIndexError("this lake is closed: open it again")
            if self._running is not None and self._running.is_gone():
                self.end()  # between two requests, perhaps for lack of memory: the next one needs not fail for that
            if self._running is None:
                self._running = RunningProcess.start(self.setup)
                weakref.finalize(self, self._running.end)
                self.incarnation += 1
            return self._running

    def _await_start(self, running: RunningProcess) -> None:
        try:
            self._response(running.control, time.monotonic() + _SECONDS_TO_START)
        except (OSError, EOFError, TimeLimitExceeded) as error:
            reason = running.last_message()
            self.end()
            raise LakeIndexError(f"the process that runs SQL could not start: {reason}") from error
        except BaseException:
            self.end()
            raise


def _error_of(content: dict[str, Any]) -> Exception:
    """Return the error that was raised in the process."""
    from lakeindex import errors

    kind, message = content["kind"], content["message"]
    known = getattr(errors, kind, None) or getattr(duckdb, kind, None) or duckdb.Error
    found: Exception = known(message)
    return found


_all: weakref.WeakSet[SqlProcess] = weakref.WeakSet()


def _after_fork() -> None:
    for one in list(_all):
        one.after_fork()


os.register_at_fork(after_in_child=_after_fork)
