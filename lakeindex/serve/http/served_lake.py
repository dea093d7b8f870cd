"""The index that a server answers from: always the newest generation, and each answer from one alone."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

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

    When a build has published a generation, the next answer is of that one, while those that are being given end with
    the one that they began with.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._opened: OrderedDict[tuple[str, ...] | None, _Opened] = OrderedDict()

    @contextmanager
    def answering(self, allowed: Sequence[str] | None) -> Iterator[Lake]:
        """Give the lake in which only `allowed` tables are, globs over their names, or all where that is None.

        It stays open until the answer is given. Raises IndexMissing, IndexDamaged or StaleArtifact.
        """
        with self._lock:
            opened = self._current(None if allowed is None else allowed_globs(allowed))
            opened.answers += 1
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

    def _current(self, allowed: tuple[str, ...] | None) -> _Opened:
        opened = self._opened.get(allowed)
        if opened is not None and opened.lake.generation.number != current_number(Path(self.settings.index)):
            self._replace(allowed)
            opened = None
        if opened is None:
            opened = self._opened[allowed] = _Opened(Lake.open(self.settings.index, self.settings, allowed))
            while len(self._opened) > _MOST_OPEN:
                self._replace(next(iter(self._opened)))
        self._opened.move_to_end(allowed)
        return opened

    def _replace(self, allowed: tuple[str, ...] | None) -> None:
        opened = self._opened.pop(allowed)
        opened.is_replaced = True
        opened.close_if_idle()
