"""Profile a lake in worker processes: one that crashes or hangs costs the file it was reading, nothing else."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from lakeindex.config.profile_limits import Limits
from lakeindex.config.read_limits import Guards
from lakeindex.profile.workers.process import Answer, WorkerProcess
from lakeindex.profile.workers.protocol import Request
from lakeindex.profile.workers.work_units import Share, shares_at_once, split_into_shares
from lakeindex.types.lake import LakeFile, ReadOptions
from lakeindex.types.reports import FileOutcome, FileStatus

Files = tuple[LakeFile, ...]


def profile_in_workers(
    files: Sequence[LakeFile], options: ReadOptions, limits: Limits, guards: Guards
) -> Iterator[Share]:
    """Profile files in processes of their own; shares come back in the order they finish.

    A file that takes too long, or whose worker dies, has failed; the others of its share are read again by a fresh
    worker. A file that needs more memory than there is for it beside others is read again when they are done.
    """
    allowed = [replace(file, output_limit=guards.output_of(file.size)) for file in files]
    alone: list[LakeFile] = []
    todo = split_into_shares(allowed, guards.jobs)
    yield from _Round(options, limits, guards, guards.shared_memory, alone).run(todo, guards.jobs)
    todo = ((file,) for file in sorted(alone, key=lambda file: file.name))
    yield from _Round(options, limits, guards, guards.memory, None).run(todo, 1)


@dataclass(slots=True)
class _Round:
    """Shares that are read with the same limits, each by one of several threads that drive a worker."""

    options: ReadOptions
    limits: Limits
    guards: Guards
    memory: int
    alone: list[LakeFile] | None
    """Where files go that need more memory; None where there is no more to be had."""
    todo: deque[Files] = field(default_factory=deque)
    done: queue.Queue[Share | BaseException | None] = field(default_factory=queue.Queue)
    stop: threading.Event = field(default_factory=threading.Event)
    places: threading.Semaphore = field(default_factory=threading.Semaphore)
    """One for each share that is under way: what isn't handed over is lost when a build is killed."""

    def run(self, shares: Iterator[Files], jobs: int) -> Iterator[Share]:
        self.todo.extend(shares)
        self.places = threading.Semaphore(shares_at_once(jobs))
        threads = [threading.Thread(target=self._drive, daemon=True) for _ in range(min(jobs, len(self.todo)))]
        for thread in threads:
            thread.start()
        running = len(threads)
        try:
            while running:
                result = self.done.get()
                if isinstance(result, BaseException):
                    raise result
                if result is None:
                    running -= 1
                else:
                    yield result
                    self.places.release()
        finally:
            self.stop.set()
            self.places.release(len(threads) or 1)
            for thread in threads:
                thread.join()

    def _drive(self) -> None:
        worker: WorkerProcess | None = None
        try:
            while files := self._next():
                worker = worker or WorkerProcess(self.memory, self.alone is None, self.stop)
                answer = worker.ask(Request(files, self.options, self.limits), self.guards)
                if answer.lost is not None:
                    worker.kill()
                    worker = None
                self.done.put(self._settled(files, answer))
            self.done.put(None)
        except BaseException as error:  # handed to the caller's thread, which raises it
            self.done.put(error)
        finally:
            if worker is not None:
                worker.kill()

    def _next(self) -> Files:
        """Wait for a place and take a share; an empty one says that there is nothing left to do."""
        self.places.acquire()
        try:
            return () if self.stop.is_set() else self.todo.popleft()
        except IndexError:
            self.places.release()
            return ()

    def _settled(self, files: Files, answer: Answer) -> Share:
        """Make a share of what a worker said; where it was lost, see to what has to be read again."""
        if answer.lost is None:
            return Share(answer.outcomes, answer.records)
        done = len(answer.outcomes)
        if done == len(files) > 1:
            # Every file was read, profiling them together failed: the half that fails again holds the one at fault.
            half = len(files) // 2
            self.todo.extendleft([files[:half], files[half:]])
            return Share((), None)
        culprit = files[min(done, len(files) - 1)]
        rest = tuple(file for file in files if file is not culprit)
        if rest:
            self.todo.appendleft(rest)
        if not answer.lost.lacked_memory:
            return _failed(culprit, answer.lost.reason)
        if self.alone is not None:
            self.alone.append(culprit)
            return Share((), None)
        return _failed(culprit, _lacked(self.guards.memory))


def _failed(file: LakeFile, reason: str) -> Share:
    return Share((FileOutcome(file.name, FileStatus.FAILED, reason),), None)


def _lacked(memory: int) -> str:
    return f"reading it needs more than {memory / 1e6:.0f} MB of memory; raise --memory or --memory-per-file"
