"""A linear map behind another encoder, fitted to one lake: the encoder itself stays as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lakeindex.arrays.aliases import Vectors
from lakeindex.errors import IndexDamaged

if TYPE_CHECKING:
    from lakeindex.protocols import Encoder


_WEIGHTS = "weights"
_ENCODER = "encoder"


@dataclass(frozen=True, eq=False)
class LinearHead:
    """The map, and the encoder that it was fitted to."""

    weights: Vectors
    """(d, d)."""
    encoder: str
    """The fingerprint of that encoder: the head is refused behind another one."""

    @classmethod
    def open(cls, path: Path) -> LinearHead:
        """Read a head. Raises IndexDamaged where the file holds none."""
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(path, "numpy") as file:
                weights = file.get_tensor(_WEIGHTS)
                encoder = str((file.metadata() or {})[_ENCODER])
        except (OSError, SafetensorError, KeyError, ValueError) as error:
            raise IndexDamaged(f"{path} holds no head of an encoder ({error}); build the index again") from error
        is_square = weights.ndim == 2 and weights.shape[0] == weights.shape[1]
        if not is_square or weights.dtype != np.float32 or not np.isfinite(weights).all():
            raise IndexDamaged(f"{path} holds no square of numbers; build the index again")
        return cls(weights, encoder)

    def save(self, path: Path) -> None:
        """Write it to a file."""
        from safetensors.numpy import save_file

        save_file({_WEIGHTS: np.ascontiguousarray(self.weights)}, path, {_ENCODER: self.encoder})

    @cached_property
    def fingerprint(self) -> str:
        """Name the encoder that it was fitted to, and the map."""
        content = hashlib.blake2b(np.ascontiguousarray(self.weights).tobytes(), digest_size=8)
        return f"{self.encoder}-tuned-{content.hexdigest()}"

    def mapped(self, vectors: Vectors) -> Vectors:
        """Map vectors (n, d) to unit vectors (n, d); one that becomes zero, to the first axis."""
        # In float64: in float32 the last bits would depend on the other texts of the batch.
        rows = (vectors.astype(np.float64) @ self.weights.astype(np.float64)).astype(np.float32)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        rows[lengths[:, 0] == 0, 0] = 1
        return np.asarray(rows / np.where(lengths == 0, 1, lengths), np.float32)


class HeadEncoder:
    """An encoder whose vectors a head maps. Raises IndexDamaged where the head was fitted to another encoder."""

    def __init__(self, whole: Encoder, head: LinearHead) -> None:
        if whole.fingerprint != head.encoder or whole.dimension != len(head.weights):
            raise IndexDamaged(f"the head was fitted to the model {head.encoder}, not to {whole.fingerprint}")
        self._whole = whole
        self._head = head

    @property
    def fingerprint(self) -> str:
        """Name the other encoder and the map."""
        return self._head.fingerprint

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return self._whole.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode each text to a unit vector, (n, dimension)."""
        return self._head.mapped(self._whole.encode(texts))
