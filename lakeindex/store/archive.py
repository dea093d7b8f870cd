"""A snapshot's archive: an uncompressed tar file of regular files, every byte of which follows from what it holds.

A member's header has to be, byte for byte, the one that would be written for the name and size that are due next: there
is no room for links, devices, other names, a name that comes twice, or more content than was announced. The last member
holds the SHA-256 of all bytes before it.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from lakeindex.errors import IndexDamaged, LakeIndexError

_BLOCK = 512
_END = bytes(2 * _BLOCK)
_CHUNK = 1 << 20
_TRAILER = "sha256"
_TRAILER_BYTES = 65
"""A SHA-256 in hexadecimal digits, and a line feed."""


class ArchiveWriter:
    """Writes members, one after the other."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    def add(self, name: str, size: int, content: Iterable[bytes]) -> None:
        """Add a member of `size` bytes. Raises IndexDamaged when its content has another length."""
        self._write(_header(name, size))
        written = 0
        for chunk in content:
            self._write(chunk)
            written += len(chunk)
        if written != size:
            raise IndexDamaged(f"{name} has {written} bytes, not {size}")
        self._write(bytes(-size % _BLOCK))

    def finish(self) -> str:
        """Add the checksum, and return that of the whole file: its SHA-256, as `sha256sum` prints it."""
        checksum = self._digest.hexdigest().encode("ascii") + b"\n"
        self.add(_TRAILER, len(checksum), [checksum])
        self._write(_END)
        return self._digest.hexdigest()

    def _write(self, content: bytes) -> None:
        self._digest.update(content)
        self._file.write(content)


class ArchiveReader:
    """Reads the members that are due, in their order; IndexDamaged tells where the file holds anything else."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        self._digest = hashlib.sha256()
        self._left = os.fstat(file.fileno()).st_size

    def read_first(self, name: str, most: int) -> bytes:
        """Return the content of the member that is due next, of which the size isn't known, but at most `most`."""
        block = self._take(_BLOCK)
        try:
            size = tarfile.TarInfo.frombuf(block, "utf-8", "strict").size
        except (tarfile.HeaderError, ValueError) as error:
            raise self.fault("it is no archive that lakeindex snapshot writes") from error
        if not 0 <= size <= most or block != _header(name, size):
            raise self.fault("it is no archive that lakeindex snapshot writes")
        return b"".join(self._content(size))

    def read(self, name: str, size: int) -> Iterator[bytes]:
        """Yield the content of the member that is due next, chunk by chunk."""
        if self._take(_BLOCK) != _header(name, size):
            raise self.fault(f"it doesn't hold {name} where that is due")
        return self._content(size)

    def finish(self) -> str:
        """Read the checksum and the end; return the SHA-256 of the whole file."""
        before = self._digest.hexdigest().encode("ascii") + b"\n"
        if b"".join(self.read(_TRAILER, _TRAILER_BYTES)) != before:
            raise self.fault("its content has another checksum than when it was written")
        if self._left != len(_END) or self._take(len(_END)) != _END:
            raise self.fault("it goes on where it should end")
        return self._digest.hexdigest()

    def require_left(self, size: int) -> None:
        """Raise IndexDamaged where fewer bytes are left than members of `size` bytes together need."""
        if self._left < size:
            raise self.fault("it is cut short")

    def fault(self, reason: str) -> IndexDamaged:
        """Return the error that says why the file is refused."""
        return IndexDamaged(f"{self._path} can't be restored: {reason}; nothing was changed")

    def _content(self, size: int) -> Iterator[bytes]:
        self.require_left(size)
        for start in range(0, size, _CHUNK):
            yield self._take(min(_CHUNK, size - start))
        if self._take(-size % _BLOCK).strip(b"\0"):
            raise self.fault("there is something between its members")

    def _take(self, size: int) -> bytes:
        content = self._file.read(size)
        if len(content) != size:
            raise self.fault("it is cut short")
        self._left -= size
        self._digest.update(content)
        return content


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size = size
    block = info.tobuf(tarfile.GNU_FORMAT, "utf-8", "strict")
    if len(block) != _BLOCK:
        raise LakeIndexError(f"the name {name!r} is too long for an archive")
    return block
