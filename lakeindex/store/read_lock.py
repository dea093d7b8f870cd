"""Who reads a generation holds a shared lock on its manifest, so that no writer removes it under the reader."""

from __future__ import annotations

import fcntl
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Hold:
    """A shared lock that lasts as long as this object does, and dies with its process."""

    def __init__(self, descriptor: int) -> None:
        self._finalizer = weakref.finalize(self, os.close, descriptor)

    @classmethod
    def of(cls, path: Path) -> Hold | None:
        """Take hold of a file; None where it is gone, or about to be."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        hold = cls(descriptor)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        except OSError:
            return hold  # a file system without locks: then nothing can be held
        return hold if _is_still(path, descriptor) else None

    def release(self) -> None:
        """Let go before this object ends."""
        self._finalizer()


@contextmanager
def held_by_nobody(path: Path) -> Iterator[bool]:
    """Tell whether nobody holds a file, and keep it so."""
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
    """Tell whether the path still leads to what was opened."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except OSError:
        return False
