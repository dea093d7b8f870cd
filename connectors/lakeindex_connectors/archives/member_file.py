"""Files that are no files of the lake: a member of a ZIP archive, and the content of a compressed file."""

from __future__ import annotations

import io
import json
import lzma
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from lakeindex.errors import OutputExceeded, UnreadableTable
from lakeindex.types.lake import LakeFile
from lakeindex_connectors.compression import CHUNK_BYTES
from lakeindex_connectors.opening import open_unpacked

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_MEMORY_BYTES = 16 << 20
"""Content up to this size is kept in memory, more in a temporary file without a name."""
_STEP_BYTES = 1 << 12
"""bzip2 and LZMA members are unpacked so many packed bytes at a time, which may become thousands of times as many."""
_PACKED_RATIO = 1000
"""Tables of constants pack so well; what packs less is read right, too."""
_ALL_AT_ONCE = (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFile(LakeFile):
    """A member of a ZIP archive; its `path` leads nowhere, and is there for the end of its name."""

    archive: LakeFile
    offset: int
    """Where the member's header starts, which tells members of one name apart."""

    @property
    def token(self) -> str:
        """Return the archive's token."""
        return self.archive.token

    def to_json(self) -> str:
        """Describe the member, for `from_json`: its name, table, size and place in the archive."""
        return json.dumps([self.path.name, self.name, self.size, self.offset])

    @classmethod
    def from_json(cls, archive: LakeFile, described: str) -> MemberFile:
        """Return a member of an archive as it was described."""
        path, name, size, offset = json.loads(described)
        limit, modified = archive.output_limit, archive.modified_ns
        return cls(archive.path / path, name, size, modified, limit, archive=archive, offset=offset)

    def open(self) -> io.BufferedReader:
        """Open the member for reading. Raises UnreadableTable, here or from a read, where it is damaged."""
        return io.BufferedReader(_MemberStream(self), CHUNK_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedFile(LakeFile):
    """A compressed file, whose `size` is what its content may have: readers choose by it how to read."""

    packed: LakeFile

    @classmethod
    def of(cls, packed: LakeFile) -> PackedFile:
        """Describe a compressed file, in the lake or a member."""
        size = packed.size * _PACKED_RATIO
        return cls(packed.path, packed.name, size, packed.modified_ns, packed.output_limit, packed=packed)

    @property
    def token(self) -> str:
        """Return the packed file's token."""
        return self.packed.token

    def open(self) -> io.BufferedReader:
        """Open the file, still packed."""
        return self.packed.open()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeekableFile(LakeFile):
    """The unpacked content of a file, for a reader that starts at its end."""

    packed: LakeFile

    @classmethod
    def of(cls, packed: LakeFile, plain_name: str) -> SeekableFile:
        """Describe the content of a file that is compressed, a member, or both."""
        path = packed.path.with_name(Path(plain_name).name)
        return cls(path, packed.name, packed.size, packed.modified_ns, packed.output_limit, packed=packed)

    @property
    def token(self) -> str:
        """Return the packed file's token."""
        return self.packed.token

    def open(self) -> io.BufferedReader:
        """Unpack the content into memory or a temporary file without a name, and open that.

        Raises UnreadableTable for damaged content, OutputExceeded beyond the limit.
        """
        spool = tempfile.SpooledTemporaryFile(_MEMORY_BYTES)  # noqa: SIM115 - the caller closes it
        try:
            with open_unpacked(self.packed) as content:
                shutil.copyfileobj(cast(BinaryIO, _Counted(content, self.output_limit)), spool, CHUNK_BYTES)
            spool.seek(0)
        except BaseException:
            spool.close()
            raise
        return cast(io.BufferedReader, spool)


class _Counted:
    """Content of which at most `limit` bytes are read."""

    def __init__(self, content: BinaryIO, limit: int) -> None:
        self._content = content
        self._limit = self._left = limit

    def read(self, size: int) -> bytes:
        chunk = self._content.read(size)
        self._left -= len(chunk)
        if self._left < 0:
            raise OutputExceeded(self._limit)
        return chunk


class _MemberStream(io.RawIOBase):
    """The content of a member, from its beginning to its end."""

    def __init__(self, file: MemberFile) -> None:
        self._opened = ExitStack()
        with ExitStack() as opened:
            archive = opened.enter_context(open_archive(file.archive))
            info = next((one for one in archive.infolist() if one.header_offset == file.offset), None)
            if info is None:
                raise UnreadableTable("the archive changed while it was read")
            with naming_damage():
                self._content = opened.enter_context(archive.open(info))
            self._step = _STEP_BYTES if info.compress_type in _ALL_AT_ONCE else CHUNK_BYTES
            self._opened = opened.pop_all()

    def readable(self) -> bool:
        """Return True: it can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill `buffer` with the next bytes and return how many there were, 0 at the end."""
        target = memoryview(buffer)
        with naming_damage():
            chunk = self._content.read(min(len(target), self._step))
        target[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        """Close the archive, too."""
        if not self.closed:
            self._opened.close()
        super().close()


@contextmanager
def open_archive(file: LakeFile) -> Iterator[zipfile.ZipFile]:
    """Open a ZIP archive and read its directory. Raises UnreadableTable where that is damaged, or no archive at all."""
    try:
        with file.open() as handle, _with_directory(handle) as archive:
            yield archive
    except OSError as error:
        raise UnreadableTable(f"can't be opened: {error.strerror or error}") from error


def _with_directory(handle: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(handle)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise UnreadableTable(f"not readable as a ZIP archive: {error}") from error


@contextmanager
def naming_damage() -> Iterator[None]:
    """Raise UnreadableTable with the reason for what zipfile raises on a member that it can't read."""
    try:
        yield
    except _DAMAGED as error:
        raise UnreadableTable(f"damaged member: {error}") from error
    except (NotImplementedError, RuntimeError) as error:
        raise UnreadableTable(f"a member that can't be read: {error}") from error
