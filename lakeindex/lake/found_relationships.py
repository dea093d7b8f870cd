"""The relationships of an open index, found once for each question, however many ask: finding them takes seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from lakeindex.lake_map.known_references import KnownReferences
from lakeindex.lake_map.relationships import Relationships

_MOST = 4
"""Questions whose answers are kept."""


@dataclass(frozen=True, slots=True)
class Asked:
    """All that the relationships of one generation depend on."""

    least: float
    """The least probability of an inferred one."""
    known: KnownReferences
    """What is declared, and what people decided."""
    has_rows: bool
    """Whether rows can be counted."""


class FoundRelationships:
    """Keeps the last few answers; of several who ask at once, one looks, and the others wait. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: list[tuple[Asked, Relationships]] = []

    def get(self, asked: Asked, find: Callable[[], Relationships]) -> Relationships:
        """Return the answer to a question, found if it isn't known."""
        with self._lock:
            answer = next((answer for known, answer in self._found if known == asked), None)
            if answer is None:
                answer = find()
                self._found = [(asked, answer), *self._found][:_MOST]
            return answer
