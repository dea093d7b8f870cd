"""The first dimensions of another encoder's vectors (Matryoshka, Kusupati et al., NeurIPS 2022)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lakeindex.arrays.aliases import Vectors
from lakeindex.errors import InvalidSetting

if TYPE_CHECKING:
    from lakeindex.protocols import Encoder


class MatryoshkaEncoder:
    """The first dimensions of another encoder. Raises InvalidSetting where that has fewer dimensions."""

    def __init__(self, whole: Encoder, dimension: int) -> None:
        if not 1 <= dimension <= whole.dimension:
            raise InvalidSetting(
                f"the model's vectors have {whole.dimension} dimensions, so dims is 1 to {whole.dimension}, or 0 for "
                f"all, not {dimension}"
            )
        self._whole = whole
        self._dimension = dimension

    @property
    def fingerprint(self) -> str:
        """Name the other encoder, and how many dimensions are kept."""
        return matryoshka_fingerprint(self._whole.fingerprint, self._dimension)

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return self._dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode each text to a unit vector, (n, dimension); one whose first dimensions are zero, to the first axis."""
        return first_dimensions(self._whole.encode(texts), self._dimension)


def matryoshka_fingerprint(whole: str, dimension: int) -> str:
    """Name the first dimensions of an encoder's vectors."""
    return f"{whole}-first{dimension}"


def first_dimensions(vectors: Vectors, dimension: int) -> Vectors:
    """Cut vectors (n, d) to the first dimensions, and make them unit vectors again."""
    kept = np.array(vectors[:, :dimension])
    lengths = np.linalg.norm(kept, axis=1, keepdims=True)
    kept[lengths[:, 0] == 0, 0] = 1
    return np.asarray(kept / np.where(lengths == 0, 1, lengths), np.float32)
