"""An encoder without a model: words and character trigrams, hashed into a vector."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from lakeindex.errors import InvalidSetting

_WORD = re.compile(r"\w+")


class HashingEncoder:
    """Encode texts by their hashed words and trigrams; the same on every machine, and without torch."""

    def __init__(self, dimension: int = 64) -> None:
        if dimension < 1:
            raise InvalidSetting(f"an encoder's dimension is at least 1, not {dimension}")
        self._dimension = dimension

    @property
    def fingerprint(self) -> str:
        """Name the scheme and its dimension."""
        return f"hashing-1-{self._dimension}"

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return self._dimension

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Encode each text to a unit vector, (n, dimension)."""
        vectors = np.empty((len(texts), self._dimension), np.float32)
        known: dict[str, int] = {}
        for row, text in enumerate(texts):
            first = known.setdefault(text, row)
            vectors[row] = self._vector(text) if first == row else vectors[first]
        return vectors

    def _vector(self, text: str) -> npt.NDArray[np.float64]:
        vector = np.zeros(self._dimension)
        for term, count in Counter(_terms(text)).items():
            digest = hashlib.blake2b(term.encode("utf-8", "replace"), digest_size=8).digest()
            code = int.from_bytes(digest, "little")
            sign = 1.0 if code & 1 else -1.0
            vector[(code >> 1) % self._dimension] += sign * count**0.5
        length = float(np.linalg.norm(vector))
        if length == 0.0:  # no terms, or terms that cancel out
            vector[0] = length = 1.0
        return vector / length


def _terms(text: str) -> Iterator[str]:
    for word in _WORD.findall(text.casefold()):
        yield word
        padded = f"^{word}$"
        for start in range(len(padded) - 2):
            yield f"3{padded[start : start + 3]}"
