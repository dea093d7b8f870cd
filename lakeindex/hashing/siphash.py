"""Hash hashes with a secret key, so that nobody without it can find by trial which values they are of.

SipHash-2-4 (Aumasson and Bernstein, INDOCRYPT 2012) of one 64-bit word, over whole arrays.
"""

from __future__ import annotations

import secrets

import numpy as np

from lakeindex.arrays.aliases import Hashes
from lakeindex.hashing.text_hash import KEY_MASK, spelling_hashes

KEY_BYTES = 16

_INITIAL = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)
_LAST_BLOCK = np.uint64(8 << 56)
"""The padding of a message of eight bytes: its length, in the topmost byte."""


def new_key() -> bytes:
    """Draw a key."""
    return secrets.token_bytes(KEY_BYTES)


def siphash(words: Hashes, key: bytes) -> Hashes:
    """Hash each word, as eight bytes, lowest first."""
    halves = (int.from_bytes(key[:8], "little"), int.from_bytes(key[8:KEY_BYTES], "little"))
    state = [np.full(len(words), halves[place % 2] ^ start, np.uint64) for place, start in enumerate(_INITIAL)]
    for block in (words, np.full(len(words), _LAST_BLOCK)):
        state[3] ^= block
        _rounds(state, 2)
        state[0] ^= block
    state[2] ^= np.uint64(0xFF)
    _rounds(state, 4)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def keyed_spellings(hashes: Hashes, key: bytes) -> Hashes:
    """Hash the hashes of values; those of one key still agree in the bits of KEY_MASK."""
    return spelling_hashes(siphash(hashes & KEY_MASK, key), siphash(hashes, key))


def _rounds(state: list[Hashes], count: int) -> None:
    for _ in range(count):
        _half_round(state, 0, 1, 13, 32)
        _half_round(state, 2, 3, 16, None)
        _half_round(state, 0, 3, 21, None)
        _half_round(state, 2, 1, 17, 32)


def _half_round(state: list[Hashes], sum_place: int, other: int, rotation: int, sum_rotation: int | None) -> None:
    state[sum_place] = state[sum_place] + state[other]
    state[other] = _rotated(state[other], rotation) ^ state[sum_place]
    if sum_rotation is not None:
        state[sum_place] = _rotated(state[sum_place], sum_rotation)


def _rotated(words: Hashes, bits: int) -> Hashes:
    return (words << np.uint64(bits)) | (words >> np.uint64(64 - bits))
