"""End a command as soon as the reader of its rows closes the pipe, also while a library computes the next ones."""

from __future__ import annotations

import os
import select
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from lakeindex.serve.cli.interrupt import is_guarded, leave_at_once

_MILLISECONDS_TO_UNWIND = 300


class ReaderGone(Exception):
    """Nobody reads stdout any more; not BrokenPipeError, of which click makes an exit code of its own."""


@contextmanager
def ending_with_reader() -> Iterator[None]:
    """While rows are written to a pipe, end the process quietly (exit code 0) when nobody reads them any more.

    Where the next rows are written soon, BrokenPipeError is raised as always.
    """
    if not is_guarded() or not _is_pipe():
        yield
        return
    receiving, sending = os.pipe()
    watcher = Thread(target=_watch, args=(receiving,), daemon=True)
    watcher.start()
    try:
        yield
        sys.stdout.flush()
    finally:
        os.close(sending)
        watcher.join()
        os.close(receiving)


def _is_pipe() -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(1).st_mode)
    except OSError:  # the command was started with stdout closed
        return False


def _watch(receiving: int) -> None:
    """Wait until the rows are written (the other end of `receiving` is closed) or stdout has no reader."""
    written = select.poll()
    written.register(receiving, select.POLLIN)
    either = select.poll()
    either.register(receiving, select.POLLIN)
    either.register(1, 0)  # errors are always reported
    ready = {descriptor for descriptor, _ in either.poll()}
    if receiving not in ready and not written.poll(_MILLISECONDS_TO_UNWIND):
        leave_at_once(0)
