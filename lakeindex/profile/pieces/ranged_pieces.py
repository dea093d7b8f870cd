"""A table in one file, in pieces that are ranges of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa

from lakeindex.profile.parts.part_json import scan_from_json
from lakeindex.profile.pieces.piece import PIECE_BYTES, Piece
from lakeindex.protocols import RangedConnector
from lakeindex.types.lake import LakeFile, ReadOptions, RowRange, Rows, SourceTable

_RANGE_BYTES = 4 * PIECE_BYTES


@dataclass(slots=True)
class RangedPieces:
    """A table that a connector reads by ranges."""

    connector: RangedConnector
    file: LakeFile
    table: SourceTable
    options: ReadOptions
    _ranges: dict[Piece, RowRange] = field(default_factory=dict)
    _facts: dict[Piece, dict[str, Any]] = field(default_factory=dict)

    @property
    def schema(self) -> pa.Schema:
        """The table's columns."""
        return self.table.schema

    def pieces(self, _: Iterable[Piece]) -> Sequence[Piece]:
        """Return a piece for each range; none where the table can't be split."""
        of_all = (self.file.name, self.file.token, self.table.token, str(self.schema), str(self.table.settings))
        spans = self.connector.ranges(self.file, self.table, self.options, _RANGE_BYTES)
        self._ranges = {Piece((*of_all, f"{span.start}-{span.stop}")): span for span in spans}
        return list(self._ranges)

    def read(self, piece: Piece) -> Iterator[pa.RecordBatch]:
        """Read the rows of a range."""
        read, rows = self.connector.read_range(self.file, self.table, self._ranges[piece], self.options), 0
        for batch in read.batches:
            rows += batch.num_rows
            yield batch
        scan = read.scan and asdict(read.scan)
        self._facts[piece] = {"rows": rows, "rejected": read.rejected, "notes": read.notes, "scan": scan}

    def facts_of(self, piece: Piece) -> Any:
        """Return how many rows a range has, and what the connector noted."""
        return self._facts[piece]

    def take_facts(self, piece: Piece, facts: Any) -> None:
        """Take what was known of a range."""
        self._facts[piece] = facts

    def rows(self) -> tuple[int, Rows]:
        """Return how many rows the table has, and what is known of them."""
        every = list(self._facts.values())
        notes = dict.fromkeys(note for one in every for note in one["notes"])
        rejected = sum(one["rejected"] for one in every)
        return sum(one["rows"] for one in every), Rows(
            iter(()), scan_from_json(every[0]["scan"]), rejected, list(notes)
        )
