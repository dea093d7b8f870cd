"""Read locks: a reader locks a generation's manifest, so that no writer removes the generation meanwhile."""

from __future__ import annotations

import fcntl
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class ReadLock:
    """A shared lock that lasts as long as this object, and ends with its process."""

    def __init__(self, descriptor: int) -> None:
        self._finalizer = weakref.finalize(self, os.close, descriptor)

    @classmethod
    def of(cls, path: Path) -> ReadLock | None:
        """Lock a file; None where it is gone, or being removed."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        lock = cls(descriptor)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        except OSError:
            return lock  # a file system without locks
        return lock if _is_still(path, descriptor) else None

    def release(self) -> None:
        """Release the lock before this object ends."""
        self._finalizer()


@contextmanager
def is_unlocked(path: Path) -> Iterator[bool]:
    """Yield whether no reader has locked a file, and keep it unlocked meanwhile."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        yield True  # nothing can be read where there is no manifest
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        is_free = False
    except OSError:
        is_free = True
    else:
        is_free = True
    try:
        yield is_free
    finally:
        os.close(descriptor)


def _is_still(path: Path, descriptor: int) -> bool:
    """Return whether the path still leads to the opened file."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except OSError:
        return False
