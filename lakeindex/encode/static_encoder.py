"""An encoder without attention: the mean of one vector per token (model2vec, Tulkens and van Dongen, 2024).

It is some twenty times as fast as the language model that it was distilled from, and needs no torch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lakeindex.arrays.aliases import Vectors
from lakeindex.encode.model_folder import hash_file
from lakeindex.errors import LakeIndexError
from lakeindex.models.static_embeddings import TokenVectors

_TEXTS_AT_ONCE = 2_048


class StaticEncoder:
    """Encode texts as the mean of their tokens' vectors.

    Raises LakeIndexError where the file's tokens are not those of the tokenizer.
    """

    def __init__(self, weights: Path, tokenizer: Path, max_tokens: int) -> None:
        from tokenizers import Tokenizer

        self._vectors = TokenVectors.open(weights)
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens)
        if self._vectors.no_token != self._tokenizer.get_vocab_size():
            raise LakeIndexError(f"the vectors in {weights} are not of the tokens of {tokenizer}")
        self._fingerprint = fingerprint_of(weights, tokenizer, max_tokens)

    @property
    def fingerprint(self) -> str:
        """Name the vectors, the tokenizer and the limit of tokens."""
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return self._vectors.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode each text to a unit vector, (n, dimension); one without a token to the first axis."""
        rows = np.empty((len(texts), self.dimension), np.float32)
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            rows[start : start + _TEXTS_AT_ONCE] = self._sums(texts[start : start + _TEXTS_AT_ONCE])
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        rows[lengths[:, 0] == 0, 0] = 1
        return np.asarray(rows / np.where(lengths == 0, 1, lengths))

    def _sums(self, texts: Sequence[str]) -> Vectors:
        readable = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        ids = [one.ids for one in self._tokenizer.encode_batch_fast(readable, add_special_tokens=False)]
        lengths = np.array([len(one) for one in ids])
        is_token = np.arange(lengths.max(initial=0)) < lengths[:, None]
        padded = np.full(is_token.shape, self._vectors.no_token, np.int32)
        padded[is_token] = np.concatenate([np.array(one, np.int32) for one in ids])
        return self._vectors.sums(padded)


def fingerprint_of(weights: Path, tokenizer: Path, max_tokens: int) -> str:
    """Return the fingerprint of a `StaticEncoder`, without making one."""
    whole = hashlib.sha256(hash_file(weights) + hash_file(tokenizer))
    return f"static-{whole.hexdigest()[:16]}-{max_tokens}"
