"""Read limits: the time and memory of reading a file, and how the readers share the memory of a command."""

from __future__ import annotations

from dataclasses import dataclass

_OUTPUT_RATIO = 100
"""A file may unpack to so many times its size, where that is more than the limit; text packs about ten to one."""

_PARENT_BYTES = 450 * 10**6
"""Memory of the process that collects profiles."""
_READER_BYTES = 100 * 10**6
"""Memory of a process that reads, before it opens a file."""
_LEAST_BYTES = 200 * 10**6
"""The least memory with which reading a file makes sense."""


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """The limits on reading one file, and how many are read at once."""

    jobs: int = 1
    seconds: float = 300.0
    """How long reading a file may go on without advancing."""
    memory: int = 10**9
    """Bytes that reading a file may take while no other is read."""
    shared_memory: int = 10**9
    """Bytes that it may take while others are read; a file that needs more waits until they are done."""
    output: int = 10**9
    """Bytes that a file may unpack to, or a hundred times its size where that is more."""

    @classmethod
    def within(cls, memory: int, jobs: int, seconds: float, memory_per_file: int | None, output: int) -> ReadLimits:
        """Divide the memory of all processes among at most `jobs` readers, as many as it is enough for.

        `memory_per_file` is what a file may take at most; with None it is what `memory` leaves for it.
        """
        free = memory - _PARENT_BYTES
        readers = max(1, min(jobs, free // (_READER_BYTES + _LEAST_BYTES)))
        alone = memory_per_file or max(_LEAST_BYTES, free - _READER_BYTES)
        shared = min(alone, max(_LEAST_BYTES, free // readers - _READER_BYTES))
        return cls(readers, seconds, alone, shared, output)

    def output_for(self, size: int) -> int:
        """Return how many bytes a file of `size` bytes may unpack to."""
        return max(self.output, _OUTPUT_RATIO * size)
