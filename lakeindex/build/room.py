"""Explain an index that can't be written: how much room it takes, and what is left of it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lakeindex.errors import WriteFailed
from lakeindex.store.current_pointer import CURRENT
from lakeindex.store.generations import current_size
from lakeindex.store.publishing import what_answers

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_MEGABYTE = 10**6
_LEAST_GENERATION = 10**6
"""Bytes that a generation takes however little is in it."""
_NO_ROOM_MESSAGES = tuple(map(os.strerror, _NO_ROOM))


@dataclass(slots=True)
class Room:
    """The room that a build takes on the disk, as far as it is known."""

    index: Path
    folder: Path
    """In which the generation is built."""
    staging: Path
    before: int
    """Bytes of the generation that answers."""
    files: int
    """Bytes of the lake's files that are to be read."""
    published: bytes = b""
    """What CURRENT held before the build."""
    read: int = 0
    """Bytes of those that were read and staged."""

    @classmethod
    def of(cls, index: Path, folder: Path, staging: Path, lake: int) -> Room:
        """Return what is known before a build, of a lake of so many bytes, has begun."""
        size = current_size(index)
        before, files = (0, lake) if size is None else (size.bytes, 0)
        return cls(index, folder, staging, before, files, _current(index))

    def still_needed(self) -> int:
        """Estimate how many bytes are missing to the end of the build.

        Staging grows in proportion to what is read, and a generation takes about what is staged for it and what the one
        before it took.
        """
        staged, built = _bytes_in(self.staging), _bytes_in(self.folder)
        least = 0 if self.before else _LEAST_GENERATION
        to_stage = staged * max(self.files, 1) // max(self.read, 1) if self.read else staged + self.files
        return max(to_stage, staged) - staged + max(self.before + to_stage - built, least - built, 0)

    def left(self) -> str:
        """Say what a failed build leaves."""
        if _current(self.index) != self.published:
            return "the new generation was published and answers"
        staged = _bytes_in(self.staging)
        kept = f"{_size(staged)} that were read so far are kept in {self.staging}, the same command goes on there"
        return f"{what_answers(self.index)}; {kept}" if staged else what_answers(self.index)


@contextmanager
def explaining_failures(room: Room) -> Iterator[None]:
    """Raise WriteFailed with all that helps, in one sentence, where something of the index can't be written."""
    try:
        yield
    except (OSError, WriteFailed) as error:
        reason = _reason(room.index, error)
        free = _free_on(room.index)
        needed = room.still_needed()
        if any(message in reason for message in _NO_ROOM_MESSAGES) or (free is not None and free < needed):
            there = "" if free is None else f", {_size(free)} are free there"
            reason = f"{reason}; it needs about {_size(needed)} more{there}"
        raise WriteFailed(f"{reason}; {room.left()}") from error


def _reason(index: Path, error: OSError | WriteFailed) -> str:
    if isinstance(error, WriteFailed):
        return str(error)
    # NumPy gives no reason for what it can't write.
    reason = error.strerror or f"{str(error).splitlines()[0]} (is the disk full?)"
    return f"the index in {index} can't be built: {reason}"


def _size(amount: int) -> str:
    return f"{amount / 1e6:.1f} MB" if amount >= _MEGABYTE else f"{-(-amount // 1000)} kB"


def _current(index: Path) -> bytes:
    try:
        return (index / CURRENT).read_bytes()
    except OSError:
        return b""


def _free_on(index: Path) -> int | None:
    try:
        facts = os.statvfs(index)
    except OSError:
        return None
    return facts.f_bavail * facts.f_frsize


def _bytes_in(folder: Path) -> int:
    """Return the size of all files below a folder, of those that are there."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.lstat().st_size
        except OSError:
            continue
    return total
