"""Open a file of the lake as bytes, unpacked where its name says so; every failure is UnreadableTable."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa

from lakeindex.errors import UnreadableTable
from lakeindex.types.lake import LakeFile
from lakeindex_connectors.compression import CHUNK_BYTES, COMPRESSIONS, compression_of, unpacked

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_MAGIC = {
    b"PK\x03\x04": "a ZIP archive (name it .zip) or an Office document",
    b"PK\x05\x06": "an empty ZIP archive",
    **{one.magic: f"{one.name} (name it {one.suffix})" for one in COMPRESSIONS},
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
    """Open a file for reading, unpacking what its name says is compressed; any failure becomes UnreadableTable."""
    compression = compression_of(file.path)
    try:
        with file.open() as packed:
            if compression is None:
                yield packed
                return
            with unpacked(packed, compression, file.output_limit) as content:
                yield content
    except OSError as error:
        raise UnreadableTable(f"can't be opened: {error.strerror or error}") from error


def read_chunks(file: BinaryIO) -> Iterator[bytes]:
    """Yield the bytes of a text file in chunks; raises UnreadableTable for a chunk of nothing but NUL bytes."""
    while chunk := file.read(CHUNK_BYTES):
        if not chunk[0] and len(chunk) == CHUNK_BYTES and not chunk.strip(b"\0"):
            raise UnreadableTable("binary content: a megabyte of NUL bytes")
        yield chunk


def refuse_binary(head: bytes) -> None:
    """Raise UnreadableTable when a file starts like one of the well-known binary formats."""
    if what := looks_like(head):
        raise UnreadableTable(f"binary content: looks like {what}")


def looks_like(head: bytes) -> str:
    """Name the well-known binary format that a file starts like; empty where it is none of them."""
    return next((what for magic, what in _MAGIC.items() if head.startswith(magic)), "")


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
