"""Compressed content: what its first bytes show it to be, and its content as a stream of bounded reads."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from lakeindex.errors import OutputExceeded, UnreadableTable

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Compression:
    """A way to compress a file, all of whose streams or frames are read one after the other."""

    name: str
    suffix: str
    magic: bytes
    """What every stream of it starts with."""
    unpack: Callable[[BinaryIO], BinaryIO]


def _zstandard(packed: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, pa.CompressedInputStream(pa.PythonFile(cast(io.IOBase, packed), "r"), "zstd"))


COMPRESSIONS = (
    Compression("gzip", ".gz", b"\x1f\x8b", lambda packed: cast(BinaryIO, gzip.GzipFile(fileobj=packed))),
    Compression("bzip2", ".bz2", b"BZh", lambda packed: cast(BinaryIO, bz2.BZ2File(packed))),
    Compression("xz", ".xz", b"\xfd7zXZ\x00", lambda packed: cast(BinaryIO, lzma.LZMAFile(packed))),  # noqa: SIM115
    Compression("Zstandard", ".zst", b"\x28\xb5\x2f\xfd", _zstandard),
)
PACKED_SUFFIXES = tuple(compression.suffix for compression in COMPRESSIONS)

_SKIPPABLE_FRAME = b"\x2a\x4d\x18"
"""Follows a byte from 0x50 to 0x5f at the start of a Zstandard file whose first frame holds no content."""


def compression_of(path: Path) -> Compression | None:
    """Return how a file is compressed by the end of its name, None where that names no compression."""
    name = path.name.lower()
    return next((one for one in COMPRESSIONS if name.endswith(one.suffix)), None)


@contextmanager
def unpacked(packed: BinaryIO, compression: Compression, limit: int) -> Iterator[BinaryIO]:
    """Give the content of a compressed file, which must have `peek`; reading more than `limit` bytes is refused.

    Raises UnreadableTable, here or from a read, for content that is damaged, cut off or not compressed so.
    """
    _refuse_other_content(packed.peek(8)[:8], compression)  # type: ignore[attr-defined]
    try:
        yield cast(BinaryIO, _Limited(compression.unpack(packed), limit))
    except (EOFError, zlib.error, lzma.LZMAError) as error:
        raise UnreadableTable(f"damaged {compression.name}: {error}") from error
    except OSError as error:
        if error.errno is not None:  # the disk's fault, not the content's
            raise
        raise UnreadableTable(f"damaged {compression.name}: {error}") from error


def _refuse_other_content(head: bytes, compression: Compression) -> None:
    """Raise UnreadableTable where a file is empty or isn't compressed as its name says."""
    if not head:
        raise UnreadableTable("empty file")
    if head.startswith(compression.magic) or head[1:4] == _SKIPPABLE_FRAME:
        return
    actual = next((one for one in COMPRESSIONS if head.startswith(one.magic)), None)
    remedy = f"it is {actual.name}: name it {actual.suffix}" if actual else f"name it without {compression.suffix}"
    raise UnreadableTable(f"not {compression.name}, although its name ends in {compression.suffix}; {remedy}")


class _Limited:
    """The content of a compressed file, up to a limit."""

    def __init__(self, content: BinaryIO, limit: int) -> None:
        self._content = content
        self._limit = self._left = limit

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        """Return at most `size` bytes. Raises OutputExceeded beyond the limit."""
        chunk = self._content.read(size)
        self._left -= len(chunk)
        if self._left < 0:
            raise OutputExceeded(self._limit)
        return chunk
