"""What must still be done when a command ends at once, without unwinding: children to kill, unfinished files."""

from __future__ import annotations

TYPE_CHECKING = False  # not from typing: this is imported before anything slow may be
if TYPE_CHECKING:
    from collections.abc import Callable

_cleanups: dict[int, Callable[[], object]] = {}


def on_hard_exit(cleanup: Callable[[], object]) -> Callable[[], None]:
    """Have `cleanup` called when the process ends without unwinding; return a function that takes this back.

    It is called in any thread and must be quick; what it raises is ignored, as nobody is left to be told. Of several,
    the last one registered is called first.
    """
    key = max(_cleanups, default=0) + 1
    _cleanups[key] = cleanup

    def forget() -> None:
        _cleanups.pop(key, None)

    return forget


def run_cleanups() -> None:
    """Call what was registered, each once."""
    while _cleanups:
        _, cleanup = _cleanups.popitem()
        try:
            cleanup()
        except Exception:
            continue
