"""Read files through their connectors and profile every column: what a worker does with a work unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import pyarrow as pa

from lakeindex.canonical.column_reading import ColumnReading
from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.errors import OutputExceeded, UnreadableTable, is_of_machine
from lakeindex.hashing.content_hash import content_hash_of
from lakeindex.plugins import known_suffixes
from lakeindex.profile.batching import BATCH_COLUMNS, ProfileBatch
from lakeindex.profile.column_profile import ColumnProfile
from lakeindex.profile.column_scan import ColumnScan
from lakeindex.profile.parts.parts_connector import PartsConnector, PartUnreadable, reader_of
from lakeindex.profile.personal_data.find_personal import find_personal
from lakeindex.profile.scan import profiles_of
from lakeindex.profile.table_scan import MOST_SCANS, readings_of, scan_parts
from lakeindex.profile.unreadable import UNREADABLE, first_line_of, require_memory
from lakeindex.profile.value_text import as_text
from lakeindex.profile.walk import refuse_replaced
from lakeindex.profile.withheld import NamesAmongValues, reason_without_values
from lakeindex.profile.workers.copies import CopyFailed, write_copy
from lakeindex.profile.workers.wide_tables import read_frugally
from lakeindex.protocols import Connector
from lakeindex.types.lake import LakeFile, PartialTables, ReadOptions, Rows, SourceTable
from lakeindex.types.personal import PersonalData
from lakeindex.types.reports import FileOutcome, FileStatus, ReadTable, reason_of_parts

_SCAN_BYTES = 8 << 20
"""Bytes that are scanned together, of BATCH_COLUMNS columns; of more columns, more in proportion."""
_VALUE_BYTES = 16
"""What a value counts for at least: it is profiled as text, which takes up to a kilobyte where no value repeats."""
_MOST_BYTES = 48 << 20
_MOST_ARRAYS = 50_000
"""Arrow arrays that wait to be scanned; each takes half a kilobyte beside its values."""


def profile_files(
    files: Sequence[LakeFile], connectors: Mapping[str, Connector], options: ReadOptions, limits: ProfileLimits
) -> Iterator[FileOutcome | pa.Table]:
    """Yield the outcome of each file once it is read, in order, and last the records of all their columns.

    Raises MemoryError when there isn't enough memory for the file that is read.
    """
    profiles = ProfileBatch(limits)
    for file in files:
        yield _profile_file(file, connectors, options, profiles)
        profiles.profile_waiting(only_if_large=True)
    yield profiles.records()


def _profile_file(
    file: LakeFile, connectors: Mapping[str, Connector], options: ReadOptions, profiles: ProfileBatch
) -> FileOutcome:
    name, connector = reader_of(file, connectors)
    if connector is None:
        reason = f"no connector reads this kind of file (known: {known_suffixes(connectors)})"
        return FileOutcome(file.name, FileStatus.SKIPPED, reason)
    while True:
        mark = profiles.mark()
        try:
            return _profile_with(connector, name, file, options, profiles)
        except PartUnreadable:
            profiles.roll_back(mark)  # read again, without that part


def _profile_with(
    connector: Connector, name: str, file: LakeFile, options: ReadOptions, profiles: ProfileBatch
) -> FileOutcome:
    mark = profiles.mark()
    try:
        refuse_replaced(file)
        found = connector.tables(file, options)
        readers = [_TableReader(connector, file, table, options) for table in found]
        if isinstance(found, PartialTables):
            tables, failed = _profile_independently(readers, name, profiles)
            reason = reason_of_parts([*_told(found.failed, profiles.limits), *failed], found.left_out)
        else:
            tables, reason = [_profile_table(reader, name, profiles) for reader in readers], ""
        parts = connector.outcomes(file) if isinstance(connector, PartsConnector) else ()
        content = content_hash_of(file)
        return FileOutcome(file.name, FileStatus.INDEXED, reason, tuple(tables), content, parts=parts)
    except UNREADABLE as error:
        require_memory(error)
        # What was read of a file that then failed is not indexed.
        profiles.roll_back(mark)
        is_unseen = is_of_machine(error) and not isinstance(error, CopyFailed)
        status = FileStatus.UNSEEN if is_unseen else FileStatus.FAILED
        parts = connector.outcomes(file) if isinstance(connector, PartsConnector) else ()
        return FileOutcome(file.name, status, _reason(error, connector, profiles.limits), parts=parts)


def _profile_independently(
    readers: Sequence[_TableReader], name: str, profiles: ProfileBatch
) -> tuple[list[ReadTable], list[str]]:
    """Profile the tables of a file that can be read; return them, and the others with their reasons.

    Raises UnreadableTable where none can be read, and what a read raised for a reason of the machine: such a file is
    read again as a whole.
    """
    tables: list[ReadTable] = []
    failed: list[str] = []
    for reader in readers:
        mark = profiles.mark()
        try:
            tables.append(_profile_table(reader, name, profiles))
        except UNREADABLE as error:
            require_memory(error)
            if is_of_machine(error):
                raise
            profiles.roll_back(mark)
            failed.append(f"{reader.table.id}: {_reason(error, reader.connector, profiles.limits)}")
    if not tables:
        raise UnreadableTable("; ".join(failed))
    return tables, failed


@dataclass(frozen=True, slots=True)
class _TableReader:
    """A table of a file, whose rows can be read more than once."""

    connector: Connector
    file: LakeFile
    table: SourceTable
    options: ReadOptions

    def read(self) -> Rows:
        rows = self.connector.read(self.file, self.table, self.options)
        rows.batches = read_frugally(rows.batches, len(self.table.schema))
        return rows


def _profile_table(reader: _TableReader, name: str, profiles: ProfileBatch) -> ReadTable:
    table, copies = reader.table, reader.options.copies
    is_doubtful = reader.options.only_certain_names and table.is_named_by_row
    names = NamesAmongValues(table) if is_doubtful else None
    notes: tuple[str, ...] = ()
    rows = reader.read()
    counted = _CountedBatches(rows.batches, reader.file.output_limit)
    parts = _scan_parts(counted, table.schema)
    first = list(islice(parts, 2))
    if len(first) == 1:
        # Rendered here, where a value that can't be rendered fails this file and no other.
        texts = [as_text(column) for column in first[0].columns]
        if names is not None:
            names.see(texts)
            table, notes = names.renamed()
        profiles.add_small_table(table, texts)
    else:
        notes = _profile_large_table(reader, _released(first, parts), profiles, names)
    scan = rows.scan if _is_found_by_duckdb(reader.file) else None
    copy = write_copy(reader.read(), table, copies) if scan is None and copies is not None else ""
    # What a connector found out may hold a cell: its own note of a header, by which it notices another one.
    settings = table.settings if profiles.limits.keeps_all else ()
    return ReadTable(
        table.id, name, table.token, counted.rows, rows.rejected, scan, settings, (*rows.notes, *notes), copy
    )


def _is_found_by_duckdb(file: LakeFile) -> bool:
    """Return whether a path can be written as a DuckDB glob: one with a backslash and a wildcard can't."""
    path = f"{file.path} {file.name}"
    return "\\" not in path or not any(sign in path for sign in "*?[")


class _CountedBatches:
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
        self.bytes += batch.nbytes
        if self.bytes > self.limit:
            raise OutputExceeded(self.limit)
        return batch


def _scan_parts(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """Combine batches to parts that are worth a scan; there is always one part, maybe without rows."""
    enough = min(_MOST_BYTES, _SCAN_BYTES * max(1, len(schema) // BATCH_COLUMNS))
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


def _released(first: list[pa.Table], rest: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Yield the first parts, each released from memory once it is used, and the rest."""
    while first:
        yield first.pop(0)
    yield from rest


def _profile_large_table(
    reader: _TableReader, parts: Iterable[pa.Table], profiles: ProfileBatch, names: NamesAmongValues | None
) -> tuple[str, ...]:
    """Profile a table part by part; a wide one is read once for each MOST_SCANS of its columns.

    With `names`, columns whose names are among the values go by their place; returns the note on these.
    """
    table = reader.table
    notes: tuple[str, ...] = ()
    if names is not None:
        for part in parts:
            names.see([as_text(column) for column in part.columns])
        table, notes = names.renamed()
        parts = _scan_parts(reader.read().batches, table.schema)
    for start in range(0, len(table.schema), MOST_SCANS):
        stop = min(start + MOST_SCANS, len(table.schema))
        merged = scan_parts(_narrowed(parts, start, stop), profiles.limits, threads=reader.options.threads)
        readings = readings_of(merged)
        if not all(one.reading.is_as(reading) for one, reading in zip(merged, readings, strict=True)):
            # Later rows showed another reading than the first ones had: these are read again.
            again = _scan_parts(reader.read().batches, table.schema)
            merged = scan_parts(_narrowed(again, start, stop), profiles.limits, readings, reader.options.threads)
        read = _profiles_of(merged, readings, profiles.limits)
        personal: list[PersonalData | None] = []
        if profiles.limits.of_personal.key and not profiles.limits.key:
            personal = find_personal(table.schema.names[start:stop], read)
            read = _keyed(reader, start, read, personal, profiles.limits.of_personal)
        profiles.add_profiles(table, start, read, personal)
        if stop < len(table.schema):
            parts = _scan_parts(reader.read().batches, table.schema)
    return notes


def _keyed(
    reader: _TableReader,
    start: int,
    profiles: Sequence[ColumnProfile],
    personal: Sequence[PersonalData | None],
    limits: ProfileLimits,
) -> list[ColumnProfile]:
    """Return the profiles, those of personal data read anew and made under a key."""
    places = [place for place, one in enumerate(personal) if one is not None]
    keyed = list(profiles)
    if places:
        parts = _scan_parts(reader.read().batches, reader.table.schema)
        chosen = (part.select([start + place for place in places]) for part in parts)
        readings = [profiles[place].reading for place in places]
        scans = scan_parts(chosen, limits, readings, reader.options.threads)
        for place, profile in zip(places, _profiles_of(scans, readings, limits), strict=True):
            keyed[place] = profile
    return keyed


def _narrowed(parts: Iterable[pa.Table], start: int, stop: int) -> Iterator[pa.Table]:
    return (part.select(range(start, stop)) for part in parts)


def _profiles_of(
    scans: Sequence[ColumnScan], readings: Sequence[ColumnReading], limits: ProfileLimits
) -> list[ColumnProfile]:
    return profiles_of([replace(scan, reading=one) for scan, one in zip(scans, readings, strict=True)], limits)


def _told(failed: Sequence[str], limits: ProfileLimits) -> Sequence[str]:
    """Return why parts of a file failed, as far as it may be told: a connector's reasons may quote what it read."""
    if limits.keeps_all or not failed:
        return failed
    return [f"{len(failed)} parts (the reasons may quote a value and are not kept)"]


def _reason(error: BaseException, connector: Connector, limits: ProfileLimits) -> str:
    if not limits.keeps_all and (told := reason_without_values(error, connector)) is not None:
        return told
    return first_line_of(error)
