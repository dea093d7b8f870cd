"""Profile a lake in worker processes: if one crashes or hangs, only the file that it was reading fails."""

from __future__ import annotations

import queue
import threading
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.config.read_limits import ReadLimits
from lakeindex.errors import LakeIndexError
from lakeindex.profile.workers.process import Cause, Response, WorkerFailure, WorkerNotStarted, WorkerProcess
from lakeindex.profile.workers.protocol import Request
from lakeindex.profile.workers.work_units import WorkUnit, split_into_units, units_at_once
from lakeindex.types.lake import LakeFile, ReadOptions
from lakeindex.types.reports import FileOutcome, FileStatus

Files = tuple[LakeFile, ...]

_MOST_DEATHS = 3
"""Workers that may die over a file before it is given up."""
_LARGE_BYTES = 32 << 20
_SECONDS_TO_RECOVER = (0.2, 1.0, 0.0)
"""How long to wait after each failed start of a worker: the machine may be out of memory for a moment."""


def profile_in_workers(
    files: Sequence[LakeFile], options: ReadOptions, limits: ProfileLimits, read_limits: ReadLimits
) -> Iterator[WorkUnit]:
    """Profile files in worker processes; work units are yielded in the order in which they finish.

    A file that takes too long, or whose reader crashes, costs itself; the others of its unit are read again by a new
    worker. A file that needs more memory than its share of it, or whose worker is killed, is read again alone, after
    all others, and where workers go on dying over it three times in all. A file that could not be read for a reason
    that says nothing about its content is unseen. Raises LakeIndexError where no worker can start.
    """
    limited = [replace(file, output_limit=read_limits.output_for(file.size)) for file in files]
    deferred: list[LakeFile] = []
    units = split_into_units(limited, read_limits.jobs)
    deaths: Counter[str] = Counter()
    first = _Round(options, limits, read_limits, read_limits.shared_memory, deferred, deaths)
    yield from first.run(units, read_limits.jobs)
    units = ((file,) for file in sorted(deferred, key=lambda file: file.name))
    yield from _Round(options, limits, read_limits, read_limits.memory, None, deaths).run(units, 1)


@dataclass(slots=True)
class _Round:
    """Work units that are read with the same limits, by several threads that each drive a worker."""

    options: ReadOptions
    limits: ProfileLimits
    read_limits: ReadLimits
    memory: int
    deferred: list[LakeFile] | None
    """Collects the files that need more memory; None in the round in which they get all of it."""
    deaths: Counter[str]
    """How many workers have died over a file, by its name."""
    pending: deque[Files] = field(default_factory=deque)
    results: queue.Queue[WorkUnit | BaseException | None] = field(default_factory=queue.Queue)
    stop: threading.Event = field(default_factory=threading.Event)
    slots: threading.Semaphore = field(default_factory=threading.Semaphore)
    """One for each unit that may be under way: what isn't yielded yet is lost when a build is killed."""

    def run(self, units: Iterator[Files], jobs: int) -> Iterator[WorkUnit]:
        self.pending.extend(units)
        self.slots = threading.Semaphore(units_at_once(jobs))
        threads = [threading.Thread(target=self._drive, daemon=True) for _ in range(min(jobs, len(self.pending)))]
        for thread in threads:
            thread.start()
        running = len(threads)
        try:
            while running:
                result = self.results.get()
                if isinstance(result, BaseException):
                    raise result
                if result is None:
                    running -= 1
                else:
                    yield result
                    self.slots.release()
        finally:
            self.stop.set()
            self.slots.release(len(threads) or 1)
            for thread in threads:
                thread.join()

    def _drive(self) -> None:
        worker: WorkerProcess | None = None
        try:
            while files := self._next():
                worker = worker or self._start()
                options = replace(self.options, threads=self._threads_for(files))
                response = worker.run(Request(files, options, self.limits), self.read_limits)
                if response.failure is not None:
                    worker.kill()
                    worker = None
                self.results.put(self._to_work_unit(files, response))
            self.results.put(None)
        except BaseException as error:  # passed to the caller's thread, which raises it
            self.results.put(error)
        finally:
            if worker is not None:
                worker.kill()

    def _threads_for(self, files: Files) -> int:
        """Return how many threads read files: for a large one that workers don't share, as many as these may be."""
        is_large = len(files) == 1 and files[0].size > _LARGE_BYTES and files[0].share is None
        return self.read_limits.jobs if is_large else 1

    def _next(self) -> Files:
        """Wait for a slot and take the files of a unit; none when there is nothing left to do."""
        self.slots.acquire()
        try:
            return () if self.stop.is_set() else self.pending.popleft()
        except IndexError:
            self.slots.release()
            return ()

    def _to_work_unit(self, files: Files, response: Response) -> WorkUnit:
        """Return the result of a request; where the worker failed, queue the files that have to be read again."""
        if response.failure is None:
            return WorkUnit(response.outcomes, response.records)
        done = len(response.outcomes)
        if done == len(files) > 1:
            # Every file was read, profiling them together failed: the half that fails again holds the one at fault.
            half = len(files) // 2
            self.pending.extendleft([files[:half], files[half:]])
            return WorkUnit((), None)
        culprit = files[min(done, len(files) - 1)]
        rest = tuple(file for file in files if file is not culprit)
        if rest:
            self.pending.appendleft(rest)
        if self._is_read_again(culprit, response.failure):
            return WorkUnit((), None)
        return self._given_up(culprit, response.failure)

    def _is_read_again(self, file: LakeFile, failure: WorkerFailure) -> bool:
        """Return whether a file over which a worker failed is tried again, and queue it where it is."""
        self.deaths[file.name] += failure.cause.may_pass
        if failure.cause.may_pass and self.deaths[file.name] >= _MOST_DEATHS:
            return False
        if self.deferred is not None and (failure.cause.may_pass or failure.cause is Cause.MEMORY):
            self.deferred.append(file)
            return True
        if failure.cause.may_pass:
            self.pending.append((file,))
        return failure.cause.may_pass

    def _given_up(self, file: LakeFile, failure: WorkerFailure) -> WorkUnit:
        ran_out = failure.cause is Cause.MEMORY
        told = failure.reason if self.limits.keeps_all else failure.reason_alone
        reason = _memory_reason(self.read_limits.memory) if ran_out else told
        status = FileStatus.UNSEEN if failure.cause.is_of_machine else FileStatus.FAILED
        return WorkUnit((FileOutcome(file.name, status, reason),), None)

    def _start(self) -> WorkerProcess:
        """Start a worker; what ends it while it starts may pass. Raises LakeIndexError where it goes on."""
        for seconds in _SECONDS_TO_RECOVER:
            try:
                return WorkerProcess(self.memory, self.deferred is None, self.stop)
            except WorkerNotStarted as error:
                if self.stop.wait(seconds):
                    raise
                last = error
        raise LakeIndexError(f"{last}; tried {len(_SECONDS_TO_RECOVER)} times") from last


def _memory_reason(memory: int) -> str:
    return f"reading it needs more than {memory / 1e6:.0f} MB of memory; raise --memory or --memory-per-file"
