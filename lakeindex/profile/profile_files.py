"""Read files through their connectors and profile every column: what a worker does with its share of the lake."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from lakeindex.errors import LakeIndexError, OutputExceeded
from lakeindex.naming import sql_names
from lakeindex.plugins import connector_for
from lakeindex.profile.column_profile import ColumnProfile, Limits
from lakeindex.profile.lake_files import refuse_replaced
from lakeindex.profile.normalise import as_text
from lakeindex.profile.records import ProfiledColumn, to_records
from lakeindex.profile.scan import profile_columns
from lakeindex.protocols import Connector
from lakeindex.text_hash import Texts
from lakeindex.types import FileOutcome, FileStatus, LakeFile, ReadOptions, ReadTable, Rows, SourceTable

_SHELF_BYTES = 32 << 20
_BATCH_BYTES = 8 << 20


@dataclass(slots=True)
class _Shelf:
    """Columns read so far: those of small tables wait here, to be profiled together."""

    limits: Limits
    waiting: list[tuple[SourceTable, list[Texts]]] = field(default_factory=list)
    columns: list[ProfiledColumn] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        return sum(column.nbytes for _, columns in self.waiting for column in columns) > _SHELF_BYTES

    def add(self, table: SourceTable, profiles: Sequence[ColumnProfile]) -> None:
        for position, (name, profile) in enumerate(zip(table.schema.names, profiles, strict=True)):
            self.columns.append(ProfiledColumn(table.id, position, name, profile))

    def profile_waiting(self) -> None:
        profiles = iter(profile_columns([column for _, columns in self.waiting for column in columns], self.limits))
        for table, columns in self.waiting:
            self.add(table, list(islice(profiles, len(columns))))
        self.waiting.clear()


def profile_files(
    files: Sequence[LakeFile], connectors: Mapping[str, Connector], options: ReadOptions, limits: Limits
) -> Iterator[FileOutcome | pa.Table]:
    """Yield the outcome of each file once it is read, in order, and last the records of all their columns.

    Raises MemoryError when there isn't enough for the file that is read.
    """
    shelf = _Shelf(limits)
    for file in files:
        yield _profile_file(file, connectors, options, shelf)
        if shelf.is_full:
            shelf.profile_waiting()
    shelf.profile_waiting()
    yield to_records(shelf.columns, limits)


def _profile_file(
    file: LakeFile, connectors: Mapping[str, Connector], options: ReadOptions, shelf: _Shelf
) -> FileOutcome:
    connector = connector_for(file.name, connectors)
    if connector is None:
        known = ", ".join(sorted(suffix for connector in connectors.values() for suffix in connector.suffixes))
        return FileOutcome(file.name, FileStatus.SKIPPED, f"no connector reads this kind of file (known: {known})")
    name = next(name for name, one in connectors.items() if one is connector)
    waiting, done = len(shelf.waiting), len(shelf.columns)
    try:
        refuse_replaced(file)
        tables = [
            _profile_table(file, table, name, connector, options, shelf) for table in connector.tables(file, options)
        ]
        return FileOutcome(file.name, FileStatus.INDEXED, "", tuple(tables), _content_hash(file))
    except (LakeIndexError, OSError, pa.ArrowException, ValueError, RecursionError) as error:
        if _lacks_memory(error) or _lacks_memory(error.__cause__):
            raise MemoryError from error
        # What was read of a file that then failed is not indexed.
        del shelf.waiting[waiting:], shelf.columns[done:]
        return FileOutcome(file.name, FileStatus.FAILED, _reason(error))


def _profile_table(
    file: LakeFile, table: SourceTable, name: str, connector: Connector, options: ReadOptions, shelf: _Shelf
) -> ReadTable:
    rows = connector.read(file, table, options)
    batches = _Counted(rows.batches, file.output_limit)
    first, second = next(batches, None), next(batches, None)
    if first is None:
        first = _no_rows(table.schema)
    if second is None:
        # Rendered here, where what can't be rendered costs this file and no other.
        shelf.waiting.append((table, [as_text(column) for column in first.columns]))
    else:
        shelf.add(table, _merged_profiles(chain([first, second], batches), shelf.limits))
    scan = rows.scan if _is_found_by_duckdb(file) else None
    copy = ""
    if scan is None and options.copies is not None:
        copy = _copy(connector.read(file, table, options), table, options.copies)
    return ReadTable(
        table.id, name, table.token, batches.rows, rows.rejected, scan, table.settings, tuple(rows.notes), copy
    )


def _is_found_by_duckdb(file: LakeFile) -> bool:
    """Tell whether a path can be written as DuckDB's glob: one with a backslash and another of its signs can't."""
    path = f"{file.path} {file.name}"
    return "\\" not in path or not any(sign in path for sign in "*?[")


def _copy(rows: Rows, table: SourceTable, folder: Path) -> str:
    """Leave the rows where DuckDB can read them, under a name made of the table's; return it."""
    name = f"{hashlib.blake2b(table.id.encode(), digest_size=12).hexdigest()}.parquet"
    names = sql_names(table.schema.names)
    schema = pa.schema([field.with_name(one) for field, one in zip(table.schema, names, strict=True)])
    with pq.ParquetWriter(folder / name, schema, compression="zstd") as writer:
        for batch in rows.batches:
            writer.write_batch(batch.rename_columns(names))
    return name


class _Counted:
    """Batches, and the rows that went by; raises OutputExceeded when they take more than `limit` bytes."""

    def __init__(self, batches: Iterator[pa.RecordBatch], limit: int) -> None:
        self.batches = batches
        self.limit = limit
        self.rows = self.bytes = 0

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return self

    def __next__(self) -> pa.RecordBatch:
        batch = next(self.batches)
        self.rows += batch.num_rows
        self.bytes += batch.nbytes
        if self.bytes > self.limit:
            raise OutputExceeded(self.limit)
        return batch


def _merged_profiles(batches: Iterable[pa.RecordBatch], limits: Limits) -> list[ColumnProfile]:
    profiled = (profile_columns(batch.columns, limits) for batch in batches)
    return reduce(lambda ones, others: [a.merge(b) for a, b in zip(ones, others, strict=True)], profiled)


def _no_rows(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in schema], schema=schema)


def _content_hash(file: LakeFile) -> str:
    with file.open() as handle:
        return hashlib.file_digest(handle, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _lacks_memory(error: BaseException | None) -> bool:
    return isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM)


def _reason(error: BaseException) -> str:
    first_line = str(error).encode("utf-8", "backslashreplace").decode().strip().split("\n", 1)[0]
    return first_line or type(error).__name__
