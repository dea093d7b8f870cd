"""Scan a table part by part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from lakeindex.canonical.column_reading import ColumnReading
from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.profile.batching import BATCH_COLUMNS
from lakeindex.profile.column_scan import ColumnScan
from lakeindex.profile.read_columns import read_columns
from lakeindex.profile.scan import scan_columns
from lakeindex.profile.sketch import ANY_HASH

MOST_SCANS = 500
"""So many scans fit in memory beside the rows that are read: each holds up to half a megabyte."""
_MOST_PENDING = 16


def scan_parts(
    parts: Iterable[pa.Table],
    limits: ProfileLimits,
    readings: Sequence[ColumnReading] | None = None,
    threads: int = 1,
    bounds: Sequence[int] | None = None,
) -> list[ColumnScan]:
    """Scan the columns of the parts of a table, at most MOST_SCANS, of which there is one part at least.

    The readings that are not given are decided by the first part; `readings_of` tells what all of them show. With more
    than one of `threads` columns are scanned side by side, while the next part is read. Values with hashes above
    `bounds`, one a column, are not looked for: others have enough below.
    """
    columns = None if bounds is None else [GrowingScan(limits, bound) for bound in bounds]
    if threads == 1:
        return scan_each(parts, limits, readings, columns, None)
    with ThreadPoolExecutor(threads) as pool, ThreadPoolExecutor(1) as reader:
        return scan_each(_read_ahead(iter(parts), reader), limits, readings, columns, pool)


def _read_ahead(parts: Iterator[pa.Table], reader: Executor) -> Iterator[pa.Table]:
    """Yield the parts, each read in another thread while the one before is used."""
    coming = reader.submit(next, parts, None)
    while (part := coming.result()) is not None:
        coming = reader.submit(next, parts, None)
        yield part


def scan_each(
    parts: Iterable[pa.Table],
    limits: ProfileLimits,
    readings: Sequence[ColumnReading] | None,
    columns: Sequence[GrowingScan] | None,
    threads: Executor | None,
) -> list[ColumnScan]:
    """Scan the columns of parts into `columns`, new ones where there are none, and return the scans of all parts."""
    columns = columns or []
    for part in parts:
        columns = columns or [GrowingScan(limits) for _ in range(part.num_columns)]
        known = None if readings is None else list(readings)
        found: list[ColumnReading] = []
        for start in range(0, part.num_columns, BATCH_COLUMNS):
            batch = slice(start, start + BATCH_COLUMNS)
            bounds = [column.bound for column in columns[batch]]
            scans = scan_columns(part.columns[batch], limits, known and known[batch], bounds, threads)
            for column, scan in zip(columns[batch], scans, strict=True):
                column.add(scan)
            found += [scan.reading for scan in scans]
        readings = found
    return [column.merged() for column in columns]


def readings_of(scans: Sequence[ColumnScan]) -> list[ColumnReading]:
    """Return how columns are read by all of their values; those that are scanned together decide together."""
    starts = range(0, len(scans), BATCH_COLUMNS)
    batches = [[one.value_types for one in scans[start : start + BATCH_COLUMNS]] for start in starts]
    return [reading for batch in batches for reading in read_columns(batch, np.zeros(len(batch), np.int64))]


@dataclass(slots=True)
class GrowingScan:
    """A column whose parts are scanned one after the other, and merged some at a time."""

    limits: ProfileLimits
    most: int = ANY_HASH
    """The highest hash of a value that is looked for."""
    bound: int = field(init=False)
    """The highest hash of a value that a further part may add."""
    _parts: list[ColumnScan] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bound = self.most

    def add(self, part: ColumnScan) -> None:
        """Add the scan of a part."""
        self._parts.append(part)
        if self.bound == self.most or len(self._parts) > _MOST_PENDING:
            self.merged()

    def merged(self) -> ColumnScan:
        """Return the scan of all parts so far."""
        self._parts = [ColumnScan.merged(self._parts, self.limits)]
        self.bound = min(self.most, self._parts[0].bound)
        return self._parts[0]
