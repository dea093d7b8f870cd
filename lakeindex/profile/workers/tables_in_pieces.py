"""Profile a large table piece by piece, where pieces are what is kept of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.profile.batching import ProfileBatch
from lakeindex.profile.parts.parted_pieces import PartedPieces
from lakeindex.profile.parts.parts_connector import PartsConnector
from lakeindex.profile.pieces.piece import PiecedTable
from lakeindex.profile.pieces.piece_store import PieceStore
from lakeindex.profile.pieces.ranged_pieces import RangedPieces
from lakeindex.profile.pieces.scan_pieces import PieceScanner
from lakeindex.profile.scan_notes import notes_of_scans
from lakeindex.profile.table_scan import MOST_SCANS
from lakeindex.profile.workers.large_tables import profiles_as_read
from lakeindex.profile.workers.table_reader import CountedBatches, TableReader, to_parts
from lakeindex.profile.workers.wide_tables import read_frugally
from lakeindex.protocols import RangedConnector
from lakeindex.types.lake import Rows
from lakeindex.types.share import Share

_LEAST_PARTED = 8 << 20
_MANY_PARTS = 64
"""Of small ones: opening each costs more than reading it."""
_LEAST_RANGED = 64 << 20


@dataclass(frozen=True, slots=True)
class TableInPieces:
    """A table that was profiled piece by piece."""

    count: int
    """Of its rows."""
    rows: Rows
    """What is known of these."""
    scans: str
    """The name of the file with the scans of its pieces; empty where they are not kept."""


def profile_in_pieces(reader: TableReader, profiles: ProfileBatch) -> TableInPieces | None:
    """Profile a table in many files, or in a large one, piece by piece; None for one that is read at one go."""
    pieces = _pieces_of(reader, profiles.limits)
    if pieces is None:
        return None
    scanned = _scanner(reader, pieces, profiles.limits).scan()
    if scanned is None:
        return None
    profiles.add_profiles(reader.table, 0, profiles_as_read(scanned.scans, scanned.readings, profiles.limits))
    count, rows = pieces.rows()
    rows.notes += notes_of_scans(reader.table.schema.names, scanned.scans, profiles.limits)
    return TableInPieces(count, rows, scanned.kept)


def stage_pieces(reader: TableReader, limits: ProfileLimits, share: Share) -> bool:
    """Scan and stage a share of a table's pieces; return whether it has any."""
    pieces = _pieces_of(reader, limits)
    return pieces is not None and _scanner(reader, pieces, limits).stage(share)


def _scanner(reader: TableReader, pieces: PiecedTable, limits: ProfileLimits) -> PieceScanner:
    schema, options = reader.table.schema, reader.options
    kept = options.copies if isinstance(pieces, PartedPieces) else None
    store = PieceStore(reader.table.id, reader.file.size, options.pieces, options.earlier, kept)
    counted = CountedBatches(iter(()), reader.file.output_limit)

    def read_in_parts(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
        counted.batches = read_frugally(batches, len(schema))
        return to_parts(counted, schema)

    return PieceScanner(pieces, store, limits, read_in_parts, options.threads)


def _pieces_of(reader: TableReader, limits: ProfileLimits) -> PiecedTable | None:
    connector, file = reader.connector, reader.file
    if not limits.keeps_all or len(reader.table.schema) > MOST_SCANS:
        return None
    if isinstance(connector, PartsConnector):
        parts = len(connector.parted(reader.table.id).sources)
        is_large = parts >= _MANY_PARTS or (parts and file.size >= _LEAST_PARTED)
        return PartedPieces(connector, file, reader.table.id, reader.options) if is_large else None
    if isinstance(connector, RangedConnector) and file.size >= _LEAST_RANGED and reader.options.pieces is not None:
        return RangedPieces(connector, file, reader.table, reader.options)
    return None
