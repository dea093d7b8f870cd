"""Batch the profiling of columns: small tables are profiled together, wide ones so many columns at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Texts
from lakeindex.canonical.column_reading import ColumnReading
from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.profile.column_profile import ColumnProfile
from lakeindex.profile.personal_data.with_personal_data import with_personal_data
from lakeindex.profile.profile_table import ProfiledColumn, to_records
from lakeindex.profile.scan import profile_columns
from lakeindex.profile.value_text import Column, sql_type_of
from lakeindex.types.lake import SourceTable
from lakeindex.types.personal import PersonalData

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

    def add_profiles(
        self,
        table: SourceTable,
        start: int,
        profiles: Iterable[ColumnProfile],
        personal: Sequence[PersonalData | None] = (),
        texts: Sequence[Texts] = (),
    ) -> None:
        """Add the profiles of a table's columns, the first of which is at `start`.

        `personal` is what is known of them as personal data, `texts` are their values, from which the others are
        profiled anew where personal data must have a key.
        """
        keeps_texts = bool(self.limits.of_personal.key) and not self.limits.key
        for position, (profile, known, text) in enumerate(zip_longest(profiles, personal, texts), start):
            field = table.schema.field(position)
            self._columns.append(
                ProfiledColumn(
                    table.id, position, field.name, profile, sql_type_of(field.type),
                    known, text if keeps_texts else None, table.is_named_by_row,
                )
            )  # fmt: skip
            if len(self._columns) >= MOST_PROFILES:
                self.convert_to_records()

    def profile_waiting(self, only_if_large: bool = False) -> None:
        """Profile the tables that wait; with `only_if_large`, only if they take much memory."""
        tables = [texts for _, texts in self._waiting]
        if only_if_large and sum(column.nbytes for texts in tables for column in texts) <= _MOST_WAITING_BYTES:
            return
        waiting, self._waiting = self._waiting, []
        profiles = profile_in_batches(tables, self.limits)
        for table, texts in waiting:
            self.add_profiles(table, 0, (next(profiles) for _ in texts), texts=texts)

    def convert_to_records(self) -> None:
        """Turn the profiles into records, which take less memory."""
        self._columns.reverse()
        while self._columns:
            columns = [self._columns.pop() for _ in range(min(len(self._columns), BATCH_COLUMNS))]
            self._records.append(to_records(with_personal_data(columns, self.limits), self.limits))

    def records(self) -> pa.Table:
        """Profile the tables that wait and return the records of all columns."""
        self.profile_waiting()
        self.convert_to_records()
        return pa.concat_tables(self._records or [to_records([], self.limits)])


def profile_in_batches(
    tables: Sequence[Sequence[Column]], limits: ProfileLimits, readings: Sequence[ColumnReading] | None = None
) -> Iterator[ColumnProfile]:
    """Profile the columns of tables in batches of at most BATCH_COLUMNS: the arrays made meanwhile take memory.

    Small tables share a batch, wide ones have theirs alone, so that a column is read the same with whatever tables it
    comes. `readings` are those of all columns; where there are none, they are decided.
    """
    waiting: list[Column] = []
    owners: list[int] = []
    done = 0
    for place, table in enumerate(tables):
        for start in range(0, len(table), BATCH_COLUMNS):
            part = table[start : start + BATCH_COLUMNS]
            if len(waiting) + len(part) > BATCH_COLUMNS:
                yield from _profile_batch(waiting, owners, limits, readings, done)
                done += len(waiting)
                waiting, owners = [], []
            waiting += part
            owners += [place] * len(part)
    yield from _profile_batch(waiting, owners, limits, readings, done)


def _profile_batch(
    columns: Sequence[Column],
    owners: Sequence[int],
    limits: ProfileLimits,
    readings: Sequence[ColumnReading] | None,
    start: int,
) -> list[ColumnProfile]:
    known = None if readings is None else readings[start : start + len(columns)]
    return profile_columns(columns, limits, np.array(owners, np.int64), known) if columns else []
