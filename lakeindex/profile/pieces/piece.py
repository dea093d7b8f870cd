"""A piece of a table: rows that are scanned by themselves, whose scan is kept until they change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

from lakeindex.types.lake import Rows

PIECE_BYTES = 8 << 20
"""What a piece takes in its files, about: so much is read again for a change, or after a crash."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a table."""

    keys: tuple[str, ...]
    """What it is made of, each as a text that changes when the rows do, or how they are read."""

    @property
    def key(self) -> str:
        """Return a hash of what it is made of."""
        return hash_of(self.keys)


class PiecedTable(Protocol):
    """A table that is read piece by piece."""

    @property
    def schema(self) -> pa.Schema:
        """The table's columns."""
        ...

    def pieces(self, known: Iterable[Piece]) -> Sequence[Piece]:
        """Return the pieces that the table is made of; those that are `known`, where they are pieces of it."""
        ...

    def read(self, piece: Piece) -> Iterator[pa.RecordBatch]:
        """Read the rows of a piece."""
        ...

    def rows_in(self, facts: Any) -> int:
        """Return how many rows a piece has by what is known of it."""
        ...

    def facts_of(self, piece: Piece) -> Any:
        """Return what is known of a piece that was read, besides its scan, as JSON has it."""
        ...

    def take_facts(self, piece: Piece, facts: Any) -> None:
        """Take what was known of a piece that is not read."""
        ...

    def rows(self) -> tuple[int, Rows]:
        """Return how many rows the table has, once all pieces were read, and what is known of them."""
        ...


def hash_of(parts: Collection[str]) -> str:
    """Return a hash of some texts, 32 hexadecimal digits."""
    return hashlib.blake2b(json.dumps(list(parts)).encode(), digest_size=16).hexdigest()
