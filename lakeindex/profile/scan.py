"""Profile many columns in one pass: small ones together, large ones one by one, by shortcuts.

Of a large column only the values that are looked at more than once are then profiled as those of a small one are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from typing import TypeVar

import numpy as np

from lakeindex.arrays.aliases import Integers
from lakeindex.canonical.column_reading import ColumnReading
from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.profile.column_part import ColumnPart
from lakeindex.profile.column_profile import ColumnProfile
from lakeindex.profile.column_scan import ColumnScan
from lakeindex.profile.distinct_values import DistinctValues
from lakeindex.profile.read_columns import read_columns
from lakeindex.profile.sketch import ANY_HASH
from lakeindex.profile.typed_values import TypedValues
from lakeindex.profile.value_text import Column

_T = TypeVar("_T")

_MOST_VALUES = 1 << 16
"""Values that are looked at together, or those of one column."""
_FEW_ROWS = 1000
"""Up to so many rows of a part, columns are scanned together."""


def profile_columns(
    columns: Sequence[Column],
    limits: ProfileLimits,
    tables: Integers | None = None,
    readings: Sequence[ColumnReading] | None = None,
) -> list[ColumnProfile]:
    """Profile each column; many small ones together cost little more than one.

    `tables` (n,) are the tables that the columns are of, in any numbers; None where each is of its own. What
    `readings` doesn't give is decided here, from the values of each column and its table.
    """
    halves = _Halves(columns, limits.looks, limits.look_bytes)
    readings = halves.readings(tables) if readings is None else readings
    scans = halves.scan_large(readings, limits)
    return halves.in_order(profiles_of(scans, limits), halves.small.profiles(halves.of_small(readings), limits))


def scan_columns(
    columns: Sequence[Column],
    limits: ProfileLimits,
    readings: Sequence[ColumnReading] | None = None,
    bounds: Sequence[int] | None = None,
    threads: Executor | None = None,
) -> list[ColumnScan]:
    """Scan each column of a part of a table; the readings that are not given are decided by what it shows.

    `bounds` are the highest hashes of values that the part may add to what is known of each column. With `threads`
    large columns are scanned side by side.
    """
    halves = _Halves(columns, _FEW_ROWS, limits.look_bytes, threads)
    readings = halves.readings(np.zeros(len(columns), np.int64)) if readings is None else readings
    of_large = halves.scan_large(readings, limits, bounds)
    return halves.in_order(of_large, halves.small.scans(halves.of_small(readings), limits))


def profiles_of(scans: Sequence[ColumnScan], limits: ProfileLimits) -> list[ColumnProfile]:
    """Profile columns that were scanned: the values that are looked at more than once are looked at here."""
    return [profile for some in _batches(scans) for profile in _profiles_of(some, limits)]


def _batches(scans: Sequence[ColumnScan]) -> Iterator[list[ColumnScan]]:
    """Yield scans so many at a time that what is made of their values fits in memory: a kilobyte of each."""
    batch: list[ColumnScan] = []
    values = 0
    for scan in scans:
        if batch and values + len(scan.looked_at.texts) > _MOST_VALUES:
            yield batch
            batch, values = [], 0
        batch.append(scan)
        values += len(scan.looked_at.texts)
    if batch:
        yield batch


def _profiles_of(scans: Sequence[ColumnScan], limits: ProfileLimits) -> list[ColumnProfile]:
    texts = [scan.looked_at.texts for scan in scans]
    counted = [(one.texts, one.rows) for one in texts]
    values = TypedValues.of(DistinctValues.of_counted([scan.rows for scan in scans], counted))
    are_moments = np.array([scan.spans.may_be_moments for scan in scans], bool)
    profiles = values.profiles([scan.reading for scan in scans], limits, are_moments)
    return [
        replace(one, nulls=scan.nulls, values=scan.values, value_types=scan.value_types, spans=scan.spans)
        for one, scan in zip(profiles, scans, strict=True)
    ]


class _Halves:
    """Columns, the small ones together."""

    def __init__(
        self, columns: Sequence[Column], most_rows: int, most_bytes: int, threads: Executor | None = None
    ) -> None:
        """Read them: those of more rows or bytes one by one, with `threads` side by side."""
        self.are_large = [len(column) > most_rows or column.nbytes > most_bytes for column in columns]
        self.for_each = map if threads is None else threads.map
        self.large = list(self.for_each(ColumnPart.of, self._chosen(columns, True)))
        self.small = TypedValues.of(DistinctValues.of(self._chosen(columns, False)))

    def readings(self, tables: Integers | None) -> list[ColumnReading]:
        """Decide how columns are read."""
        types = self.in_order([part.types() for part in self.large], self.small.type_counts())
        return read_columns(types, np.arange(len(types)) if tables is None else tables)

    def scan_large(
        self, readings: Sequence[ColumnReading], limits: ProfileLimits, bounds: Sequence[int] | None = None
    ) -> list[ColumnScan]:
        """Scan the large ones."""
        bounds = bounds or [ANY_HASH] * len(readings)
        of_large = self._chosen(readings, True)
        all_limits = [limits] * len(of_large)
        return list(self.for_each(ColumnPart.scan, self.large, of_large, all_limits, self._chosen(bounds, True)))

    def of_small(self, each: Sequence[_T]) -> list[_T]:
        """Return those of some things, one a column, that are of small ones."""
        return self._chosen(each, False)

    def in_order(self, of_large: Sequence[_T], of_small: Sequence[_T]) -> list[_T]:
        """Put together what is known of the large and of the small ones."""
        large, small = iter(of_large), iter(of_small)
        return [next(large) if is_large else next(small) for is_large in self.are_large]

    def _chosen(self, each: Sequence[_T], large: bool) -> list[_T]:
        return [one for one, is_large in zip(each, self.are_large, strict=True) if is_large is large]
