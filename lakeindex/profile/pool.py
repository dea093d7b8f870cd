"""Profile a lake in worker processes: one that crashes or hangs costs the file it was reading, nothing else."""

from __future__ import annotations

import queue
import select
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from lakeindex.errors import LakeIndexError
from lakeindex.profile.column_profile import Limits
from lakeindex.profile.frames import Request, Tag, outcome_from_json, read_frame
from lakeindex.types import FileOutcome, FileStatus, LakeFile, ReadOptions

_SHARE_FILES = 48
_SHARE_BYTES = 8 << 20
_SECONDS_TO_START = 60.0
_SECONDS_TO_EXIT = 5.0
_LONGEST_REASON = 300  # characters


@dataclass(frozen=True, slots=True)
class Share:
    """What came back for some files: an outcome each, and the profiles of their columns."""

    outcomes: tuple[FileOutcome, ...]
    records: pa.Table | None


def split_into_shares(files: Iterable[LakeFile]) -> Iterator[tuple[LakeFile, ...]]:
    """Group files so that a request is worth its overhead and its profiles fit in memory."""
    share: list[LakeFile] = []
    size = 0
    for file in files:
        if share and (len(share) >= _SHARE_FILES or size + file.size > _SHARE_BYTES):
            yield tuple(share)
            share, size = [], 0
        share.append(file)
        size += file.size
    if share:
        yield tuple(share)


def profile_in_workers(
    files: Iterable[LakeFile], options: ReadOptions, limits: Limits, jobs: int, seconds_per_file: float
) -> Iterator[Share]:
    """Profile files in `jobs` processes; shares come back in the order they finish.

    A file that takes longer than `seconds_per_file`, or whose worker dies, has failed; the others of its share are
    read again by a fresh worker.
    """
    todo: deque[tuple[LakeFile, ...]] = deque(split_into_shares(files))
    if not todo:
        return
    done: queue.Queue[Share | BaseException | None] = queue.Queue(maxsize=4 * jobs)
    stop = threading.Event()
    threads = [
        threading.Thread(target=_drive, args=(todo, done, stop, options, limits, seconds_per_file), daemon=True)
        for _ in range(min(jobs, len(todo)))
    ]
    for thread in threads:
        thread.start()
    running = len(threads)
    try:
        while running:
            result = done.get()
            if isinstance(result, BaseException):
                raise result
            if result is None:
                running -= 1
            else:
                yield result
    finally:
        stop.set()
        while any(thread.is_alive() for thread in threads):
            _drain(done)


def _drain(done: queue.Queue[Share | BaseException | None]) -> None:
    """Make room, so that a thread that waits to hand something over sees the stop."""
    try:
        done.get(timeout=0.05)
    except queue.Empty:
        return


def _drive(
    todo: deque[tuple[LakeFile, ...]],
    done: queue.Queue[Share | BaseException | None],
    stop: threading.Event,
    options: ReadOptions,
    limits: Limits,
    seconds_per_file: float,
) -> None:
    worker: _Worker | None = None
    try:
        while not stop.is_set():
            try:
                files = todo.popleft()
            except IndexError:
                break
            worker = worker or _Worker(seconds_per_file, stop)
            share, again = worker.profile(Request(files, options, limits))
            if share.records is None:
                worker.kill()
                worker = None
            todo.extendleft(again)
            done.put(share)
        done.put(None)
    except BaseException as error:  # handed to the caller's thread, which raises it
        done.put(error)
    finally:
        if worker is not None:
            worker.kill()


class _Worker:
    """One process and the pipes to it."""

    def __init__(self, seconds_per_file: float, stop: threading.Event) -> None:
        self.seconds_per_file = seconds_per_file
        self.stop = stop
        self.messages = tempfile.TemporaryFile()  # noqa: SIM115 (closed in `kill`)
        self.process = subprocess.Popen(
            # -P: what lies in the folder that we are in, which may be the lake, is not imported.
            [sys.executable, "-P", "-m", "lakeindex.profile.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.messages,
            bufsize=0,
            start_new_session=True,  # Ctrl-C is for the parent, which ends its workers itself
        )
        try:
            self._await_start()
        except BaseException:
            self.kill()
            raise

    def _await_start(self) -> None:
        try:
            if self._receive(max(self.seconds_per_file, _SECONDS_TO_START)) is not None:
                return
            reason = self._last_words()
        except TimeoutError:
            reason = "it says nothing"
        raise LakeIndexError(f"a process that reads files could not start: {reason}")

    def profile(self, request: Request) -> tuple[Share, list[tuple[LakeFile, ...]]]:
        """Return the share, and the shares to do again because the worker was lost."""
        files = request.files
        outcomes: list[FileOutcome] = []
        try:
            self._send(request.to_line())
            while (frame := self._receive(self.seconds_per_file)) is not None:
                tag, payload = frame
                if tag is Tag.RECORDS:
                    return Share(tuple(outcomes), pa.ipc.open_stream(payload).read_all()), []
                outcomes.append(outcome_from_json(payload))
            reason = f"its reader crashed ({self._last_words()})"
        except TimeoutError:
            reason = f"reading it took longer than {self.seconds_per_file:g} s"
        except BrokenPipeError:
            reason = f"its reader crashed ({self._last_words()})"
        if len(outcomes) == len(files) > 1:
            # Every file was read, profiling them together failed: the half that fails again holds the one at fault.
            half = len(files) // 2
            return Share((), None), [files[:half], files[half:]]
        culprit = files[min(len(outcomes), len(files) - 1)]
        rest = tuple(file for file in files if file is not culprit)
        return Share((FileOutcome(culprit.name, FileStatus.FAILED, reason),), None), [rest] if rest else []

    def kill(self) -> None:
        """End the process and wait until it is gone."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.messages):
            if stream is not None:
                stream.close()

    def _send(self, line: bytes) -> None:
        assert self.process.stdin is not None
        view = memoryview(line)
        while view:
            view = view[self.process.stdin.write(view) :]

    def _receive(self, seconds: float) -> tuple[Tag, bytes] | None:
        assert self.process.stdout is not None
        waited = 0.0
        while not select.select([self.process.stdout], [], [], 0.5)[0]:
            waited += 0.5
            if self.stop.is_set() or waited >= seconds:
                raise TimeoutError
        return read_frame(self.process.stdout)

    def _last_words(self) -> str:
        try:
            code = self.process.wait(_SECONDS_TO_EXIT)
        except subprocess.TimeoutExpired:
            self.process.kill()  # a thread of the reader keeps the process from ending
            code = self.process.wait()
        self.messages.seek(0)
        words = self.messages.read().decode("utf-8", "replace").strip().split("\n")
        how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        return f"{how}: {words[-1][:_LONGEST_REASON]}" if words[-1] else how
