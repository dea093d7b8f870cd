"""Batch the profiling of columns: small tables are profiled together, wide ones so many columns at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from lakeindex.arrays.aliases import Texts
from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.profile.column_profile import ColumnProfile
from lakeindex.profile.normalise import Column
from lakeindex.profile.profile_table import ProfiledColumn, to_records
from lakeindex.profile.scan import profile_columns
from lakeindex.types.lake import SourceTable

MOST_PROFILES = 2000
"""So many profiles fit in memory beside the rows that are read; as records they take a fifth."""
BATCH_COLUMNS = 500
"""Columns that are profiled together, at most."""
_MOST_WAITING_BYTES = 32 << 20

Mark = tuple[int, int]


@dataclass(slots=True)
class ProfileBatch:
    """The columns that were read so far; small tables wait until they are profiled together."""

    limits: ProfileLimits
    _waiting: list[tuple[SourceTable, list[Texts]]] = field(default_factory=list)
    _columns: list[ProfiledColumn] = field(default_factory=list)
    _records: list[pa.Table] = field(default_factory=list)

    def mark(self) -> Mark:
        """Return the present state, for `roll_back`."""
        self.convert_to_records()
        return len(self._waiting), len(self._records)

    def roll_back(self, mark: Mark) -> None:
        """Remove what was added since the mark."""
        waiting, records = mark
        del self._waiting[waiting:], self._records[records:]
        self._columns.clear()

    def add_small_table(self, table: SourceTable, columns: list[Texts]) -> None:
        """Add a small table, to be profiled together with others."""
        self._waiting.append((table, columns))

    def add_profiles(self, table: SourceTable, start: int, profiles: Iterable[ColumnProfile]) -> None:
        """Add the profiles of a table's columns, the first of which is at `start`."""
        for position, profile in enumerate(profiles, start):
            self._columns.append(ProfiledColumn(table.id, position, table.schema.names[position], profile))
            if len(self._columns) >= MOST_PROFILES:
                self.convert_to_records()

    def profile_waiting(self, only_if_large: bool = False) -> None:
        """Profile the tables that wait; with `only_if_large`, only if they take much memory."""
        columns = [column for _, texts in self._waiting for column in texts]
        if only_if_large and sum(column.nbytes for column in columns) <= _MOST_WAITING_BYTES:
            return
        waiting, self._waiting = self._waiting, []
        profiles = profile_in_batches(columns, self.limits)
        for table, texts in waiting:
            self.add_profiles(table, 0, (next(profiles) for _ in texts))

    def convert_to_records(self) -> None:
        """Turn the profiles into records, which take less memory."""
        self._columns.reverse()
        while self._columns:
            columns = [self._columns.pop() for _ in range(min(len(self._columns), BATCH_COLUMNS))]
            self._records.append(to_records(columns, self.limits))

    def records(self) -> pa.Table:
        """Profile the tables that wait and return the records of all columns."""
        self.profile_waiting()
        self.convert_to_records()
        return pa.concat_tables(self._records or [to_records([], self.limits)])


def profile_in_batches(columns: Sequence[Column], limits: ProfileLimits) -> Iterator[ColumnProfile]:
    """Profile columns in batches of at most BATCH_COLUMNS: the arrays made meanwhile take memory."""
    for start in range(0, len(columns), BATCH_COLUMNS):
        yield from profile_columns(columns[start : start + BATCH_COLUMNS], limits)
