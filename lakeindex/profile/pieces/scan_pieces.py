"""Scan the pieces of a table: those whose scan is kept are not read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from lakeindex.canonical.column_reading import ColumnReading
from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.profile.column_scan import ColumnScan
from lakeindex.profile.pieces.kept_scans import KeptScans
from lakeindex.profile.pieces.piece import Piece, PiecedTable
from lakeindex.profile.pieces.piece_store import PieceStore
from lakeindex.profile.sketch import ANY_HASH
from lakeindex.profile.table_scan import GrowingScan, readings_of, scan_parts
from lakeindex.types.share import Share

_SLACK = 1.5
"""By how much more of its values is kept of a piece than the table needs: where pieces go, those of others count."""

ToParts = Callable[[Iterator[pa.RecordBatch]], Iterable[pa.Table]]
"""Combines batches to parts that are worth a scan."""


@dataclass(frozen=True, slots=True)
class ScannedTable:
    """A table whose pieces were scanned."""

    scans: Sequence[ColumnScan]
    readings: Sequence[ColumnReading]
    """How the columns are read by all of their values."""
    kept: str
    """The name of the file with the scans of its pieces; empty where they are not kept."""


@dataclass(frozen=True, slots=True)
class PieceScanner:
    """Scans a table piece by piece, and keeps the scans."""

    table: PiecedTable
    store: PieceStore
    limits: ProfileLimits
    to_parts: ToParts
    threads: int = 1

    def scan(self) -> ScannedTable | None:
        """Scan the pieces that are not known; None for a table that has no pieces."""
        before = self.store.before()
        known = [] if before is None else [Piece(tuple(one["keys"])) for one in before.pieces.values()]
        pieces = self.table.pieces(known)
        if not pieces:
            return None
        kept = None if before is None else before.only({piece.key for piece in pieces})
        scans, all_kept = self._scan(pieces, kept and self._with_all_columns(kept, pieces), None)
        readings = readings_of(scans)
        if not all(scan.reading.is_as(reading) for scan, reading in zip(scans, readings, strict=True)):
            # Later rows showed another reading than the first ones had: all are read again.
            scans, all_kept = self._scan(pieces, None, readings)
        return ScannedTable(scans, readings, self._keep(all_kept, scans))

    def _with_all_columns(self, kept: KeptScans, pieces: Sequence[Piece]) -> KeptScans:
        """Return what is kept with the columns of the table now: new ones are read as the first new rows show them."""
        names = self.table.schema.names
        rows = [self.table.rows_in(known["facts"]) for known in kept.pieces.values()]
        united = kept.with_columns(names, rows)
        missing = next((piece for piece in pieces if piece.key not in kept.pieces), None)
        if missing is None or kept.columns.keys() >= set(names):
            return united
        shown = zip(names, self._shown_by(missing), united.readings, strict=True)
        return united.read_as([before if name in kept.columns else reading for name, reading, before in shown])

    def _keep(self, pieces: KeptScans, scans: Sequence[ColumnScan]) -> str:
        if pieces.merged(self.limits) is None:
            return ""  # of texts so long that few are looked at
        return self.store.keep(pieces.cut([_with_slack(scan.bound) for scan in scans]))

    def stage(self, share: Share) -> bool:
        """Scan and stage a share of the pieces; return whether the table has any.

        All who take a share read columns as the first rows show them.
        """
        pieces = self.table.pieces(())
        if not pieces:
            return False
        staged = self.store.staged_keys()
        missing = [piece for piece in share.of_each(pieces) if piece.key not in staged]
        if missing:
            readings = self._first_readings(pieces[0])
            self._scan_missing(missing, readings, self._columns_so_far(pieces, readings))
        return True

    def _columns_so_far(self, pieces: Sequence[Piece], readings: Sequence[ColumnReading]) -> list[GrowingScan]:
        """Return what is known of the columns by pieces that others have staged: fewer values have to be kept then."""
        columns, before = self._new_columns(), self.store.before()
        kept = None if before is None else before.only({piece.key for piece in pieces})
        if kept is not None and all(one.is_as(other) for one, other in zip(kept.readings, readings, strict=True)):
            scans = kept.merged(self.limits)
            if scans is not None:
                _add(columns, scans)
        return columns

    def _first_readings(self, first: Piece) -> Sequence[ColumnReading]:
        known = self.store.first_readings()
        if known is None:
            known = self._shown_by(first)
            self.store.stage_first_readings(known)
        return known

    def _shown_by(self, piece: Piece) -> list[ColumnReading]:
        """Return how columns are read by the first rows of a piece."""
        part = next(iter(self.to_parts(self.table.read(piece))))
        return [scan.reading for scan in scan_parts([part], self.limits)]

    def _scan(
        self, pieces: Sequence[Piece], kept: KeptScans | None, readings: Sequence[ColumnReading] | None
    ) -> tuple[list[ColumnScan], KeptScans]:
        """Scan all pieces but those that are kept; return the scans of all together, and those of each, with these."""
        columns = self._new_columns()
        before = None if kept is None else kept.merged(self.limits)
        if kept is None or before is None:
            return self._scanned(columns, self._scan_missing(pieces, readings, columns))
        _add(columns, before)
        for piece in pieces:
            if piece.key in kept.pieces:
                self.table.take_facts(piece, kept.pieces[piece.key]["facts"])
        missing = [piece for piece in pieces if piece.key not in kept.pieces]
        return self._scanned(columns, [kept, *self._scan_missing(missing, kept.readings, columns)])

    def _scan_missing(
        self, pieces: Iterable[Piece], readings: Sequence[ColumnReading] | None, columns: Sequence[GrowingScan]
    ) -> list[KeptScans]:
        """Scan pieces, add them to what is known of the columns, and stage the scan of each."""
        found: list[KeptScans] = []
        for piece in pieces:
            bounds = [_with_slack(column.bound) for column in columns]
            scans = scan_parts(self.to_parts(self.table.read(piece)), self.limits, readings, self.threads, bounds)
            readings = [scan.reading for scan in scans]
            _add(columns, scans)
            facts = {"keys": piece.keys, "facts": self.table.facts_of(piece)}
            of_each = dict(zip(self.table.schema.names, scans, strict=True))
            found.append(KeptScans.of(piece.key, facts, of_each, bounds))
            self.store.stage(found[-1])
        return found

    def _scanned(
        self, columns: Sequence[GrowingScan], pieces: Sequence[KeptScans]
    ) -> tuple[list[ColumnScan], KeptScans]:
        return [column.merged() for column in columns], KeptScans.joined(pieces)

    def _new_columns(self) -> list[GrowingScan]:
        return [GrowingScan(self.limits) for _ in self.table.schema]


def _add(columns: Sequence[GrowingScan], scans: Sequence[ColumnScan]) -> None:
    for column, scan in zip(columns, scans, strict=True):
        column.add(scan)


def _with_slack(bound: int) -> int:
    return min(ANY_HASH, int(bound * _SLACK))
