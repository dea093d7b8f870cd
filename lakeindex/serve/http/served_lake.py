"""The index that a server answers from: always the newest generation, and each answer from one alone."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lakeindex.config.settings import Settings, allowed_globs
from lakeindex.lake import Lake
from lakeindex.store.generations import current_number

_MOST_OPEN = 32
"""Sets of tables that callers may see, for each of which a lake stays open."""


@dataclass(slots=True)
class _Opened:
    """A lake that is open for some callers."""

    lake: Lake
    answers: int = 0
    """How many are being given."""
    is_replaced: bool = False

    def close_if_idle(self) -> None:
        if self.is_replaced and not self.answers:
            self.lake.close()


class ServedLake:
    """An index, as everybody may see it who asks a server; safe for threads.

    When a build has published a generation, it answers as soon as it is open: until then, and for those that are being
    given, answers are of the one before.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock, self._opening = threading.Lock(), threading.Lock()
        self._opened: OrderedDict[tuple[str, ...] | None, _Opened] = OrderedDict()

    @contextmanager
    def answering(self, allowed: Sequence[str] | None) -> Iterator[Lake]:
        """Give the lake in which only `allowed` tables are, globs over their names, or all where that is None.

        It stays open until the answer is given. Raises IndexMissing, IndexDamaged or StaleArtifact.
        """
        opened = self._newest(None if allowed is None else allowed_globs(allowed))
        try:
            yield opened.lake
        finally:
            with self._lock:
                opened.answers -= 1
                opened.close_if_idle()

    def close(self) -> None:
        """Close every lake as soon as its last answer is given."""
        with self._lock:
            while self._opened:
                self._replace(next(iter(self._opened)))

    def _newest(self, allowed: tuple[str, ...] | None) -> _Opened:
        """Return the lake of the newest generation; of the one before, while another thread opens it."""
        number = current_number(Path(self.settings.index))
        found = self._take(allowed, number)
        if found is not None:
            return found
        if not self._opening.acquire(blocking=False):
            if (before := self._take(allowed)) is not None:
                return before
            self._opening.acquire()
        try:
            return self._take(allowed, current_number(Path(self.settings.index))) or self._open(allowed)
        finally:
            self._opening.release()

    def _take(self, allowed: tuple[str, ...] | None, number: int | None = None) -> _Opened | None:
        """Return a lake that is open, of a generation where that is said, and count an answer; None for none."""
        with self._lock:
            opened = self._opened.get(allowed)
            if opened is None or (number is not None and opened.lake.generation.number != number):
                return None
            self._opened.move_to_end(allowed)
            opened.answers += 1
            return opened

    def _open(self, allowed: tuple[str, ...] | None) -> _Opened:
        lake = Lake.open(self.settings.index, self.settings, allowed)
        _warm(lake)
        opened = _Opened(lake, answers=1)
        with self._lock:
            if allowed in self._opened:
                self._replace(allowed)
            self._opened[allowed] = opened
            while len(self._opened) > _MOST_OPEN:
                self._replace(next(iter(self._opened)))
        return opened

    def _replace(self, allowed: tuple[str, ...] | None) -> None:
        opened = self._opened.pop(allowed)
        opened.is_replaced = True
        opened.close_if_idle()


def _warm(lake: Lake) -> None:
    """Answer once, so that no caller waits for what a first answer opens: models, and DuckDB, which counts."""
    searcher = lake.opened.searcher
    shown = np.setdiff1d(np.arange(len(searcher.directory)), searcher.hidden)
    if len(shown) and lake.opened.has_names:
        first = searcher.directory.id_of(int(shown[0]))
        lake.query(first.table, first.name, 1)
    lake.opened.table_ids  # noqa: B018 (the catalog is opened for it)
    lake.feedback()
