"""A worker process as its parent drives it: started, sent requests, given up after a time limit, and ended."""

from __future__ import annotations

import os
import re
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import IO

import pyarrow as pa

from lakeindex.config.read_limits import ReadLimits
from lakeindex.errors import LakeIndexError
from lakeindex.profile.workers.protocol import OUT_OF_MEMORY, Request, Tag, outcome_from_json, receive_frame
from lakeindex.types.reports import FileOutcome

_SECONDS_TO_START = 60.0
_SECONDS_TO_EXIT = 5.0
_POLL_SECONDS = 0.1
_LONGEST_REASON = 300  # characters
_NOT_STARTED = "a process that reads files could not start: {}"
_MESSAGE_BYTES = 1 << 16
_MOST_READS = 64
"""How often all of a file is read, at most; what reads more goes round in circles."""
_SPARE_BYTES = 10**9
_ATOMIC_BYTES = 4096  # a pipe that can be written to takes these without waiting

_ENVIRONMENT = {
    # Reserved memory counts as taken: mimalloc reserves a gigabyte.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
    # There is a worker a core already.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
_FRUGAL = {
    # By default, malloc keeps arrays among small objects that stay, and returns little memory; this is slower.
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "MALLOC_TRIM_THRESHOLD_": "131072",
}
_OUT_OF_MEMORY_MESSAGES = (
    "MemoryError", "bad_alloc", "memory allocation of", "out of memory", "Out of memory", "Cannot allocate memory",
    "can't start new thread", "Resource temporarily unavailable",
)  # fmt: skip


_CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGILL, signal.SIGFPE, signal.SIGTRAP, signal.SIGSYS)
"""Signals by which a reader ends itself; others come from outside, or, as SIGBUS, from a disk that can't be read."""


class Cause(Enum):
    """What made a worker fail."""

    CRASH = auto()
    """Its reader, and so probably the file."""
    SIGNAL = auto()
    """A crash of native code, which may not happen again."""
    KILL = auto()
    """Somebody else, as the kernel of a machine that runs out of memory."""
    MEMORY = auto()
    """The limit on its memory."""
    TIME = auto()
    """The limit on its time."""

    @property
    def may_pass(self) -> bool:
        """Whether the same file may be read when it is tried again at once."""
        return self in (Cause.SIGNAL, Cause.KILL)

    @property
    def is_of_machine(self) -> bool:
        """Whether it says nothing about the file's content."""
        return self in (Cause.KILL, Cause.MEMORY, Cause.TIME)


@dataclass(frozen=True, slots=True)
class WorkerFailure:
    """Why a worker ended before it had responded."""

    reason: str
    cause: Cause = Cause.CRASH
    detail: str = ""
    """How its process ended, and its last message."""

    @property
    def reason_alone(self) -> str:
        """Return the reason without the last message, which may quote a value."""
        return self.reason.replace(f" ({self.detail})", "") if self.detail else self.reason


class WorkerNotStarted(LakeIndexError):
    """A worker process that ended, or did not respond, before it could read anything."""


@dataclass(frozen=True, slots=True)
class Response:
    """The response of a worker to a request; without records the worker failed before it was done."""

    outcomes: tuple[FileOutcome, ...]
    records: pa.Table | None
    failure: WorkerFailure | None


@dataclass(slots=True)
class _Deadline:
    """A time limit that starts anew each time the worker has advanced."""

    seconds: float
    at: float = 0.0

    def __post_init__(self) -> None:
        self.start_anew()

    def is_over(self) -> bool:
        return time.monotonic() >= self.at

    def start_anew(self) -> None:
        self.at = time.monotonic() + self.seconds


class WorkerProcess:
    """One process and the pipes to it."""

    def __init__(self, memory: int, is_frugal: bool, stop: threading.Event) -> None:
        """Start a worker that may take so many bytes for its files. Raises WorkerNotStarted when it doesn't start."""
        self.stop = stop
        self._bytes_read = self._most_bytes = 0
        try:
            with ExitStack() as opened:
                self.messages = opened.enter_context(tempfile.TemporaryFile())
                self.process = _start(memory, is_frugal, self.messages)
                opened.pop_all()
        except OSError as error:
            raise WorkerNotStarted(_NOT_STARTED.format(error.strerror or error)) from error
        try:
            self._await_start()
        except BaseException:
            self.kill()
            raise

    def _await_start(self) -> None:
        try:
            if self._receive(_SECONDS_TO_START) is not None:
                return
            reason = self._failure().detail
        except TimeoutError:
            reason = "it does not respond"
        raise WorkerNotStarted(_NOT_STARTED.format(reason))

    def run(self, request: Request, read_limits: ReadLimits) -> Response:
        """Have files read; a worker that fails responds to nothing more and has to be killed."""
        outcomes: list[FileOutcome] = []
        self._most_bytes = _MOST_READS * sum(file.size for file in request.files) + _SPARE_BYTES
        try:
            self._send(request.to_line())
            while (frame := self._receive(read_limits.seconds)) is not None:
                tag, payload = frame
                if tag is Tag.RECORDS:
                    return Response(tuple(outcomes), pa.ipc.open_stream(pa.py_buffer(payload)).read_all(), None)
                outcomes.append(outcome_from_json(payload))
            failure = self._failure()
        except TimeoutError:
            reason = f"reading it did not advance for {read_limits.seconds:g} s; raise --seconds-per-file"
            failure = WorkerFailure(reason, Cause.TIME)
        except BrokenPipeError:
            failure = self._failure()
        return Response(tuple(outcomes), None, failure)

    def kill(self) -> None:
        """End the process and wait until it is gone."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.messages):
            if stream is not None:
                stream.close()

    def _send(self, line: bytes) -> None:
        assert self.process.stdin is not None
        deadline = _Deadline(_SECONDS_TO_START)
        view = memoryview(line)
        while view:
            self._wait(self.process.stdin.fileno(), selectors.EVENT_WRITE, deadline)
            view = view[self.process.stdin.write(view[:_ATOMIC_BYTES]) :]

    def _receive(self, seconds: float) -> tuple[Tag, bytearray] | None:
        return receive_frame(_ResponseStream(self, _Deadline(seconds)))

    def read(self, size: int, deadline: _Deadline) -> bytes:
        """Read at most `size` bytes of a response; none at its end. Raises TimeoutError after the deadline."""
        assert self.process.stdout is not None
        responses = self.process.stdout.fileno()
        self._wait(responses, selectors.EVENT_READ, deadline)
        return os.read(responses, size)

    def _wait(self, pipe: int, event: int, deadline: _Deadline) -> None:
        # Not select(): it takes no file descriptor from 1024 on.
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, event)
            while not selector.select(_POLL_SECONDS):
                if self._has_advanced():
                    deadline.start_anew()
                if self.stop.is_set() or deadline.is_over():
                    raise TimeoutError

    def _has_advanced(self) -> bool:
        """Return whether it has read more of its files since this was last asked: one that does is not given up.

        What reads a file over and over again doesn't advance. Systems that don't count what a process reads tell
        nothing.
        """
        try:
            counted = re.search(rb"rchar: (\d+)", Path(f"/proc/{self.process.pid}/io").read_bytes())
        except OSError:
            return False
        before, self._bytes_read = self._bytes_read, int(counted[1]) if counted else 0
        return before < self._bytes_read <= self._most_bytes

    def _failure(self) -> WorkerFailure:
        was_killed = True
        try:
            code = self.process.wait(_SECONDS_TO_EXIT)
        except subprocess.TimeoutExpired:
            was_killed = False
            self.process.kill()  # a thread of the reader keeps the process from ending
            code = self.process.wait()
        message = self._last_message()
        detail = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        detail = f"{detail}: {message}" if message else detail
        if code == OUT_OF_MEMORY or any(known in message for known in _OUT_OF_MEMORY_MESSAGES):
            return WorkerFailure("it ran out of memory", Cause.MEMORY, detail)
        if code < 0 and -code not in _CRASHES and was_killed:
            reason = "its reader was killed from outside, as by a machine that runs out of memory; lower --memory"
            return WorkerFailure(reason, Cause.KILL, detail)
        cause = Cause.SIGNAL if code < 0 and was_killed else Cause.CRASH
        return WorkerFailure(f"its reader crashed ({detail})", cause, detail)

    def _last_message(self) -> str:
        size = self.messages.seek(0, os.SEEK_END)
        self.messages.seek(max(0, size - _MESSAGE_BYTES))
        return self.messages.read().decode("utf-8", "replace").strip().split("\n")[-1][:_LONGEST_REASON]


def _start(memory: int, is_frugal: bool, messages: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        # -P: what lies in the folder that we are in, which may be the lake, is not imported.
        [sys.executable, "-P", "-m", "lakeindex.profile.workers.start_worker", str(memory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=messages,
        bufsize=0,
        env=os.environ | _ENVIRONMENT | (_FRUGAL if is_frugal else {}),
        start_new_session=True,  # Ctrl-C is for the parent, which ends its workers itself
    )


@dataclass(frozen=True, slots=True)
class _ResponseStream:
    """The responses of a worker, waited for until a deadline."""

    worker: WorkerProcess
    deadline: _Deadline

    def read(self, size: int, /) -> bytes:
        return self.worker.read(size, self.deadline)
