"""End a command within a second of Ctrl-C or SIGTERM, whatever a library is doing: one line, exit code 130 or 143.

Before a command runs there is nothing to undo, and the process ends at once, as it does during an import. While it
runs, KeyboardInterrupt is raised, so that it unwinds; a thread ends the process where that takes longer than it may.
Only what Python itself needs is imported here, as the handlers have to be there before anything slow is.
"""

from __future__ import annotations

import _thread
import os
import sys
import time

from lakeindex.files.exit_cleanup import on_hard_exit, run_cleanups

TYPE_CHECKING = False  # not from typing, which takes as long to import as all the rest
if TYPE_CHECKING:
    import signal
    from collections.abc import Callable
    from types import FrameType
    from typing import NoReturn
else:
    import _signal as signal  # what signal is made of, without enum, collections and functools: most of the time here

__all__ = [
    "Interrupted", "StartingProcesses", "Unwinding", "describe_what_is_left", "guard", "is_guarded", "leave",
    "leave_at_once", "on_hard_exit", "say_why", "write_last_words_as",
]  # fmt: skip

_CAUSES: dict[int, str] = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}
_SECONDS_TO_UNWIND = 0.7
_SECONDS_TO_CLEAN = 0.2


class Interrupted(BaseException):
    """A command was interrupted and has unwound; not KeyboardInterrupt, which click would report in its own way."""


class _State:
    """What this process knows of its end; signals belong to a process, so there is one."""

    is_guarded = False
    unwinds = False
    waits = False
    cause: int | None = None
    what_is_left: Callable[[], str] = staticmethod(lambda: "an index that was there before is unchanged")
    written: Callable[[str], str] = staticmethod(lambda text: text)
    unsaid = _thread.allocate_lock()


def guard() -> None:
    """Take over SIGINT and SIGTERM, unless whoever started the process had them ignored."""
    if _State.is_guarded:
        return
    _State.is_guarded = True
    for number in _CAUSES:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _on_signal)
    os.register_at_fork(after_in_child=_release)


def is_guarded() -> bool:
    """Whether this process is a command of its own, which may be ended from here."""
    return _State.is_guarded


class Unwinding:
    """While this is entered, a signal raises KeyboardInterrupt; however that comes out, it is Interrupted behind."""

    def __enter__(self) -> None:
        if _State.is_guarded:
            receiving, sending = os.pipe()
            os.set_blocking(sending, False)
            signal.set_wakeup_fd(sending, warn_on_full_buffer=False)
            _thread.start_new_thread(_end_what_hangs, (receiving,))
            sys.unraisablehook = _ignore_once_interrupted
            _State.unwinds = True

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        _State.unwinds = False
        if _State.cause is not None or (kind is not None and issubclass(kind, KeyboardInterrupt)):
            raise Interrupted from None


class StartingProcesses:
    """While this is entered, a signal waits, as half a process can't be ended; processes that start are deaf to Ctrl-C.

    They are this process's to end: a terminal's Ctrl-C is sent to all of them.
    """

    def __enter__(self) -> None:
        self._before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        _State.waits = True

    def __exit__(self, *_: object) -> None:
        _State.waits = False
        signal.pthread_sigmask(signal.SIG_SETMASK, self._before)
        if _State.cause is not None:
            raise KeyboardInterrupt


def describe_what_is_left(describe: Callable[[], str]) -> None:
    """Say, when the command is interrupted from now on, what `describe` returns of its work; that must be quick."""
    _State.what_is_left = staticmethod(describe)


def write_last_words_as(written: Callable[[str], str]) -> None:
    """Write the line that says what ended the command as `written` returns it; that must be quick."""
    _State.written = staticmethod(written)


def say_why() -> int:
    """Write the line that says what ended the command, once; return the exit code."""
    cause = _State.cause or signal.SIGINT
    if _State.unsaid.acquire(blocking=False):
        # Not by sys.stderr, whose lock the thread that hangs may hold.
        os.write(2, (_State.written(f"lakeindex: {_CAUSES[cause]}; {_State.what_is_left()}") + "\n").encode())
    return 128 + cause


def leave(code: int) -> NoReturn:
    """End the process as Python does, but for the teardown of libraries, which may take long, hang or crash."""
    import atexit

    if _State.is_guarded:
        atexit._run_exitfuncs()
        os._exit(code)
    sys.exit(code)


def leave_at_once(code: int) -> NoReturn:
    """End the process without unwinding, after what was registered for this."""
    _thread.start_new_thread(_exit_after, (_SECONDS_TO_CLEAN, code))
    _kill_children()
    run_cleanups()
    os._exit(code)


def _on_signal(number: int, frame: FrameType | None) -> None:
    is_first, _State.cause = _State.cause is None, _State.cause or number
    if not _State.unwinds or _is_importing(frame):
        leave_at_once(say_why())
    if is_first and not _State.waits:
        raise KeyboardInterrupt


def _is_importing(frame: FrameType | None) -> bool:
    """Whether a module is being imported: some of those that are not Python's abort when an exception reaches them."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _end_what_hangs(receiving: int) -> None:
    """Wait for a signal, which C code that runs meanwhile doesn't delay here, and end what has not ended soon after."""
    while not any(number in _CAUSES for number in os.read(receiving, 64)):
        pass
    time.sleep(_SECONDS_TO_UNWIND)
    leave_at_once(say_why())


def _exit_after(seconds: float, code: int) -> None:
    time.sleep(seconds)
    os._exit(code)


def _kill_children() -> None:
    if "multiprocessing.process" in sys.modules:
        from multiprocessing import active_children

        for child in active_children():
            child.kill()


def _ignore_once_interrupted(unraisable: sys.UnraisableHookArgs) -> None:
    if _State.cause is None:
        sys.__unraisablehook__(unraisable)


def _release() -> None:
    """Give a forked child Python's own handlers: what reaches it is not meant for its parent."""
    _State.is_guarded = _State.unwinds = False
    signal.set_wakeup_fd(-1)
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL)):
        if signal.getsignal(number) is _on_signal:
            signal.signal(number, handler)
