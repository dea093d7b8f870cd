"""Identifiers that each source gives to its own rows, which mean nothing in another source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

_HEADERS = ("id", "ID", "key", "code", "record_id", "row", "identifier", "no")
_WORDS = (
    "shop", "north", "web", "imdb", "acad", "gold", "store", "main", "alpha", "beta", "crm", "erp", "city", "news",
    "lab", "west", "data", "open", "old", "new", "src", "feed", "base", "list", "cat", "hub", "desk", "corp",
)  # fmt: skip
_COUNTED = 0.2
"""Of sources that only count their rows."""
_SEPARATORS = ("_", "-", ":", "/", "")


@dataclass(frozen=True, slots=True)
class OwnIds:
    """One way in which sources number their rows; every source starts afresh, and has a prefix of its own or none."""

    header: str
    prefixes: tuple[str, ...]
    """One a source; all empty where rows are only counted."""
    digits: int
    start: int

    @property
    def are_alike(self) -> bool:
        """Whether the sources' ids look the same, so that nobody can tell by them that they differ."""
        return len(set(self.prefixes)) < len(self.prefixes)

    def values(self, rows: int, source: int) -> pa.Array[Any]:
        """Return the ids of a source's rows, (rows,)."""
        numbers = np.arange(self.start, self.start + rows)
        texts = [f"{self.prefixes[source]}{number:0{self.digits}d}" for number in numbers.tolist()]
        return pa.array(texts, pa.large_string())


def draw_own_ids(rng: np.random.Generator, sources: int = 5) -> OwnIds:
    """Draw a way to number rows, for up to so many sources."""
    header = _HEADERS[int(rng.integers(len(_HEADERS)))]
    if rng.random() < _COUNTED:
        return OwnIds(header, ("",) * sources, 1, int(rng.integers(0, 2)))
    separator = _SEPARATORS[int(rng.integers(len(_SEPARATORS)))]
    return OwnIds(header, _prefixes(sources, separator, rng), int(rng.integers(1, 7)), int(rng.integers(0, 2)))


def _prefixes(sources: int, separator: str, rng: np.random.Generator) -> tuple[str, ...]:
    words = [_WORDS[place] for place in rng.permutation(len(_WORDS)).tolist()]
    if rng.random() < 0.5:
        return tuple(words[place] + separator for place in range(sources))
    return tuple(f"{words[2 * place]}{separator}{words[2 * place + 1]}{separator}" for place in range(sources))
