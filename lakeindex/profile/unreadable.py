"""Errors that cost a file and nothing else, and what a report says of them."""

from __future__ import annotations

import errno

import pyarrow as pa

from lakeindex.errors import LakeIndexError

UNREADABLE = (LakeIndexError, OSError, pa.ArrowException, ValueError, RecursionError)
"""What readers raise for a file that they can't read."""


def require_memory(error: BaseException) -> None:
    """Raise MemoryError where an error is one, under whatever name: such a file is read again with more."""
    if any(_lacks_memory(one) for one in (error, error.__cause__)):
        raise MemoryError from error


def first_line_of(error: BaseException) -> str:
    """Return the first line of an error's message, which can be printed; its type where it has no message."""
    first_line = str(error).encode("utf-8", "backslashreplace").decode().strip().split("\n", 1)[0]
    return first_line or type(error).__name__


def _lacks_memory(error: BaseException | None) -> bool:
    return isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM)
