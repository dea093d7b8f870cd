"""Read files through their connectors and profile every column: what a worker does with a work unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

import pyarrow as pa

from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.errors import NotTable, UnreadableTable, is_of_machine
from lakeindex.hashing.content_hash import content_hash_of
from lakeindex.plugins import known_suffixes
from lakeindex.profile.batching import ProfileBatch
from lakeindex.profile.parts.parts_connector import PartsConnector, PartUnreadable, reader_of
from lakeindex.profile.unreadable import UNREADABLE, first_line_of, require_memory
from lakeindex.profile.value_text import as_text
from lakeindex.profile.walk import refuse_replaced
from lakeindex.profile.withheld import NamesAmongValues, reason_without_values
from lakeindex.profile.workers.copies import CopyFailed, write_copy
from lakeindex.profile.workers.large_tables import profile_large_table
from lakeindex.profile.workers.sampled_tables import hash_of_samples, note_of_whole, profile_sample, will_be_sampled
from lakeindex.profile.workers.table_reader import CountedBatches, TableReader, released, to_parts
from lakeindex.profile.workers.tables_in_pieces import profile_in_pieces, stage_pieces
from lakeindex.protocols import Connector
from lakeindex.types.lake import LakeFile, PartialTables, ReadOptions, Rows, Scan
from lakeindex.types.reports import IN_PIECES, FileOutcome, FileStatus, ReadTable, reason_of_parts


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
        readers = [TableReader(connector, file, table, options) for table in found]
        if file.share is not None:
            # All tables, whichever comes first: others leave the file to be put together of what is staged.
            have_pieces = [
                not will_be_sampled(reader) and stage_pieces(reader, profiles.limits, file.share) for reader in readers
            ]
            return FileOutcome(file.name, FileStatus.SKIPPED, IN_PIECES if all(have_pieces) else "")
        if isinstance(found, PartialTables):
            tables, failed = _profile_independently(readers, name, profiles)
            reason = reason_of_parts([*_told(found.failed, profiles.limits), *failed], found.left_out)
        else:
            tables, reason = [_profile_table(reader, name, profiles) for reader in readers], ""
        parts = connector.outcomes(file) if isinstance(connector, PartsConnector) else ()
        known = connector.content_hashes() if isinstance(connector, PartsConnector) else {}
        is_sampled = any(table.sampling.rows for table in tables)
        content = hash_of_samples(file, tables) if is_sampled else content_hash_of(file, known)
        return FileOutcome(file.name, FileStatus.INDEXED, reason, tuple(tables), content, parts=parts)
    except UNREADABLE as error:
        require_memory(error)
        # What was read of a file that then failed is not indexed.
        profiles.roll_back(mark)
        is_unseen = is_of_machine(error) and not isinstance(error, CopyFailed)
        status = FileStatus.UNSEEN if is_unseen else FileStatus.FAILED
        if isinstance(error, NotTable):
            status = FileStatus.SKIPPED
        parts = connector.outcomes(file) if isinstance(connector, PartsConnector) else ()
        return FileOutcome(file.name, status, _reason(error, connector, profiles.limits), parts=parts)


def _profile_independently(
    readers: Sequence[TableReader], name: str, profiles: ProfileBatch
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


def _profile_table(reader: TableReader, name: str, profiles: ProfileBatch) -> ReadTable:
    sampled = profile_sample(reader, profiles)
    if sampled is not None:
        scan, notes = _scan_of(sampled.rows, reader), (*sampled.rows.notes, *sampled.notes)
        read = _read_table(reader, name, (sampled.count, sampled.rows.rejected), scan, profiles.limits)
        return replace(read, notes=notes, sampling=sampled.sampling)
    in_pieces = profile_in_pieces(reader, profiles)
    notes = ()
    if in_pieces is not None:
        count, rows = in_pieces.count, in_pieces.rows
    else:
        count, rows, notes = _profile_at_one_go(reader, profiles)
    copies, scan = reader.options.copies, _scan_of(rows, reader)
    copy = write_copy(reader.read(), reader.table, copies) if scan is None and copies is not None else ""
    notes = (*rows.notes, *notes, *note_of_whole(count, reader.options.sample_rows))
    read = _read_table(reader, name, (count, rows.rejected), scan, profiles.limits)
    return replace(read, notes=notes, copy=copy, scans="" if in_pieces is None else in_pieces.scans)


def _read_table(
    reader: TableReader, name: str, counts: tuple[int, int], scan: Scan | None, limits: ProfileLimits
) -> ReadTable:
    """Describe a table that was read, given its rows and the rejected ones."""
    table = reader.table
    # What a connector found out may hold a cell: its own note of a header, by which it notices another one.
    settings = table.settings if limits.keeps_all else ()
    return ReadTable(table.id, name, table.token, *counts, scan, settings, (), asked=reader.options.sample_rows)


def _scan_of(rows: Rows, reader: TableReader) -> Scan | None:
    return rows.scan if _is_found_by_duckdb(reader.file) else None


def _profile_at_one_go(reader: TableReader, profiles: ProfileBatch) -> tuple[int, Rows, tuple[str, ...]]:
    """Profile a table; return how many rows it has, what its connector knows of these, and a note of its names."""
    table = reader.table
    is_doubtful = reader.options.only_certain_names and table.is_named_by_row
    names = NamesAmongValues(table) if is_doubtful else None
    notes: tuple[str, ...] = ()
    rows = reader.read(coded=True)
    counted = CountedBatches(rows.batches, reader.file.output_limit)
    parts = to_parts(counted, table.schema)
    first = list(islice(parts, 2))
    if len(first) == 1:
        # Rendered here, where a value that can't be rendered fails this file and no other.
        texts = [as_text(column) for column in first[0].columns]
        if names is not None:
            names.see(texts)
            table, notes = names.renamed()
        profiles.add_small_table(table, texts)
    else:
        notes = profile_large_table(reader, released(first, parts), profiles, names)
    return counted.rows, rows, notes


def _is_found_by_duckdb(file: LakeFile) -> bool:
    """Return whether a path can be written as a DuckDB glob: one with a backslash and a wildcard can't."""
    path = f"{file.path} {file.name}"
    return "\\" not in path or not any(sign in path for sign in "*?[")


def _told(failed: Sequence[str], limits: ProfileLimits) -> Sequence[str]:
    """Return why parts of a file failed, as far as it may be told: a connector's reasons may quote what it read."""
    if limits.keeps_all or not failed:
        return failed
    return [f"{len(failed)} parts (the reasons may quote a value and are not kept)"]


def _reason(error: BaseException, connector: Connector, limits: ProfileLimits) -> str:
    if not limits.keeps_all and (told := reason_without_values(error, connector)) is not None:
        return told
    return first_line_of(error)
