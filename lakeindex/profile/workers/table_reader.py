"""Read the rows of a table, more than once, in parts that are worth a scan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import pyarrow as pa

from lakeindex.errors import OutputExceeded
from lakeindex.profile.batching import BATCH_COLUMNS
from lakeindex.profile.workers.unpacked import most_unpacked_bytes, unpacked_bytes
from lakeindex.profile.workers.wide_tables import read_frugally
from lakeindex.protocols import Connector
from lakeindex.types.lake import LakeFile, ReadOptions, Rows, SourceTable

_SCAN_BYTES = 8 << 20
"""Bytes that are scanned together, of BATCH_COLUMNS columns; of more columns, more in proportion."""
_VALUE_BYTES = 16
"""What a value counts for at least: it is profiled as text, which takes up to a kilobyte where no value repeats."""
_CODE_BYTES = 4
"""What a code counts for: of its values each distinct one is profiled."""
_MOST_BYTES = 48 << 20
_MOST_ARRAYS = 50_000
"""Arrow arrays that wait to be scanned; each takes half a kilobyte beside its values."""


@dataclass(frozen=True, slots=True)
class TableReader:
    """A table of a file, whose rows can be read more than once."""

    connector: Connector
    file: LakeFile
    table: SourceTable
    options: ReadOptions

    def read(self, coded: bool = False) -> Rows:
        """Read its rows; texts may come as dictionaries where `coded`."""
        rows = self.connector.read(self.file, self.table, replace(self.options, coded=coded))
        rows.batches = read_frugally(rows.batches, len(self.table.schema))
        return rows

    def parts(self) -> Iterator[pa.Table]:
        """Read its rows in parts that are worth a scan."""
        return to_parts(self.read(coded=True).batches, self.table.schema)


class CountedBatches:
    """Count the rows of batches as they are read; raise OutputExceeded when they take more than `limit` bytes."""

    def __init__(self, batches: Iterator[pa.RecordBatch], limit: int) -> None:
        self.batches = batches
        self.limit = limit
        self.rows = self.bytes = 0

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return self

    def __next__(self) -> pa.RecordBatch:
        batch = next(self.batches)
        self.rows += batch.num_rows
        self.bytes += unpacked_bytes(batch)
        if self.bytes > self.limit:
            raise OutputExceeded(self.limit)
        return batch


def to_parts(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """Combine batches to parts that are worth a scan; there is always one part, maybe without rows."""
    enough = min(_MOST_BYTES, _SCAN_BYTES * max(1, len(schema) // BATCH_COLUMNS))
    waiting: list[pa.Table] = []
    size = unpacked = 0
    is_first = True
    for batch in batches:
        waiting.append(pa.Table.from_batches([batch]))
        size += max(batch.nbytes, batch.num_rows * _bytes_of_row(batch.schema))
        unpacked += most_unpacked_bytes(batch)
        if len(waiting) * len(schema) > _MOST_ARRAYS:
            waiting = [pa.concat_tables(waiting).combine_chunks()]
        if size >= enough or unpacked >= _MOST_BYTES:
            yield pa.concat_tables(waiting)
            waiting, size, unpacked, is_first = [], 0, 0, False
    if waiting or is_first:
        yield pa.concat_tables(waiting or [schema.empty_table()])


def _bytes_of_row(schema: pa.Schema) -> int:
    """Return what the values of a row count for at least."""
    coded = sum(pa.types.is_dictionary(kind) for kind in schema.types)
    return _CODE_BYTES * coded + _VALUE_BYTES * (len(schema) - coded)


def released(first: list[pa.Table], rest: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Yield the first parts, each released from memory once it is used, and the rest."""
    while first:
        yield first.pop(0)
    yield from rest
