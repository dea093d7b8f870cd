"""A lock that waits for another writer: unlike a build, what is written under it takes a moment."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lakeindex.errors import LockHeld

_LOCK_TIMEOUT_SECONDS = 10.0
_PAUSE_SECONDS = 0.02


@contextmanager
def locked(path: Path, written: Path) -> Iterator[None]:
    """Lock a file (flock) while another one is written.

    Raises LockHeld when another writer doesn't finish in time, OSError where the file can't be opened or written.
    """
    with path.open("a+") as lock:
        deadline = time.monotonic() + _LOCK_TIMEOUT_SECONDS
        while not _try_lock(lock.fileno()):
            if time.monotonic() > deadline:
                lock.seek(0)
                holder = lock.read().strip() or "an unknown process"
                raise LockHeld(f"{written} is being written by {holder}; wait until it is done, or stop it")
            time.sleep(_PAUSE_SECONDS)
        lock.truncate(0)
        lock.write(f"process {os.getpid()}")
        lock.flush()
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
