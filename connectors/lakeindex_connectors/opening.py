"""Open a file of the lake as bytes, through gzip where its name ends in `.gz`; every failure is UnreadableTable."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO, cast

import pyarrow as pa

from lakeindex.errors import OutputExceeded, UnreadableTable
from lakeindex.types.lake import LakeFile

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK_BYTES = 1 << 20

_MAGIC = {
    b"PK\x03\x04": "a ZIP archive (or an Office document)",
    b"\x1f\x8b": "gzip (name it .gz)",
    b"BZh": "bzip2",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"\xfd7zXZ\x00": "xz",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!": "a RAR archive",
    b"PAR1": "Parquet",
    b"ARROW1": "an Arrow file",
    b"Obj\x01": "Avro",
    b"\x89HDF": "HDF5",
    b"SQLite format 3\x00": "an SQLite database",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"%PDF": "PDF",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"\x7fELF": "an executable",
}


def is_gzip_name(path: Path) -> bool:
    """Return whether the file's name ends in `.gz`."""
    return path.name.lower().endswith(".gz")


@contextmanager
def open_unpacked(file: LakeFile) -> Iterator[BinaryIO]:
    """Open a file for reading, unpacking gzip; an I/O or gzip error inside becomes UnreadableTable."""
    try:
        with file.open() as packed:
            yield cast(BinaryIO, _Unpacked(packed, file.output_limit)) if is_gzip_name(file.path) else packed
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UnreadableTable(f"damaged gzip: {error}") from error
    except OSError as error:
        raise UnreadableTable(f"can't be opened: {error.strerror or error}") from error


class _Unpacked:
    """The content of a gzip file, up to a limit."""

    def __init__(self, packed: BinaryIO, limit: int) -> None:
        self._unpacked = gzip.GzipFile(fileobj=packed)
        self._limit = self._left = limit

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        """Return at most `size` bytes. Raises OutputExceeded beyond the limit."""
        chunk = self._unpacked.read(size)
        self._left -= len(chunk)
        if self._left < 0:
            raise OutputExceeded(self._limit)
        return chunk


def read_chunks(file: BinaryIO) -> Iterator[bytes]:
    """Yield the bytes of a text file in chunks; raises UnreadableTable for a chunk of nothing but NUL bytes."""
    while chunk := file.read(CHUNK_BYTES):
        if not chunk[0] and len(chunk) == CHUNK_BYTES and not chunk.strip(b"\0"):
            raise UnreadableTable("binary content: a megabyte of NUL bytes")
        yield chunk


def refuse_binary(head: bytes) -> None:
    """Raise UnreadableTable when a file starts like one of the well-known binary formats."""
    for magic, what in _MAGIC.items():
        if head.startswith(magic):
            raise UnreadableTable(f"binary content: looks like {what}")


class ChunkReader(io.RawIOBase):
    """A readable file made of chunks, for libraries that call `read`, maybe from a thread of their own."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")
        self._lock = Lock()
        self._failure: Exception | None = None

    def readable(self) -> bool:
        """Return True: it can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill `buffer` from the next chunk and return how many bytes that gave, 0 at the end."""
        with self._lock:
            if not self._rest:
                self._rest = memoryview(self._next_chunk())
            target = memoryview(buffer)
            count = min(len(target), len(self._rest))
            target[:count] = self._rest[:count]
            self._rest = self._rest[count:]
            return count

    def drain(self) -> None:
        """Read what is left, and raise the error that the chunks raised, even if another thread got it before."""
        with self._lock:
            while self._next_chunk():
                continue
        if self._failure:
            raise self._failure

    def _next_chunk(self) -> bytes:
        try:
            return next((chunk for chunk in self._chunks if chunk), b"")
        except Exception as error:
            self._failure = error
            raise


def slice_batches(batches: Iterator[pa.RecordBatch], batch_rows: int) -> Iterator[pa.RecordBatch]:
    """Cut batches to at most `batch_rows` rows and leave out empty ones."""
    for batch in batches:
        for start in range(0, batch.num_rows, batch_rows):
            yield batch.slice(start, batch_rows)
