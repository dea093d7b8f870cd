"""End a build within a second of Ctrl-C, whatever library it is in the middle of."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from lakeindex.errors import LakeIndexError
from lakeindex.serve.cli.output import print_message
from lakeindex.store.current_pointer import CURRENT
from lakeindex.store.layout import STAGING

INTERRUPTED = 130
_SECONDS_TO_UNWIND = 0.5
_SHOW_CURSOR = "\x1b[?25h"


@contextmanager
def ending_on_interrupt(index: Path) -> Iterator[None]:
    """End the process with 130 and one line when Ctrl-C is pressed; a second Ctrl-C doesn't disturb that.

    Python handles a signal between two steps of its own, so that a library may hold it up for minutes: then a thread
    ends the process, with its workers, and removes the generation under way.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        yield
        return
    from lakeindex.store.publishing import abandon_building  # before: an import may be what is interrupted

    interrupt = _Interrupt(index, abandon_building)
    before = signal.signal(signal.SIGINT, interrupt.on_signal)
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    threading.Thread(target=interrupt.watch, args=(reading,), daemon=True).start()
    try:
        yield
    except BaseException as error:
        if interrupt.is_pending:
            interrupt.end_process()
        if isinstance(error, OSError) and not isinstance(
            error, BrokenPipeError
        ):  # of reading the new generation: what can't be written is another error
            where = f"{error.filename}: " if error.filename else ""
            raise LakeIndexError(f"{where}{error.strerror or error}; {interrupt.what_is_left()}") from error
        raise
    finally:
        signal.set_wakeup_fd(wakeup)
        signal.signal(signal.SIGINT, before)
        os.close(writing)


class _Interrupt:
    """Whether Ctrl-C was pressed, and the end of the process where it was."""

    def __init__(self, index: Path, abandon_building: Callable[[Path], None]) -> None:
        self.is_pending = False
        self._abandon_building = abandon_building
        self._index = index
        self._published = _content_of(index / CURRENT)
        self._is_ending = threading.Lock()

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """Interrupt the main thread, once."""
        if not self.is_pending:
            self.is_pending = True
            raise KeyboardInterrupt

    def watch(self, signals: int) -> None:
        """Wait for Ctrl-C, then for the main thread to unwind; end the process if it doesn't."""
        try:
            while received := os.read(signals, 1):
                if received[0] == signal.SIGINT:
                    threading.Event().wait(_SECONDS_TO_UNWIND)
                    self.end_process()
        finally:
            os.close(signals)

    def end_process(self) -> None:
        """Leave the index without litter, say what is left of it, and end."""
        with self._is_ending:
            self._abandon_building(self._index)
            cursor = _SHOW_CURSOR if sys.stderr.isatty() else ""
            print_message(f"{cursor}lakeindex: interrupted; {self.what_is_left()}")
            sys.stderr.flush()
            os._exit(INTERRUPTED)

    def what_is_left(self) -> str:
        """Say which generation answers now."""
        now = _content_of(self._index / CURRENT)
        if now != self._published:
            return "the new generation was published and answers"
        what = "the index that was there before is unchanged" if now else "nothing was published yet"
        is_resumed = (self._index / STAGING).is_dir()
        return f"{what}; the same command goes on from what was read so far" if is_resumed else what


def _content_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
