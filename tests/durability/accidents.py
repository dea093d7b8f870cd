"""What accidents do to a file: bytes that flip, an end that is missing, a block of zeros."""

from __future__ import annotations

import random
from collections.abc import Iterator

_BLOCK = 512


def accidents(content: bytes, number: int, seed: str) -> Iterator[bytes]:
    """Yield so many changed contents of a file, each of them another one than `content`."""
    choose = random.Random(seed)
    while number:
        changed = choose.choice((_flipped, _flipped, _flipped, _cut, _blanked))(content, choose)
        if changed != content:
            number -= 1
            yield changed


def _flipped(content: bytes, choose: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(choose.choice((1, 1, 1, 8))):
        changed[choose.randrange(len(content))] ^= choose.randrange(1, 256)
    return bytes(changed)


def _cut(content: bytes, choose: random.Random) -> bytes:
    return content[: choose.randrange(len(content))]


def _blanked(content: bytes, choose: random.Random) -> bytes:
    start = choose.randrange(len(content))
    end = min(len(content), start + _BLOCK)
    return content[:start] + bytes(end - start) + content[end:]
