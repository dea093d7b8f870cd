"""A table in many files, in pieces that are one or a few of them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from lakeindex.profile.parts.parts_connector import PartsConnector
from lakeindex.profile.parts.union_schema import Source
from lakeindex.profile.pieces.piece import PIECE_BYTES, Piece, hash_of
from lakeindex.types.lake import LakeFile, ReadOptions, Rows, TableId


@dataclass(slots=True)
class PartedPieces:
    """A table that a connector reads part by part."""

    connector: PartsConnector
    file: LakeFile
    table: TableId
    options: ReadOptions
    _sources: dict[str, Source] = field(default_factory=dict)

    @property
    def schema(self) -> pa.Schema:
        """The columns of all parts."""
        return self.connector.parted(self.table).union.schema

    def pieces(self, known: Iterable[Piece]) -> Sequence[Piece]:
        """Return pieces of at least a part each: the known ones of which all parts are there, and the other parts."""
        self._sources = {self._key(source): source for source in self.connector.parted(self.table).sources}
        rest = dict(self._sources)
        pieces = []
        for piece in known:
            if all(key in rest for key in piece.keys):
                pieces.append(piece)
                for key in piece.keys:
                    del rest[key]
        return pieces + list(_grouped(rest))

    def read(self, piece: Piece) -> Iterator[pa.RecordBatch]:
        """Read the rows of its parts."""
        for key in piece.keys:
            yield from self.connector.read_source(self.file, self.table, self._sources[key], self.options)

    def rows_in(self, facts: Any) -> int:
        """Return how many rows the parts of a piece have."""
        return sum(known["part"]["rows"] for known in facts)

    def facts_of(self, piece: Piece) -> Any:
        """Return what is known of its parts."""
        return [self.connector.facts_of(self.table, self._sources[key]) for key in piece.keys]

    def take_facts(self, piece: Piece, facts: Any) -> None:
        """Take what was known of its parts."""
        for key, known in zip(piece.keys, facts, strict=True):
            self.connector.take_facts(self.table, self._sources[key], known)

    def rows(self) -> tuple[int, Rows]:
        """Return how many rows the table has, and what is known of them."""
        return self.connector.rows_of(self.table)

    def _key(self, source: Source) -> str:
        """Return what changes when the rows of a part do, or how they are read."""
        part, table = source.part, source.table
        # A file that was just written may be written again with the same token.
        token = part.file.token if part.file.is_settled else f"{part.file.token} at {time.time_ns()}"
        united = {field.name: str(field.type) for field in self.schema}
        of_part = {*source.names(), *self.connector.parted(self.table).union.keys} & united.keys()
        read_as = sorted((name, united[name]) for name in of_part)
        return hash_of(
            (part.file.name, token, table.token, str(table.schema), str(table.settings), str(source.names()),
             str(read_as), str(sorted(part.keys.items())))
        )  # fmt: skip


def _grouped(sources: dict[str, Source]) -> Iterator[Piece]:
    """Yield pieces, each of a large part or of several small ones."""
    keys: list[str] = []
    size = 0
    for key, source in sources.items():
        if keys and size + source.part.file.size > PIECE_BYTES:
            yield Piece(tuple(keys))
            keys, size = [], 0
        keys.append(key)
        size += source.part.file.size
    if keys:
        yield Piece(tuple(keys))
