"""What somebody does to a file to mislead its reader: sizes and places that are none, inner checksums made right."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator

import numpy as np

_EXTREMES = (0, 1, -1, 2**15, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**62, 2**63 - 1, -(2**63))
_HEAD = 256
_DUCKDB_HEADERS = 3
_DUCKDB_HEADER = 4096
_DUCKDB_BLOCK = 262_144
_MIXER = np.uint64(0xBF58476D1CE4E5B9)


def forgeries(content: bytes, number: int, seed: str, is_duckdb: bool = False) -> Iterator[bytes]:
    """Yield so many forged contents of a file, each of them another one than `content`."""
    choose = random.Random(seed)
    # Zeros are padding for the most part.
    filled = np.flatnonzero(np.frombuffer(content, np.uint8))
    while number:
        changed = _forged(content, filled, choose)
        if is_duckdb:
            changed = with_duckdb_checksums(changed)
        if changed != content:
            number -= 1
            yield changed


def with_duckdb_checksums(content: bytes) -> bytes:
    """Correct the checksum that a DuckDB file keeps of each of its headers and blocks."""
    changed = bytearray(content)
    starts = [_DUCKDB_HEADER * place for place in range(_DUCKDB_HEADERS)]
    sizes = [_DUCKDB_HEADER] * _DUCKDB_HEADERS
    blocks = range(_DUCKDB_HEADER * _DUCKDB_HEADERS, len(content) - _DUCKDB_BLOCK + 1, _DUCKDB_BLOCK)
    for start, size in [*zip(starts, sizes, strict=True), *((block, _DUCKDB_BLOCK) for block in blocks)]:
        if start + size <= len(content):
            words = np.frombuffer(changed, "<u8", size // 8 - 1, start + 8)
            struct.pack_into("<Q", changed, start, int(np.bitwise_xor.reduce(words * _MIXER)) ^ 5381)
    return bytes(changed)


def _forged(content: bytes, filled: np.ndarray, choose: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(choose.choice((1, 1, 2, 4))):
        place = int(choose.choice(filled))
        if choose.random() < 0.4:
            place = choose.randrange(min(_HEAD, len(content)))
        size = choose.choice((1, 1, 4, 8))
        value = choose.choice((*_EXTREMES, choose.getrandbits(64), choose.randrange(256)))
        place = min(place, len(content) - size)
        changed[place : place + size] = (value % (1 << (8 * size))).to_bytes(size, "little")
    end = choose.randrange(len(content))
    kind = choose.random()
    if kind < 0.05:
        return bytes(changed[:end])
    return bytes(changed) + content[end:] if kind < 0.1 else bytes(changed)
