"""Count in the rows how many values of a column have no parent, where the sketches of the index don't tell exactly."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np

from lakeindex.errors import LakeIndexError
from lakeindex.join.lake_tables import LakeTables
from lakeindex.join.stored_column import as_written
from lakeindex.sql import quoted
from lakeindex.types.lake import ColumnId, TableId

_SECONDS = 45.0
"""Of all counts together, after which estimates stay."""
_A_MOMENT = 0.001


@dataclass(frozen=True, slots=True)
class CountedReference:
    """What the rows of both tables show of a reference."""

    orphans: float
    """The share of the child's distinct values without a parent; nan where it has none."""
    is_unique: bool
    """Whether no row of the child has another one's values."""
    distinct: int
    """The child's distinct values."""


_COUNT = """
WITH child AS (SELECT {child} AS k, count(*) AS n FROM ({child_source}) GROUP BY ALL),
     parent AS (SELECT DISTINCT {parent} AS k FROM ({parent_source}))
SELECT count(*), count(*) FILTER (child.k IN (SELECT k FROM parent WHERE k IS NOT NULL)), max(n)
FROM child WHERE k IS NOT NULL
"""


class OrphanCounter:
    """Counts references in the rows, one after the other, for a limited time."""

    def __init__(self, tables: LakeTables, seconds: float = _SECONDS) -> None:
        self._tables = tables
        self._until = time.monotonic() + seconds
        self.skipped = 0
        """References that were not counted for want of time."""

    def is_spent(self) -> bool:
        """Whether there is no time left, for a reference that is skipped then."""
        self.skipped += (is_spent := time.monotonic() >= self._until)
        return is_spent

    def count(self, child: Sequence[ColumnId], parent: Sequence[ColumnId]) -> CountedReference | None:
        """Count the references of columns to others, taken together; None where that can't be done, or takes too long.

        Values count as equal as they do for `join --match exact` of written values: trimmed, in lower case.
        """
        if self.is_spent():
            return None
        try:
            sources = [self._source(one) for one in (child, parent)]
            sql = _COUNT.format(
                child=sources[0][1], child_source=sources[0][0], parent=sources[1][1], parent_source=sources[1][0]
            )
            cursor = self._tables.database.connection.cursor()
            ((distinct, met, most),) = cursor.sql(
                sql, seconds=max(self._until - time.monotonic(), _A_MOMENT)
            ).fetchall()
        except (LakeIndexError, duckdb.Error):
            self.is_spent()
            return None
        return CountedReference(1 - met / distinct if distinct else np.nan, (most or 0) <= 1, distinct)

    def _source(self, columns: Sequence[ColumnId]) -> tuple[str, str]:
        """Return the SELECT of a table's rows, and the SQL of the value of its columns together."""
        table = TableId(columns[0].table)
        views = {view.id: view for view in self._tables.viewed([table])}
        counted = [self._tables.counted_column(one, views) for one in columns]
        written = [as_written(f"CAST({quoted(one.name)} AS VARCHAR)") for one in counted]
        return counted[0].source, written[0] if len(written) == 1 else " || chr(31) || ".join(written)
