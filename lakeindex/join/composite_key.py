"""Find composite keys: the fewest columns that identify a row together, and not only because the table is small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from lakeindex.join.side import JoinSide, reading
from lakeindex.sql import quoted

MOST_COLUMNS = 3
_MOST_CANDIDATES = 10
_LEAST_COLLISIONS = 3.0
"""Pairs of rows that chance would have to make equal: where it makes none, unique rows are no evidence of a key."""


@dataclass(frozen=True, slots=True)
class Uniqueness:
    """How many rows of a table several columns distinguish."""

    rows: int
    """Rows with a value in each of the columns."""
    distinct: int
    """Different combinations of values."""
    by_chance: float
    """Pairs of rows that would agree in all columns if these were independent."""

    @property
    def is_key(self) -> bool:
        """Whether the columns identify a row, and not only because the table is small."""
        return self.distinct == self.rows > 0 and self.by_chance >= _LEAST_COLLISIONS


def complements(side: JoinSide, candidates: Sequence[str]) -> list[tuple[str, ...]]:
    """Find the fewest further columns that form a key with a side's column, in the order of the candidates.

    At most three columns together; empty where the column is a key alone. Raises UnreadableTable when the file is gone
    or no longer what it was.
    """
    candidates = [one for one in candidates if one != side.column][:_MOST_CANDIDATES]
    if not candidates:
        return []
    spread = _agreement(side, [side.column, *candidates])
    for size in range(min(MOST_COLUMNS, len(candidates) + 1)):
        tried = list(combinations(candidates, size))
        found = _uniqueness(side, [(side.column, *more) for more in tried], spread)
        unique = [more for more, one in zip(tried, found, strict=True) if one.distinct == one.rows]
        if unique:
            # Larger keys would contain one of these.
            keys = [more for more, one in zip(tried, found, strict=True) if one.is_key]
            return [more for more in keys if more]
    return []


def _agreement(side: JoinSide, columns: Sequence[str]) -> dict[str, float]:
    """Return for each column the share of pairs of rows that have the same value."""
    agreements = ", ".join(
        f"(SELECT coalesce(sum(n * (n - 1.0)) / nullif(sum(n) * (sum(n) - 1.0), 0), 1.0) FROM "
        f"(SELECT count(*) AS n FROM side WHERE {quoted(one)} IS NOT NULL GROUP BY {quoted(one)}))"
        for one in columns
    )
    return dict(zip(columns, _row(side, f"SELECT {agreements}"), strict=True))


def _uniqueness(side: JoinSide, several: Sequence[tuple[str, ...]], agreement: dict[str, float]) -> list[Uniqueness]:
    counted = []
    for columns in several:
        has_all = " AND ".join(f"{quoted(one)} IS NOT NULL" for one in columns)
        combined = ", ".join(map(quoted, columns))
        counted += [f"count(*) FILTER ({has_all})", f"count(DISTINCT ROW({combined})) FILTER ({has_all})"]
    counts = [int(one) for one in _row(side, f"SELECT {', '.join(counted)} FROM side")]
    found = []
    for columns, rows, distinct in zip(several, counts[::2], counts[1::2], strict=True):
        by_chance = rows * (rows - 1) / 2
        for one in columns:
            by_chance *= agreement[one]
        found.append(Uniqueness(rows, distinct, by_chance))
    return found


def _row(side: JoinSide, sql: str) -> tuple[float, ...]:
    with reading(str(side.table)):
        (row,) = side.connection.cursor().sql(f"WITH side AS MATERIALIZED ({side.source}) {sql}").fetchall()
    return tuple(row)
