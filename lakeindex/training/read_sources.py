"""Read the first rows of every table of a folder, as sources of training data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from lakeindex.catalog.table_globs import ALL_TABLES, TableGlobs
from lakeindex.errors import LakeIndexError
from lakeindex.plugins import connector_for, find_connectors
from lakeindex.profile.walk import walk
from lakeindex.protocols import Connector
from lakeindex.synthesis.source_tables import SourceData
from lakeindex.types.lake import LakeFile, ReadOptions, SourceTable
from lakeindex.types.names import title_of
from lakeindex.types.reports import FileOutcome, FileStatus

_UNREADABLE = (LakeIndexError, OSError, pa.ArrowException, MemoryError, ValueError, RecursionError)


def read_sources(
    root: Path, exclude: Path, options: ReadOptions, most_bytes: int, globs: TableGlobs = ALL_TABLES
) -> Iterator[SourceData | FileOutcome]:
    """Yield every table below `root`, each up to `most_bytes`, and the outcome of files without tables.

    `exclude`, the folder of the index, is skipped, and so are tables that `globs` don't allow. Raises NotFound when
    `root` is no folder.
    """
    connectors = find_connectors()
    for found in walk(root, exclude):
        if isinstance(found, FileOutcome):
            if globs.allow(found.path):
                yield found
        elif (connector := connector_for(found.name, connectors)) is None:
            if globs.allow(found.name):
                yield FileOutcome(found.name, FileStatus.SKIPPED, "no connector reads such files")
        else:
            yield from _read_file(connector, found, options, most_bytes, globs)


def _read_file(
    connector: Connector, file: LakeFile, options: ReadOptions, most_bytes: int, globs: TableGlobs
) -> Iterator[SourceData | FileOutcome]:
    try:
        for table in connector.tables(file, options):
            if not globs.allow(table.id):
                continue
            rows = _beginning(connector, file, table, options, most_bytes)
            yield SourceData(title_of(table.id).replace(" ", "_"), rows)
    except _UNREADABLE as error:
        if globs.allow(file.name):
            yield FileOutcome(file.name, FileStatus.FAILED, f"{type(error).__name__}: {error}")


def _beginning(
    connector: Connector, file: LakeFile, table: SourceTable, options: ReadOptions, most_bytes: int
) -> pa.Table:
    batches: list[pa.RecordBatch] = []
    size = 0
    for batch in connector.read(file, table, options).batches:
        batches.append(batch)
        size += batch.nbytes
        if size >= most_bytes:
            break
    return pa.Table.from_batches(batches, table.schema)
