"""Samples of a table in many files: the same share of the rows of each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from lakeindex.profile.parts.union_schema import Source, UnionSchema
from lakeindex.protocols import SampledConnector
from lakeindex.types.lake import ReadOptions, RowCount, Rows

_MOST_ROWS = 1 << 16


@dataclass(frozen=True, slots=True)
class CountedParts:
    """The rows of each of a table's parts, of which all can be sampled."""

    of_each: tuple[RowCount, ...]

    @classmethod
    def of(cls, counts: Sequence[RowCount | None]) -> CountedParts | None:
        """Return what is known of parts; None where one of them can only be read whole."""
        known = tuple(count for count in counts if count is not None)
        return cls(known) if len(known) == len(counts) else None

    def total(self) -> RowCount:
        """Return the rows of all parts, whose errors are independent."""
        return total_of(self.of_each)

    def quota(self, place: int, rows: int) -> int:
        """Return how many rows to read of a part, for `rows` of all."""
        return max(1, math.ceil(rows * self.of_each[place].rows / max(self.total().rows, 1)))


def total_of(counts: Sequence[RowCount]) -> RowCount:
    """Return the sum of counts whose errors are independent."""
    rows = sum(count.rows for count in counts)
    down = math.sqrt(sum((count.rows - count.low) ** 2 for count in counts))
    up = math.sqrt(sum((count.high - count.rows) ** 2 for count in counts))
    return RowCount(rows, max(math.floor(rows - down), 0), math.ceil(rows + up))


def count_source(source: Source, options: ReadOptions) -> RowCount | None:
    """Return how many rows a part has; None where it can only be read whole."""
    connector = source.connector
    if not isinstance(connector, SampledConnector):
        return None
    return connector.count(source.part.file, source.table, replace(options, sample_rows=0))


def sample_source(source: Source, union: UnionSchema, options: ReadOptions, seed: int) -> Rows:
    """Sample a part with the columns of all; what is read of it are two blocks, where these are not too large."""
    connector = source.connector
    assert isinstance(connector, SampledConnector)
    rows = connector.sample(source.part.file, source.table, replace(options, wants_scan=True), seed)
    batches = rows.batches
    rows.batches = (union.united(batch, source) for batch in _joined(batches, options.sample_rows))
    return rows


def _joined(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """Yield the blocks of a sample of so many rows, those of few rows as two: parts may be many.

    As one, they would make what all rows of a part have look as rare as what one of its blocks has.
    """
    if rows > _MOST_ROWS:
        yield from batches
        return
    some = list(batches)
    if some:
        table = pa.Table.from_batches(some).combine_chunks()
        half = -(-len(table) // 2)
        for part in (table.slice(0, half), table.slice(half)):
            yield from part.to_batches()
