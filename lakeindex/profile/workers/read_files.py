"""Read files through their connectors and profile every column: what a worker does with its share of the lake."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from lakeindex.config.profile_limits import Limits
from lakeindex.errors import LakeIndexError, OutputExceeded
from lakeindex.hashing.content_hash import hash_content
from lakeindex.plugins import connector_for
from lakeindex.profile.batching import COLUMNS_AT_ONCE, COLUMNS_KEPT, Shelf, profile_in_lots
from lakeindex.profile.column_profile import ColumnProfile
from lakeindex.profile.normalise import as_text
from lakeindex.profile.walk import refuse_replaced
from lakeindex.protocols import Connector
from lakeindex.types.lake import LakeFile, ReadOptions, Rows, SourceTable
from lakeindex.types.names import sql_names
from lakeindex.types.reports import FileOutcome, FileStatus, ReadTable

_SCAN_BYTES = 8 << 20
"""Of COLUMNS_AT_ONCE columns; of more, so many times more, as they are scanned one lot after the other."""
_VALUE_BYTES = 16
"""That a value counts for at least: it is profiled as text, and takes up to a kilobyte meanwhile where none repeats."""
_MOST_BYTES = 48 << 20
_MOST_ARRAYS = 50_000
"""Each takes half a kilobyte beside its values."""


def profile_files(
    files: Sequence[LakeFile], connectors: Mapping[str, Connector], options: ReadOptions, limits: Limits
) -> Iterator[FileOutcome | pa.Table]:
    """Yield the outcome of each file once it is read, in order, and last the records of all their columns.

    Raises MemoryError when there isn't enough for the file that is read.
    """
    shelf = Shelf(limits)
    for file in files:
        yield _profile_file(file, connectors, options, shelf)
        shelf.profile_waiting(only_if_many=True)
    yield shelf.records()


def _profile_file(
    file: LakeFile, connectors: Mapping[str, Connector], options: ReadOptions, shelf: Shelf
) -> FileOutcome:
    connector = connector_for(file.name, connectors)
    if connector is None:
        known = ", ".join(sorted(suffix for connector in connectors.values() for suffix in connector.suffixes))
        return FileOutcome(file.name, FileStatus.SKIPPED, f"no connector reads this kind of file (known: {known})")
    name = next(name for name, one in connectors.items() if one is connector)
    mark = shelf.mark()
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
        shelf.go_back(mark)
        return FileOutcome(file.name, FileStatus.FAILED, _reason(error))


def _profile_table(
    file: LakeFile, table: SourceTable, name: str, connector: Connector, options: ReadOptions, shelf: Shelf
) -> ReadTable:
    rows = connector.read(file, table, options)
    counted = _Counted(rows.batches, file.output_limit)
    parts = _gathered(counted, table.schema)
    held = list(islice(parts, 2))
    if len(held) == 1:
        # Rendered here, where what can't be rendered costs this file and no other.
        shelf.put(table, [as_text(column) for column in held[0].columns])
    else:
        again = partial(connector.read, file, table, options)
        _profile_large(table, _handed_over(held, parts), again, shelf)
    scan = rows.scan if _is_found_by_duckdb(file) else None
    copy = ""
    if scan is None and options.copies is not None:
        copy = _copy(connector.read(file, table, options), table, options.copies)
    return ReadTable(
        table.id, name, table.token, counted.rows, rows.rejected, scan, table.settings, tuple(rows.notes), copy
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


def _gathered(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """Put batches together until they are worth a scan; there is always one, maybe without rows."""
    enough = min(_MOST_BYTES, _SCAN_BYTES * max(1, len(schema) // COLUMNS_AT_ONCE))
    waiting: list[pa.Table] = []
    size = 0
    is_first = True
    for batch in batches:
        waiting.append(pa.Table.from_batches([batch]))
        size += max(batch.nbytes, _VALUE_BYTES * batch.num_rows * batch.num_columns)
        if len(waiting) * len(schema) > _MOST_ARRAYS:
            waiting = [pa.concat_tables(waiting).combine_chunks()]
        if size >= enough:
            yield pa.concat_tables(waiting)
            waiting, size, is_first = [], 0, False
    if waiting or is_first:
        yield pa.concat_tables(waiting or [schema.empty_table()])


def _handed_over(held: list[pa.Table], rest: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Pass on what was read ahead, without holding on to it, and the rest."""
    while held:
        yield held.pop(0)
    yield from rest


def _profile_large(table: SourceTable, parts: Iterable[pa.Table], again: Callable[[], Rows], shelf: Shelf) -> None:
    """Profile a table part by part, a wide one so many columns at a time: for others it is read once more."""
    for start in range(0, len(table.schema), COLUMNS_KEPT):
        stop = min(start + COLUMNS_KEPT, len(table.schema))
        narrow = (part.select(range(start, stop)) for part in parts)
        shelf.add(table, start, _merged_profiles(narrow, shelf.limits))
        if stop < len(table.schema):
            parts = _gathered(again().batches, table.schema)


def _merged_profiles(parts: Iterable[pa.Table], limits: Limits) -> list[ColumnProfile]:
    profiles: list[ColumnProfile | None] = []
    for part in parts:
        profiles = profiles or [None] * part.num_columns
        # Merged as they come, or they would be in memory twice.
        for place, profile in enumerate(profile_in_lots(part.columns, limits)):
            known = profiles[place]
            profiles[place] = profile if known is None else known.merge(profile)
    return [profile for profile in profiles if profile is not None]


def _content_hash(file: LakeFile) -> str:
    with file.open() as handle:
        return hash_content(handle)


def _lacks_memory(error: BaseException | None) -> bool:
    return isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM)


def _reason(error: BaseException) -> str:
    first_line = str(error).encode("utf-8", "backslashreplace").decode().strip().split("\n", 1)[0]
    return first_line or type(error).__name__
