"""Answer many queries on all cores: a process each, with a view of the same generation of the index."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from lakeindex.config.settings import CELLS, Settings, bytes_of
from lakeindex.errors import LakeIndexError
from lakeindex.lake import Lake
from lakeindex.search.answer import Answer
from lakeindex.store.generations import open_generation
from lakeindex.types.lake import ColumnId

_AT_ONCE = 32
_WORTH_A_PROCESS = 100
"""Queries that take longer than it takes a process to start."""
_BYTES_A_PROCESS = 150_000_000
"""Of its own, beside the index, which all of them share."""
_A_CORE_EACH = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class _View:
    """What a process has to know to answer as another one does."""

    settings: Settings
    generation: int
    asked: Mapping[str, Any]

    def answers(self, columns: Sequence[ColumnId]) -> list[Answer]:
        return list(_opened(self).query_many(columns, **self.asked))


_lakes: dict[int, Lake] = {}
"""In a process that answers: the generation that it sees."""


def query_on_all_cores(lake: Lake, columns: Sequence[ColumnId], **asked: Any) -> Iterator[Answer]:
    """Answer as `Lake.query_many` does, with as many processes as settings say that there are jobs, and memory for.

    A transformer that reads pairs keeps all cores busy by itself, and is not loaded twice.
    Raises LakeIndexError where a process is lost.
    """
    settings = lake.settings
    memory = bytes_of(settings.memory) or 0
    jobs = min(settings.jobs, len(columns) // _WORTH_A_PROCESS, memory // _BYTES_A_PROCESS)
    if jobs < 2 or settings.cross_encoder != CELLS:
        yield from lake.query_many(columns, **asked)
        return
    view = _View(settings, lake.generation.number, asked)
    parts = [columns[start : start + _AT_ONCE] for start in range(0, len(columns), _AT_ONCE)]
    with _one_core_each(), ProcessPoolExecutor(jobs, get_context("spawn"), _leave_signals_to_the_parent) as pool:
        try:
            for answers in pool.map(view.answers, parts):
                yield from answers
        except BrokenProcessPool as error:
            raise LakeIndexError(
                "a process that answers queries was killed, as by a machine that runs out of memory; "
                "answer with fewer of them: LAKEINDEX_JOBS=1"
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _opened(view: _View) -> Lake:
    if view.generation not in _lakes:
        _lakes[view.generation] = Lake(open_generation(Path(view.settings.index), view.generation), view.settings)
    return _lakes[view.generation]


def _leave_signals_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _one_core_each() -> Iterator[None]:
    """Let processes that start meanwhile, which share the cores already, share them no further."""
    before = {name: os.environ.get(name) for name in _A_CORE_EACH}
    os.environ.update(dict.fromkeys(_A_CORE_EACH, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
