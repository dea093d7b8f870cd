"""A table in one file, in pieces that are ranges of its rows."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from lakeindex.profile.parts.part_json import scan_from_json
from lakeindex.profile.pieces.piece import PIECE_BYTES, Piece, hash_of
from lakeindex.profile.pieces.piece_store import replacing
from lakeindex.protocols import RangedConnector
from lakeindex.types.lake import LakeFile, ReadOptions, RowRange, Rows, SourceTable

RANGE_BYTES = 4 * PIECE_BYTES
"""Of a range, where processes share a file."""
_LARGE_RANGE_BYTES = 16 * PIECE_BYTES
"""Where one process reads it, which stops for a moment after each range."""


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
        # A file that was just written may be written again with the same token.
        token = self.file.token if self.file.is_settled else f"{self.file.token} at {time.time_ns()}"
        of_all = (self.file.name, token, self.table.token, str(self.schema), str(self.table.settings))
        self._ranges = {Piece((*of_all, f"{span.start}-{span.stop}")): span for span in self._spans(hash_of(of_all))}
        return list(self._ranges)

    def _spans(self, key: str) -> Sequence[RowRange]:
        """Find the ranges, or read what another process found: text has to be read for it, to its end."""
        path = (self.options.pieces or Path()) / f"{key}.ranges"
        with suppress(OSError, ValueError, TypeError):
            return [RowRange(*span) for span in json.loads(path.read_text("utf-8"))]
        size = _LARGE_RANGE_BYTES if self.file.share is None else RANGE_BYTES
        spans = self.connector.ranges(self.file, self.table, self.options, size)
        if self.options.pieces is not None:
            with replacing(path) as unfinished:
                unfinished.write_text(json.dumps([[span.start, span.stop, span.rows] for span in spans]), "utf-8")
        return spans

    def read(self, piece: Piece) -> Iterator[pa.RecordBatch]:
        """Read the rows of a range."""
        options = replace(self.options, coded=True)
        read, rows = self.connector.read_range(self.file, self.table, self._ranges[piece], options), 0
        for batch in read.batches:
            rows += batch.num_rows
            yield batch
        scan = read.scan and asdict(read.scan)
        self._facts[piece] = {"rows": rows, "rejected": read.rejected, "notes": read.notes, "scan": scan}

    def rows_in(self, facts: Any) -> int:
        """Return how many rows a range has."""
        return int(facts["rows"])

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
