"""Parquet files: flat columns and lists of values as they are, fields of structs as columns, the rest as JSON text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

import pyarrow as pa
from pyarrow import parquet

from lakeindex.errors import UnreadableTable
from lakeindex.types.lake import LakeFile, ReadOptions, Rows, Scan, SourceTable, TableId
from lakeindex_connectors.flatten import flat_columns, flat_fields, is_flat
from lakeindex_connectors.opening import looks_like, slice_batches

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
        rows = Rows(iter(()))
        rows.batches = slice_batches(_read(file, table.schema, options.batch_rows, rows), options.batch_rows)
        return rows


def _read(file: LakeFile, schema: pa.Schema, batch_rows: int, rows: Rows) -> Iterator[pa.RecordBatch]:
    with _open(file) as opened:
        for batch in opened.iter_batches(_rows_of(opened.metadata, batch_rows), use_threads=False):
            yield pa.record_batch(flat_columns(batch), schema=schema)
        rows.scan = (
            Scan("read_parquet", (("hive_partitioning", False),)) if is_flat(opened.schema_arrow, schema) else None
        )


def _rows_of(metadata: parquet.FileMetaData, most: int) -> int:
    """Return how many rows to read at once, so that wide ones fit in memory."""
    groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
    rows = [_BATCH_BYTES * group.num_rows // max(group.total_byte_size, 1) for group in groups if group.num_rows > 0]
    return max(1, min([most, *rows]))


@contextmanager
def _open(file: LakeFile) -> Iterator[parquet.ParquetFile]:
    """Open a Parquet file; every error of pyarrow, on opening or while reading, becomes UnreadableTable."""
    try:
        # Without a buffer a column of a whole row group is in memory before its first row is read, and what is buffered
        # before it is asked for stays there until the file is closed: all of it, in the end.
        with file.open() as handle:
            _refuse_other_content(handle)
            with parquet.ParquetFile(handle, buffer_size=_BUFFER_BYTES, pre_buffer=False) as opened:
                yield opened
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError, TypeError) as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise UnreadableTable(f"not readable as Parquet: {reason[0]}") from error


def _refuse_other_content(handle: BinaryIO) -> None:
    """Raise UnreadableTable for a file of another well-known format, which pyarrow would only call damaged."""
    head = handle.read(_HEAD_BYTES)
    handle.seek(0)
    if not head.startswith(b"PAR") and (what := looks_like(head)):
        raise UnreadableTable(f"not Parquet: looks like {what}")
