"""What reading a file may cost, and how the memory of a command is divided among its readers."""

from __future__ import annotations

from dataclasses import dataclass

_SECONDS_BYTES = 10**9
"""A file may take the whole time limit for each of these, or part of one."""
_OUTPUT_RATIO = 100
"""What a file may unpack to, in its own sizes, where that is more than the limit; text packs ten to one or so."""

_PARENT_BYTES = 450 * 10**6
"""What the process that collects profiles takes."""
_READER_BYTES = 100 * 10**6
"""What a process that reads takes before it opens a file."""
_LEAST_BYTES = 200 * 10**6
"""What is worth giving to the reading of a file."""


@dataclass(frozen=True, slots=True)
class Guards:
    """The limits on reading one file, and how many are read at once."""

    jobs: int = 1
    seconds: float = 300.0
    memory: int = 10**9
    """Bytes that reading a file may take, which then is the only one that is read."""
    shared_memory: int = 10**9
    """Bytes that it may take while others are read; what needs more waits until they are done."""
    output: int = 10**9
    """Bytes that a file may unpack to, if that isn't less than a hundred times its size."""

    @classmethod
    def within(cls, memory: int, jobs: int, seconds: float, memory_per_file: int | None, output: int) -> Guards:
        """Divide the memory of all processes; of `jobs` readers, as many work at once as it is enough for.

        `memory_per_file` says what a file may take at most, whatever the rest is; None leaves that to `memory`.
        """
        free = memory - _PARENT_BYTES
        readers = max(1, min(jobs, free // (_READER_BYTES + _LEAST_BYTES)))
        alone = memory_per_file or max(_LEAST_BYTES, free - _READER_BYTES)
        shared = min(alone, max(_LEAST_BYTES, free // readers - _READER_BYTES))
        return cls(readers, seconds, alone, shared, output)

    def seconds_for(self, size: int) -> float:
        """Return how long a file of so many bytes may take."""
        return self.seconds * (1 + size // _SECONDS_BYTES)

    def output_of(self, size: int) -> int:
        """Return how many bytes a file of so many bytes may unpack to."""
        return max(self.output, _OUTPUT_RATIO * size)
