"""A worker process as its parent sees it: started, asked, waited for with patience that ends, and buried."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass

import pyarrow as pa

from lakeindex.config.read_limits import Guards
from lakeindex.errors import LakeIndexError
from lakeindex.profile.workers.protocol import OUT_OF_MEMORY, Request, Tag, outcome_from_json, read_frame
from lakeindex.types.reports import FileOutcome

_SECONDS_TO_START = 60.0
_SECONDS_TO_EXIT = 5.0
_SECONDS_BETWEEN_LOOKS = 0.5
_LONGEST_REASON = 300  # characters
_LAST_BYTES = 1 << 16
_ATOMIC_BYTES = 4096  # a pipe that can be written to takes these without waiting

_ENVIRONMENT = {
    # What is reserved counts as taken: mimalloc reserves a gigabyte.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
    # There is a worker a core already.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
_FRUGAL = {
    # Left to itself, malloc keeps arrays among small things that stay, and gives little back; this takes longer.
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "MALLOC_TRIM_THRESHOLD_": "131072",
}
_SAID_WITHOUT_MEMORY = (
    "MemoryError", "bad_alloc", "memory allocation of", "out of memory", "Out of memory", "Cannot allocate memory",
    "can't start new thread", "Resource temporarily unavailable",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lost:
    """A worker that is gone, and what that tells."""

    reason: str
    lacked_memory: bool = False
    how: str = ""
    """How its process ended, and its last words."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker said to a request; without records it was lost before it was done."""

    outcomes: tuple[FileOutcome, ...]
    records: pa.Table | None
    lost: Lost | None


class WorkerProcess:
    """One process and the pipes to it."""

    def __init__(self, memory: int, is_frugal: bool, stop: threading.Event) -> None:
        """Start a worker that may take so many bytes for its files. Raises LakeIndexError when it doesn't start."""
        self.stop = stop
        self.messages = tempfile.TemporaryFile()  # noqa: SIM115 (closed in `kill`)
        self.process = subprocess.Popen(
            # -P: what lies in the folder that we are in, which may be the lake, is not imported.
            [sys.executable, "-P", "-m", "lakeindex.profile.workers.worker", str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.messages,
            bufsize=0,
            env=os.environ | _ENVIRONMENT | (_FRUGAL if is_frugal else {}),
            start_new_session=True,  # Ctrl-C is for the parent, which ends its workers itself
        )
        try:
            self._await_start()
        except BaseException:
            self.kill()
            raise

    def _await_start(self) -> None:
        try:
            if self._receive(_SECONDS_TO_START) is not None:
                return
            reason = self._last_words().how
        except TimeoutError:
            reason = "it says nothing"
        raise LakeIndexError(f"a process that reads files could not start: {reason}")

    def ask(self, request: Request, guards: Guards) -> Answer:
        """Have files read; a worker that is lost over it says nothing more and has to be killed."""
        outcomes: list[FileOutcome] = []
        # After the last file its columns are profiled, with those of others.
        seconds = [guards.seconds_for(file.size) for file in (*request.files, request.files[-1])]
        try:
            self._send(request.to_line())
            while (frame := self._receive(seconds[len(outcomes)])) is not None:
                tag, payload = frame
                if tag is Tag.RECORDS:
                    return Answer(tuple(outcomes), pa.ipc.open_stream(pa.py_buffer(payload)).read_all(), None)
                outcomes.append(outcome_from_json(payload))
            lost = self._last_words()
        except TimeoutError:
            lost = Lost(f"reading it took longer than {seconds[len(outcomes)]:g} s; raise --seconds-per-file")
        except BrokenPipeError:
            lost = self._last_words()
        return Answer(tuple(outcomes), None, lost)

    def kill(self) -> None:
        """End the process and wait until it is gone."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.messages):
            if stream is not None:
                stream.close()

    def _send(self, line: bytes) -> None:
        assert self.process.stdin is not None
        until = time.monotonic() + _SECONDS_TO_START
        view = memoryview(line)
        while view:
            self._wait(self.process.stdin.fileno(), selectors.EVENT_WRITE, until)
            view = view[self.process.stdin.write(view[:_ATOMIC_BYTES]) :]

    def _receive(self, seconds: float) -> tuple[Tag, bytearray] | None:
        return read_frame(_Patience(self, time.monotonic() + seconds))

    def read(self, size: int, until: float) -> bytes:
        """Read at most so many bytes of an answer; none at its end. Raises TimeoutError when none come until then."""
        assert self.process.stdout is not None
        answers = self.process.stdout.fileno()
        self._wait(answers, selectors.EVENT_READ, until)
        return os.read(answers, size)

    def _wait(self, pipe: int, event: int, until: float) -> None:
        # Not select(): it knows no file beyond the 1024th that a process has open.
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, event)
            while not selector.select(_SECONDS_BETWEEN_LOOKS):
                if self.stop.is_set() or time.monotonic() >= until:
                    raise TimeoutError

    def _last_words(self) -> Lost:
        was_killed = True
        try:
            code = self.process.wait(_SECONDS_TO_EXIT)
        except subprocess.TimeoutExpired:
            was_killed = False
            self.process.kill()  # a thread of the reader keeps the process from ending
            code = self.process.wait()
        said = self._said()
        how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        how = f"{how}: {said}" if said else how
        if code == OUT_OF_MEMORY or any(words in said for words in _SAID_WITHOUT_MEMORY):
            return Lost("it lacked memory", True, how)
        if code == -signal.SIGKILL and was_killed:
            reason = "its reader was killed from outside, as by a machine that runs out of memory; lower --memory"
            return Lost(reason, False, how)
        return Lost(f"its reader crashed ({how})", False, how)

    def _said(self) -> str:
        size = self.messages.seek(0, os.SEEK_END)
        self.messages.seek(max(0, size - _LAST_BYTES))
        return self.messages.read().decode("utf-8", "replace").strip().split("\n")[-1][:_LONGEST_REASON]


@dataclass(frozen=True, slots=True)
class _Patience:
    """The answers of a worker, waited for until some time and no longer."""

    worker: WorkerProcess
    until: float

    def read(self, size: int, /) -> bytes:
        return self.worker.read(size, self.until)
