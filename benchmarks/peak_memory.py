"""The most memory that a process and all below it held at once: the sum of their PSS, looked at every so often.

PSS counts a page that several processes share once, spread over them; a sum of RSS would count it in each.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")
_SECONDS = 0.2


class PeakMemory:
    """Watch the process tree below `pid` until the context is left."""

    def __init__(self, pid: int, seconds: float = _SECONDS) -> None:
        self._pid, self._seconds, self._peak = pid, seconds, 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    @property
    def bytes(self) -> int | None:
        """The peak until now; None where the system doesn't show it."""
        return self._peak or None

    def _watch(self) -> None:
        while True:
            self._peak = max(self._peak, memory_of_tree(self._pid))
            if self._done.wait(self._seconds):
                return


def memory_of_tree(pid: int) -> int:
    """Return the bytes that a process and its descendants hold now; 0 where the system doesn't show it."""
    return sum(map(_memory_of, process_tree(pid)))


def process_tree(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    children: dict[int, list[int]] = {}
    for child, parent in _parents():
        children.setdefault(parent, []).append(child)
    tree = [pid]
    for process in tree:
        tree += children.get(process, [])
    return tree


def _parents() -> Iterator[tuple[int, int]]:
    for folder in _PROC.glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:  # it has ended
            continue
        # The name, in brackets, may hold brackets and blanks; state and parent follow it.
        yield int(folder.name), int(stat.rpartition(")")[2].split()[1])


def _memory_of(pid: int) -> int:
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
