"""Answer many queries on all cores: one process per core, each with a view of the same generation of the index."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any

from lakeindex.config.settings import LATE_INTERACTION, Settings, bytes_of
from lakeindex.errors import LakeIndexError
from lakeindex.lake import Lake
from lakeindex.search.answer import Answer
from lakeindex.serve.cli.interrupt import StartingProcesses
from lakeindex.store.generations import open_generation
from lakeindex.types.lake import ColumnId

_QUERIES_PER_TASK = 32
_QUERIES_PER_PROCESS = 100
"""Fewer queries than this take less time than the start of a process."""
_BYTES_PER_PROCESS = 150_000_000
"""Memory of a process, without the index, which all processes share."""
_OF_PROCESSES = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "PYTHONWARNINGS": "ignore:resource_tracker",
}
"""A core for each; and Python's tracker removes the semaphores of a command that ends at once without a word."""


@dataclass(frozen=True, slots=True)
class _View:
    """The index and the options that every process answers with."""

    settings: Settings
    generation: int
    options: Mapping[str, Any]

    def answers(self, columns: Sequence[ColumnId]) -> list[Answer]:
        return list(_opened(self).query_many(columns, **self.options))


_lakes: dict[int, Lake] = {}
"""By generation, the lake that a process has opened."""


def query_on_all_cores(lake: Lake, columns: Sequence[ColumnId], **options: Any) -> Iterator[Answer]:
    """Answer as `Lake.query_many` does, with as many processes as the settings' jobs and memory allow.

    A transformer keeps all cores busy by itself, so it is not loaded twice. Raises LakeIndexError where a process dies.
    """
    settings = lake.settings
    memory = bytes_of(settings.memory) or 0
    jobs = min(settings.jobs, len(columns) // _QUERIES_PER_PROCESS, memory // _BYTES_PER_PROCESS)
    if jobs < 2 or settings.cross_encoder != LATE_INTERACTION:
        yield from lake.query_many(columns, **options)
        return
    view = _View(settings, lake.generation.number, options)
    parts = [columns[start : start + _QUERIES_PER_TASK] for start in range(0, len(columns), _QUERIES_PER_TASK)]
    with _environment(_OF_PROCESSES), ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        try:
            with StartingProcesses():
                answered = pool.map(view.answers, parts)
            for answers in answered:
                yield from answers
        except BrokenProcessPool as error:
            raise LakeIndexError(
                "a process that answers queries was killed, as by a machine that runs out of memory; "
                "answer with fewer of them: LAKEINDEX_JOBS=1"
            ) from error
        except (KeyboardInterrupt, GeneratorExit):
            _end_at_once(pool)
            raise
        finally:
            pool.shutdown(cancel_futures=True)


def _opened(view: _View) -> Lake:
    if view.generation not in _lakes:
        _lakes[view.generation] = Lake(open_generation(Path(view.settings.index), view.generation), view.settings)
    return _lakes[view.generation]


def _end_at_once(pool: ProcessPoolExecutor) -> None:
    """Kill the processes, as nobody waits for what they do; the thread that hands out work may fail over that."""
    before, threading.excepthook = threading.excepthook, lambda _: None
    try:
        for child in active_children():
            child.kill()
        pool.shutdown(cancel_futures=True)
    finally:
        threading.excepthook = before


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables for the processes that start meanwhile."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
