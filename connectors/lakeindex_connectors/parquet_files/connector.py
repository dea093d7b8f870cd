"""Parquet files: flat columns and lists of values as they are, fields of structs as columns, the rest as JSON text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import BinaryIO

import pyarrow as pa
from pyarrow import parquet

from lakeindex.errors import UnreadableTable
from lakeindex.types.lake import LakeFile, ReadOptions, RowCount, RowRange, Rows, Scan, SourceTable, TableId
from lakeindex_connectors.flatten import flat_columns, flat_fields, is_flat
from lakeindex_connectors.opening import looks_like, slice_batches
from lakeindex_connectors.parquet_files.coded_columns import coded_columns
from lakeindex_connectors.parquet_files.row_blocks import blocks_by_group, cut_blocks
from lakeindex_connectors.parquet_files.row_groups import split_row_groups

_BATCH_BYTES = 16 << 20
_BUFFER_BYTES = 1 << 20
_HEAD_BYTES = 32


class ParquetConnector:
    """Read Parquet with the types it declares; the schema comes from the footer, without any row."""

    suffixes = frozenset({".parquet", ".pq"})

    def tables(self, file: LakeFile, options: ReadOptions) -> Sequence[SourceTable]:
        """Return the one table of the file, from its footer."""
        with _open(file) as opened:
            schema = pa.schema(flat_fields(opened.schema_arrow))
        if not schema.names:
            raise UnreadableTable("a Parquet file without columns")
        return (SourceTable(TableId(file.name), schema, file.token),)

    def read(self, file: LakeFile, table: SourceTable, options: ReadOptions) -> Rows:
        """Return its rows, read one row group at a time."""
        return _rows(file, table, options, None)

    def ranges(self, file: LakeFile, table: SourceTable, options: ReadOptions, size: int) -> Sequence[RowRange]:
        """Split the table between row groups, of which the footer knows the rows."""
        with _open(file) as opened:
            return split_row_groups(opened.metadata, file.size, size)

    def read_range(self, file: LakeFile, table: SourceTable, span: RowRange, options: ReadOptions) -> Rows:
        """Return the rows of some row groups."""
        return _rows(file, table, options, range(span.start, span.stop))

    def count(self, file: LakeFile, table: SourceTable, options: ReadOptions) -> RowCount:
        """Return the number of rows that the footer tells."""
        with _open(file) as opened:
            count = opened.metadata.num_rows
        return RowCount(count, count, count)

    def sample(self, file: LakeFile, table: SourceTable, options: ReadOptions, seed: int) -> Rows:
        """Read blocks of rows; of a row group that has some, what is before the last of them is decoded, too."""
        rows = Rows(iter(()), sampled_of=self.count(file, table, options))
        rows.batches = _sample(file, table.schema, options, seed, rows)
        return rows


def _rows(file: LakeFile, table: SourceTable, options: ReadOptions, groups: Sequence[int] | None) -> Rows:
    rows = Rows(iter(()))
    batches = _read(file, table.schema, options, rows, groups)
    rows.batches = slice_batches(batches, options.batch_rows)
    return rows


def _read(
    file: LakeFile, schema: pa.Schema, options: ReadOptions, rows: Rows, chosen: Sequence[int] | None
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of the row groups that are chosen, of all of them where none are."""
    with _open(file, options.coded) as opened:
        groups = range(opened.metadata.num_row_groups) if chosen is None else chosen
        most = _rows_of(opened.metadata, options.batch_rows, groups)
        for batch in opened.iter_batches(most, row_groups=list(groups), use_threads=False):
            if options.coded:
                yield pa.record_batch(flat_columns(batch, coded=True), names=schema.names)
            else:
                yield pa.record_batch(flat_columns(batch), schema=schema)
        rows.scan = _scan_of(opened, schema)


def _rows_of(metadata: parquet.FileMetaData, most: int, chosen: Sequence[int]) -> int:
    """Return how many rows to read at once of the chosen row groups, so that wide ones fit in memory."""
    groups = [metadata.row_group(place) for place in chosen]
    rows = [_BATCH_BYTES * group.num_rows // max(group.total_byte_size, 1) for group in groups if group.num_rows > 0]
    return max(1, min([most, *rows]))


def _sample(file: LakeFile, schema: pa.Schema, options: ReadOptions, seed: int, rows: Rows) -> Iterator[pa.RecordBatch]:
    with _open(file) as opened:
        for group, places in blocks_by_group(opened.metadata, options.sample_rows, len(schema), seed):
            most = _rows_of(opened.metadata, options.batch_rows, [group])
            batches = opened.iter_batches(most, row_groups=[group], use_threads=False)
            for block in cut_blocks(batches, places):
                yield pa.record_batch(flat_columns(block), schema=schema)
        rows.scan = _scan_of(opened, schema)


def _scan_of(opened: parquet.ParquetFile, schema: pa.Schema) -> Scan | None:
    is_read_alike = is_flat(opened.metadata.schema.to_arrow_schema(), schema)
    return Scan("read_parquet", (("hive_partitioning", False),)) if is_read_alike else None


@contextmanager
def _open(file: LakeFile, coded: bool = False) -> Iterator[parquet.ParquetFile]:
    """Open a Parquet file; every error of pyarrow, on opening or while reading, becomes UnreadableTable.

    Where it may be `coded`, texts that are written as codes are read as such.
    """
    try:
        # Without a buffer a column of a whole row group is in memory before its first row is read, and what is buffered
        # before it is asked for stays there until the file is closed: all of it, in the end.
        with file.open() as handle:
            _refuse_other_content(handle)
            open_parquet = partial(parquet.ParquetFile, handle, buffer_size=_BUFFER_BYTES, pre_buffer=False)
            with open_parquet() as opened:
                texts = coded_columns(opened) if coded else []
                yield open_parquet(metadata=opened.metadata, read_dictionary=texts) if texts else opened
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError, TypeError, IndexError) as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise UnreadableTable(f"not readable as Parquet: {reason[0]}") from error


def _refuse_other_content(handle: BinaryIO) -> None:
    """Raise UnreadableTable for a file of another well-known format, which pyarrow would only call damaged."""
    head = handle.read(_HEAD_BYTES)
    handle.seek(0)
    if not head.startswith(b"PAR") and (what := looks_like(head)):
        raise UnreadableTable(f"not Parquet: looks like {what}")
