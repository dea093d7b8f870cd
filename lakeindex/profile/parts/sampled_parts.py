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
    def of(cls, sources: Sequence[Source], options: ReadOptions) -> CountedParts | None:
        """Count the rows of parts; None where one of them can only be read whole."""
        counts = [_count(source, replace(options, sample_rows=0)) for source in sources]
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


def _count(source: Source, options: ReadOptions) -> RowCount | None:
    connector = source.connector
    if not isinstance(connector, SampledConnector):
        return None
    return connector.count(source.part.file, source.table, options)


def sample_source(source: Source, union: UnionSchema, options: ReadOptions, seed: int) -> Rows:
    """Sample a part with the columns of all; what is read of it is one block, where that is not too large."""
    connector = source.connector
    assert isinstance(connector, SampledConnector)
    rows = connector.sample(source.part.file, source.table, replace(options, wants_scan=True), seed)
    batches = rows.batches
    rows.batches = (union.united(batch, source) for batch in _joined(batches, options.sample_rows))
    return rows


def _joined(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """Yield the blocks of a sample of so many rows as one where they are few: parts may be many."""
    if rows > _MOST_ROWS:
        yield from batches
        return
    some = list(batches)
    if some:
        yield from pa.Table.from_batches(some).combine_chunks().to_batches()
