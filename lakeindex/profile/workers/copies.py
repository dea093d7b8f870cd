"""Copies of tables that DuckDB can't read from their files, as Parquet files in the index."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from lakeindex.errors import UnreadableTable
from lakeindex.types.lake import Rows, SourceTable
from lakeindex.types.names import sql_names

COPY_FAILED = "its copy in the index can't be written: "
"""Begins the reason of a file whose copy could not be written, whatever the file itself is like."""


class CopyFailed(UnreadableTable):
    """The copy of a table, or the scans of its pieces, can't be written into the index."""


def write_copy(rows: Rows, table: SourceTable, folder: Path) -> str:
    """Write the rows to a Parquet file that DuckDB can read; return its name, which derives from the table's.

    Raises CopyFailed where it can't be written, UnreadableTable where the rows can't be read.
    """
    name = f"{hashlib.blake2b(table.id.encode(), digest_size=12).hexdigest()}.parquet"
    names = sql_names(table.schema.names)
    schema = pa.schema([field.with_name(one) for field, one in zip(table.schema, names, strict=True)])
    with writing_copy(), pq.ParquetWriter(folder / name, schema, compression="zstd") as writer:
        for batch in _read_apart(rows.batches):
            writer.write_batch(batch.rename_columns(names))
    return name


@contextmanager
def writing_copy() -> Iterator[None]:
    """Raise CopyFailed for what fails in writing into the index."""
    try:
        yield
    except OSError as error:
        raise CopyFailed(f"{COPY_FAILED}{error.strerror or str(error)}") from error


def _read_apart(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield batches; an OSError of reading becomes UnreadableTable, so that it differs from one of writing."""
    try:
        yield from batches
    except OSError as error:
        raise UnreadableTable(str(error)) from error
