"""Where the scans of a table's pieces are kept: with the index, and of a build that is under way in its staging.

STAGED/TABLE-PIECE.scans    of one piece, for a build that is interrupted, or shared by several machines
STAGED/TABLE.readings       how columns are read by the first rows
KEPT/TABLE.scans            of all pieces, for the next build
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lakeindex.canonical.column_reading import ColumnReading
from lakeindex.profile.pieces.kept_scans import KeptScans
from lakeindex.profile.pieces.piece import hash_of
from lakeindex.profile.workers.copies import writing_copy
from lakeindex.types.lake import TableId
from lakeindex.types.layouts import SCANS

_MOST_BYTES = 64 << 20
_MOST_SHARE = 0.25
"""Of what the table takes in its files: reading more than that again costs more than it spares."""


@dataclass(frozen=True, slots=True)
class PieceStore:
    """Where the scans of a table's pieces are kept."""

    table: TableId
    size: int
    """The bytes of its files."""
    staged: Path | None = None
    """Those of the build that is under way; None where it stages nothing."""
    earlier: Path | None = None
    """Those of the build before; None where there was none."""
    kept: Path | None = None
    """Where to leave them for the next build; None where it has no use for them."""

    def staged_keys(self) -> set[str]:
        """Return the keys of the pieces that are staged."""
        return {path.stem.partition("-")[2] for path in self._staged()}

    def first_readings(self) -> Sequence[ColumnReading] | None:
        """Return how columns are read by the first rows; None where nobody has said so."""
        try:
            return list(map(ColumnReading.from_json, json.loads(self._readings_path().read_text("utf-8"))))
        except (OSError, ValueError, TypeError):
            return None

    def stage_first_readings(self, readings: Sequence[ColumnReading]) -> None:
        """Say how columns are read by the first rows. Raises CopyFailed where it can't be written."""
        with replacing(self._readings_path()) as unfinished:
            unfinished.write_text(json.dumps([reading.to_json() for reading in readings]), "utf-8")

    def _readings_path(self) -> Path:
        return (self.staged or Path()) / f"{hash_of([self.table])}.readings"

    def _staged(self) -> list[Path]:
        return [] if self.staged is None else sorted(self.staged.glob(f"{hash_of([self.table])}-*{SCANS}"))

    def before(self) -> KeptScans | None:
        """Return what is kept of pieces with the same columns, read alike; None where there is nothing."""
        paths = self._staged()
        if self.earlier is not None:
            paths.append(self.earlier / scans_name(self.table))
        found = [scans for path in paths if (scans := KeptScans.read(path)) is not None]
        if not found:
            return None
        usual = Counter(map(_columns_of, found)).most_common(1)[0][0]
        return KeptScans.joined(_apart([scans for scans in found if _columns_of(scans) == usual]))

    def stage(self, piece: KeptScans) -> None:
        """Keep the scan of a piece until the build is over. Raises CopyFailed where it can't be written."""
        if self.staged is not None:
            (key,) = piece.pieces
            _write(piece, self.staged / f"{hash_of([self.table])}-{key}{SCANS}")

    def keep(self, pieces: KeptScans) -> str:
        """Keep the scans of all pieces for the next build, unless they are large; return the name of their file.

        Raises CopyFailed where it can't be written.
        """
        if self.kept is None or pieces.nbytes > max(_MOST_BYTES, _MOST_SHARE * self.size):
            return ""
        _write(pieces, self.kept / scans_name(self.table))
        return scans_name(self.table)


def scans_name(table: TableId) -> str:
    """Return the name of the file with the scans of a table's pieces."""
    return f"{hash_of([table])}{SCANS}"


def _columns_of(scans: KeptScans) -> tuple[tuple[str, ColumnReading], ...]:
    return tuple((name, column.reading.as_read()) for name, column in scans.columns.items())


def _apart(several: list[KeptScans]) -> list[KeptScans]:
    """Return them so that each piece is in one of them."""
    seen: set[str] = set()
    apart = []
    for one in several:
        rest = one.only(one.pieces.keys() - seen)
        seen |= one.pieces.keys()
        apart += [] if rest is None else [rest]
    return apart


def _write(scans: KeptScans, path: Path) -> None:
    with replacing(path) as unfinished:
        scans.write(unfinished)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path of which the file takes the place of another once it is written; raise CopyFailed where it can't."""
    unfinished = path.with_name(f"unfinished-{secrets.token_hex(8)}")
    with writing_copy():
        yield unfinished
        unfinished.replace(path)
