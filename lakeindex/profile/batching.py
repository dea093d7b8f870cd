"""Columns between being read and being laid out as records: small tables are profiled together, wide ones in parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from lakeindex.arrays.aliases import Texts
from lakeindex.config.profile_limits import Limits
from lakeindex.profile.column_profile import ColumnProfile
from lakeindex.profile.normalise import Column
from lakeindex.profile.profile_table import ProfiledColumn, to_records
from lakeindex.profile.scan import profile_columns
from lakeindex.types.lake import SourceTable

COLUMNS_KEPT = 2000
"""So many profiles fit in memory beside what is read; laid out they take a fifth."""
COLUMNS_AT_ONCE = 500
_BYTES = 32 << 20

Mark = tuple[int, int]


@dataclass(slots=True)
class Shelf:
    """Columns read so far: those of small tables wait here."""

    limits: Limits
    _waiting: list[tuple[SourceTable, list[Texts]]] = field(default_factory=list)
    _columns: list[ProfiledColumn] = field(default_factory=list)
    _laid_out: list[pa.Table] = field(default_factory=list)

    def mark(self) -> Mark:
        """Return where the shelf stands, to come back to it."""
        self.lay_out()
        return len(self._waiting), len(self._laid_out)

    def go_back(self, mark: Mark) -> None:
        """Take away what was added since."""
        waiting, laid_out = mark
        del self._waiting[waiting:], self._laid_out[laid_out:]
        self._columns.clear()

    def put(self, table: SourceTable, columns: list[Texts]) -> None:
        """Let a small table wait for others."""
        self._waiting.append((table, columns))

    def add(self, table: SourceTable, start: int, profiles: Iterable[ColumnProfile]) -> None:
        """Take the profiles of a table's columns from `start` on."""
        for position, profile in enumerate(profiles, start):
            self._columns.append(ProfiledColumn(table.id, position, table.schema.names[position], profile))
            if len(self._columns) >= COLUMNS_KEPT:
                self.lay_out()

    def profile_waiting(self, only_if_many: bool = False) -> None:
        """Profile the tables that wait; if asked so, only where they take much memory."""
        columns = [column for _, texts in self._waiting for column in texts]
        if only_if_many and sum(column.nbytes for column in columns) <= _BYTES:
            return
        waiting, self._waiting = self._waiting, []
        profiles = profile_in_lots(columns, self.limits)
        for table, texts in waiting:
            self.add(table, 0, (next(profiles) for _ in texts))

    def lay_out(self) -> None:
        """Turn profiles into records, which take less memory."""
        self._columns.reverse()
        while self._columns:
            lot = [self._columns.pop() for _ in range(min(len(self._columns), COLUMNS_AT_ONCE))]
            self._laid_out.append(to_records(lot, self.limits))

    def records(self) -> pa.Table:
        """Profile what waits and return the records of all columns."""
        self.profile_waiting()
        self.lay_out()
        return pa.concat_tables(self._laid_out or [to_records([], self.limits)])


def profile_in_lots(columns: Sequence[Column], limits: Limits) -> Iterator[ColumnProfile]:
    """Profile many columns together, but not so many that what that takes meanwhile fills the memory."""
    for start in range(0, len(columns), COLUMNS_AT_ONCE):
        yield from profile_columns(columns[start : start + COLUMNS_AT_ONCE], limits)
