"""The shares in which a lake is read: small enough that a build that is killed has little to do again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from lakeindex.types.lake import LakeFile
from lakeindex.types.reports import FileOutcome

_MOST_FILES = 48
_MOST_BYTES = 8 << 20
_LOST = 0.04
"""Of the lake's files and bytes, what is lost at most when a build is killed."""
_SPARE = 2


@dataclass(frozen=True, slots=True)
class Share:
    """What came back for some files: an outcome each, and the profiles of their columns."""

    outcomes: tuple[FileOutcome, ...]
    records: pa.Table | None


def shares_at_once(jobs: int) -> int:
    """Return how many shares may be read, or wait to be kept, at a time: none of them outlives a kill."""
    return jobs + _SPARE


def split_into_shares(files: Sequence[LakeFile], jobs: int = 1) -> Iterator[tuple[LakeFile, ...]]:
    """Group files so that a request is worth its overhead, its profiles fit in memory and its loss costs little."""
    lost = _LOST / shares_at_once(jobs)
    most_files = max(1, min(_MOST_FILES, int(lost * len(files))))
    most_bytes = min(_MOST_BYTES, lost * sum(file.size for file in files))
    share: list[LakeFile] = []
    size = 0
    for file in files:
        if share and (len(share) >= most_files or size + file.size > most_bytes):
            yield tuple(share)
            share, size = [], 0
        share.append(file)
        size += file.size
    if share:
        yield tuple(share)
