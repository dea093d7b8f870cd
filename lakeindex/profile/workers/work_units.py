"""Split a lake into work units, small enough that a build that is killed has little to do again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from lakeindex.types.lake import LakeFile
from lakeindex.types.reports import FileOutcome

_MOST_FILES = 48
_MOST_BYTES = 8 << 20
_MOST_LOST = 0.04
"""The share of the lake's files and bytes that a killed build has to read again, at most."""
_SPARE = 2


@dataclass(frozen=True, slots=True)
class WorkUnit:
    """Some files that were read together: the outcome of each, and the profiles of their columns."""

    outcomes: tuple[FileOutcome, ...]
    records: pa.Table | None


def units_at_once(jobs: int) -> int:
    """Return how many units may be under way at a time, read or waiting to be staged: a kill loses them all."""
    return jobs + _SPARE


def split_into_units(files: Sequence[LakeFile], jobs: int = 1) -> Iterator[tuple[LakeFile, ...]]:
    """Group files into units that are worth a request, whose profiles fit in memory and whose loss costs little."""
    share = _MOST_LOST / units_at_once(jobs)
    most_files = max(1, min(_MOST_FILES, int(share * len(files))))
    most_bytes = min(_MOST_BYTES, share * sum(file.size for file in files))
    unit: list[LakeFile] = []
    size = 0
    for file in files:
        if unit and (len(unit) >= most_files or size + file.size > most_bytes):
            yield tuple(unit)
            unit, size = [], 0
        unit.append(file)
        size += file.size
    if unit:
        yield tuple(unit)
