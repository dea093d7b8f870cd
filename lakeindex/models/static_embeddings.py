"""A vector a token, distilled from the language model (model2vec, Tulkens and van Dongen, 2024)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Vectors

TOKENS, SCALES = "tokens", "scales"
"""In the file: int8 rows (tokens, dimension), and what each is multiplied with, float16 (tokens,)."""


@dataclass(frozen=True, slots=True, eq=False)
class TokenVectors:
    """The vectors of all tokens, and behind them one for no token at all."""

    tokens: npt.NDArray[np.int8]
    """(tokens + 1, dimension)."""
    scales: Vectors
    """(tokens + 1,) What each is multiplied with."""

    @classmethod
    def open(cls, path: Path) -> TokenVectors:
        """Read the vectors from a safetensors file."""
        from safetensors.numpy import load_file

        read = load_file(path)
        none = np.zeros((1, read[TOKENS].shape[1]), np.int8)
        return cls(np.concatenate([read[TOKENS], none]), np.append(read[SCALES].astype(np.float32), np.float32(0)))

    @property
    def no_token(self) -> int:
        """The number that stands for no token."""
        return len(self.tokens) - 1

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return int(self.tokens.shape[1])

    def sums(self, padded: npt.NDArray[Any]) -> Vectors:
        """Add up the vectors of the tokens of each text, (texts, tokens) numbers, to (texts, dimension)."""
        # Token by token: all at once would hold as many vectors as there are tokens.
        sums = np.zeros((len(padded), self.dimension), np.float32)
        for tokens in padded.T:
            sums += self.tokens[tokens] * self.scales[tokens, None]
        return sums
