"""All errors, as one tree; every message gives what was expected, what was found and the remedy.

LakeIndexError                 exit code 1
├── NotFound                   3    no such lake, table or column; carries the nearest names
├── IndexUnusable              4    the index can't answer
│   ├── IndexMissing                no generation is named there as the one that answers
│   ├── IndexDamaged                a file of it is missing or differs from the manifest
│   └── StaleArtifact               written by another format version or another model
├── LockHeld                   7    another writer is at work on the index
├── Refused                    8    `--guard` refused a join, or a file is in the way
│   └── ShrinkRefused               a build would take more out of the index than `shrink_limit` allows
├── InvalidSetting             2    a setting, flag or argument that is invalid
├── MissingExtra               1    an optional package is not installed
├── WriteFailed                1    the index can't be written, as on a full disk
└── UnreadableTable            1    one file or table can't be read; the build continues without it
    ├── NotTable                    it is no table: skipped, not failed
    └── OutputExceeded              it unpacks to more than a file may
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import ClassVar


class LakeIndexError(Exception):
    """The base of everything lakeindex raises on purpose."""

    exit_code: ClassVar[int] = 1


class NotFound(LakeIndexError):
    """A lake, table or column that isn't there; `nearest` are the names that may have been meant."""

    exit_code = 3

    def __init__(self, message: str, nearest: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.nearest = tuple(nearest)


class IndexUnusable(LakeIndexError):
    """An index that can't answer."""

    exit_code = 4


class IndexMissing(IndexUnusable):
    """A folder in which no index was published, or that lost the file that names the generation that answers."""


class IndexDamaged(IndexUnusable):
    """An index with a file that is missing or differs from its manifest."""


class StaleArtifact(IndexUnusable):
    """An index written by another format version or with another model."""


class LockHeld(LakeIndexError):
    """Another writer holds the index."""

    exit_code = 7


class Refused(LakeIndexError):
    """A request that is not allowed."""

    exit_code = 8


class ShrinkRefused(Refused):
    """A build after which the index would lack more of its tables or columns than `shrink_limit` allows."""


class InvalidSetting(LakeIndexError):
    """A setting, flag or argument that is invalid."""

    exit_code = 2


class MissingExtra(LakeIndexError):
    """An optional package that isn't installed."""

    def __init__(self, package: str, extra: str = "", without: str = "") -> None:
        """Say how to install it, and what goes without it."""
        install = f"'lakeindex[{extra}]'" if extra else package
        otherwise = f"; {without}" if without else ""
        super().__init__(f"this needs the package {package!r}, which isn't installed: pip install {install}{otherwise}")


class WriteFailed(LakeIndexError):
    """An index that can't be written."""


class UnreadableTable(LakeIndexError):
    """One file or table that can't be read; its message is the reason in the report."""


class NotTable(UnreadableTable):
    """A file that is written for people, whatever its suffix."""


class OutputExceeded(UnreadableTable):
    """A file that unpacks to more than it may; `limit` is in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"it unpacks to more than {limit / 1e6:.0f} MB, far beyond its size; raise --output-per-file if it should"
        )


_OF_CONTENT = frozenset((errno.EINVAL, errno.EISDIR, errno.ELOOP, errno.ENXIO))
"""Errors of opening what is no regular file: trying again on another day gives the same."""


def is_of_machine(error: BaseException) -> bool:
    """Return whether a file could not be read for a reason of the machine, which says nothing about its content.

    Such are a missing permission, a mount or a server that went away, a damaged disk, a file that was just removed: the
    operating system gives these a number, which an error about content hasn't. Errors that one was raised from count.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno is not None:
            return seen.errno not in _OF_CONTENT
        seen = seen.__cause__
    return False
