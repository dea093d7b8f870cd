"""Hash all words, n-grams or whole strings of a text column at once.

A polynomial hash over prefix sums: with P[i] the sum of byte_j * B^j for j < i, the bytes between s and e hash to
(P[e] - P[s]) * B^-s modulo 2^64, so words and n-grams of a whole column cost a subtraction and a product each
(Karp and Rabin, 1987). The same on every machine and in every process, unlike `hash`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lakeindex.arrays.aliases import Hashes, Integers

KEY_MASK = np.uint64(2**64 - 2**24)
"""The bits of a value's hash that are its key's: all spellings of a key share them."""

_BASE = 0x9E3779B97F4A7C15
_AT_ONCE = 4096
_INVERSE = pow(_BASE, -1, 2**64)


@lru_cache(maxsize=32)
def _powers(base: int, size: int) -> Hashes:
    factors = np.full(size, base, dtype=np.uint64)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint64)


def _powers_upto(base: int, size: int) -> Hashes:
    # Sizes are rounded up so that a few tables serve every call.
    return _powers(base, max(1 << 16, 1 << (size - 1).bit_length()))[:size]


def mix(hashes: Hashes) -> Hashes:
    """Spread the bits evenly (the finaliser of splitmix64; Steele, Lea and Flood, 2014)."""
    mixed = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def spelling_hashes(keys: Hashes, values: Hashes) -> Hashes:
    """Hash values so that those of one key agree in KEY_MASK and differ in the rest: one sketch is of both.

    A sample by such a hash is a sample by key: spellings of a key are kept or dropped together.
    """
    return (keys & KEY_MASK) | (values & ~KEY_MASK)


def hash_strings(texts: pa.Array[Any]) -> Hashes:
    """Hash each string of an Arrow array without nulls as a whole, (n,), as HashedText does: some at a time.

    The sums of all bytes are many times the texts: those of few stay in the processor's cache.
    """
    starts = range(0, len(texts), _AT_ONCE)
    each = [HashedText.from_arrow(texts.slice(start, _AT_ONCE)).strings() for start in starts]
    return each[0] if len(each) == 1 else np.concatenate([np.zeros(0, np.uint64), *each])


@dataclass(frozen=True, slots=True)
class HashedText:
    """A text column with the prefix sums from which any span of its bytes is hashed."""

    data: npt.NDArray[np.uint8]
    """The bytes of all strings, one after the other."""
    offsets: Integers
    """(n + 1,), where each string starts in `data`."""
    prefix: Hashes
    """(len(data) + 1,)"""

    @classmethod
    def from_arrow(cls, texts: pa.Array[Any]) -> HashedText:
        """Prepare an Arrow array of strings without nulls."""
        texts = texts.cast(pa.large_string())
        _, offset_buffer, data_buffer = texts.buffers()
        if offset_buffer is None or len(texts) == 0:
            return cls(np.zeros(0, np.uint8), np.zeros(1, np.int64), np.zeros(1, np.uint64))
        offsets = np.frombuffer(memoryview(offset_buffer), np.int64)[texts.offset : texts.offset + len(texts) + 1]
        everything = np.frombuffer(memoryview(data_buffer or b""), np.uint8)
        data = everything[offsets[0] : offsets[-1]]
        prefix = np.zeros(len(data) + 1, np.uint64)
        if len(data):
            terms = data.astype(np.uint64)
            terms += np.uint64(1)
            terms *= _powers_upto(_BASE, len(data))
            np.cumsum(terms, out=prefix[1:])
        return cls(data, offsets - offsets[0], prefix)

    def spans(self, starts: Integers, ends: Integers) -> Hashes:
        """Hash the bytes between each start and end."""
        if len(starts) == 0:
            return np.zeros(0, np.uint64)
        raw = (self.prefix[ends] - self.prefix[starts]) * _powers_upto(_INVERSE, len(self.data) + 1)[starts]
        return mix(raw + (ends - starts).astype(np.uint64))

    def strings(self) -> Hashes:
        """Hash each string as a whole, (n,)."""
        return self.spans(self.offsets[:-1], self.offsets[1:])

    def words(self) -> tuple[Hashes, Integers]:
        """Hash each space-separated word; with it, the number of its string."""
        edge = np.zeros(len(self.data) + 1, bool)
        edge[self.offsets] = True
        inside = self.data != ord(" ")
        starts = np.flatnonzero(inside & (edge[:-1] | ~np.concatenate([[False], inside[:-1]])))
        ends = np.flatnonzero(inside & (edge[1:] | ~np.concatenate([inside[1:], [False]]))) + 1
        return self.spans(starts, ends), self._owners(starts)

    def grams(self, size: int) -> tuple[Hashes, Integers]:
        """Hash each run of `size` bytes within a string, or a shorter string whole; with its string's number."""
        lengths = np.diff(self.offsets)
        counts = np.where(lengths > 0, np.maximum(lengths - size + 1, 1), 0)
        owners = np.repeat(np.arange(len(lengths)), counts)
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        starts = self.offsets[:-1][owners] + within
        ends = np.minimum(starts + size, self.offsets[1:][owners])
        return self.spans(starts, ends), owners

    def _owners(self, starts: Integers) -> Integers:
        return np.searchsorted(self.offsets, starts, side="right") - 1
