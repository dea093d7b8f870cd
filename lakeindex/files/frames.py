"""Frames between processes: a tag (one byte), the length of the payload (eight bytes), and the payload."""

from __future__ import annotations

import struct
from collections.abc import Callable

_HEAD = struct.Struct("<BQ")


def frame_head(tag: int, size: int) -> bytes:
    """Return what comes before a payload of so many bytes."""
    return _HEAD.pack(tag, size)


def read_frame(read: Callable[[int], bytes], most: int) -> tuple[int, bytearray] | None:
    """Read one frame, the tag and the payload; None when the other process has ended.

    `read` returns at most so many bytes as it is given, none at the end; it is asked for `most` at once.
    """
    head = _read_exactly(read, _HEAD.size, most)
    if head is None:
        return None
    tag, size = _HEAD.unpack(head)
    payload = _read_exactly(read, size, most)
    return None if payload is None else (tag, payload)


def _read_exactly(read: Callable[[int], bytes], size: int, most: int) -> bytearray | None:
    payload = bytearray()
    while len(payload) < size:
        received = read(min(size - len(payload), most))
        if not received:
            return None
        payload += received
    return payload
