"""Compressed tables: one in a `.zst`, `.bz2`, `.xz` or `.gz` file."""

from __future__ import annotations

from collections.abc import Sequence

from lakeindex.types.lake import LakeFile, ReadOptions, Rows, SourceTable
from lakeindex_connectors.archives.readers import OWN_SUFFIXES, PLAIN_SUFFIXES, opened_by_reader
from lakeindex_connectors.archives.without_scan import without_scan
from lakeindex_connectors.compression import PACKED_SUFFIXES


class CompressedConnector:
    """Read compressed CSV, JSON and Parquet, where their own connectors don't; every stream or frame of a file."""

    suffixes = frozenset(plain + packed for plain in PLAIN_SUFFIXES for packed in PACKED_SUFFIXES) - OWN_SUFFIXES

    def tables(self, file: LakeFile, options: ReadOptions) -> Sequence[SourceTable]:
        """Return the tables of the content. Raises UnreadableTable where it is damaged, or no table."""
        reader, opened = opened_by_reader(file)
        return reader.tables(opened, options)

    def read(self, file: LakeFile, table: SourceTable, options: ReadOptions) -> Rows:
        """Read the rows of one of them."""
        reader, opened = opened_by_reader(file)
        return without_scan(reader.read(opened, table, options))
