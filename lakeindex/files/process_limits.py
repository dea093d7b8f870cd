"""Limit what a process may take."""

from __future__ import annotations

import resource
from contextlib import suppress
from pathlib import Path

_MEMORY = Path("/proc/self/statm")
_DATA_FIELD = 5


def limit_memory(more: int) -> None:
    """Limit this process to so many bytes more than it has now, and to no core file; allocations beyond that fail.

    Systems that don't report the present size, such as macOS, set no limit.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(FileNotFoundError):
        pages = int(_MEMORY.read_text("ascii").split()[_DATA_FIELD])
        limit = pages * resource.getpagesize() + more
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        least = limit if hard == resource.RLIM_INFINITY else min(limit, hard)  # a limit of the user's may be lower
        resource.setrlimit(resource.RLIMIT_DATA, (least, least))
