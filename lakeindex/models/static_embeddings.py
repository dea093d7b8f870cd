"""One vector per token, distilled from the language model (model2vec, Tulkens and van Dongen, 2024)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Vectors

TOKENS, SCALES = "tokens", "scales"
"""The arrays in the file: int8 rows (tokens, dimension), and the factor of each row, float16 (tokens,)."""


@dataclass(frozen=True, slots=True, eq=False)
class TokenVectors:
    """The vectors of all tokens, and a last one, of zeros, for padding."""

    tokens: npt.NDArray[np.int8]
    """(tokens + 1, dimension)."""
    scales: Vectors
    """(tokens + 1,) The factor of each row."""

    @classmethod
    def open(cls, path: Path) -> TokenVectors:
        """Read the vectors from a safetensors file."""
        from safetensors.numpy import load_file

        arrays = load_file(path)
        none = np.zeros((1, arrays[TOKENS].shape[1]), np.int8)
        scales = np.append(arrays[SCALES].astype(np.float32), np.float32(0))
        return cls(np.concatenate([arrays[TOKENS], none]), scales)

    @property
    def no_token(self) -> int:
        """The number of the vector for padding."""
        return len(self.tokens) - 1

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return int(self.tokens.shape[1])

    def sums(self, padded: npt.NDArray[Any]) -> Vectors:
        """Return the sum of each text's token vectors, (texts, dimension), by padded token numbers (texts, tokens)."""
        # Position by position: all at once would need memory for the vector of every token.
        sums = np.zeros((len(padded), self.dimension), np.float32)
        for tokens in padded.T:
            sums += self.tokens[tokens] * self.scales[tokens, None]
        return sums
