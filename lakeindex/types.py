"""The nouns: what a lake, a column and an answer are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    import pyarrow as pa

TableId = NewType("TableId", str)
"""A table's path relative to the lake's root, with `/`; a part of a file follows a `#`."""


@dataclass(frozen=True, slots=True, order=True)
class ColumnId:
    """A column: its table and its name, unique within the table."""

    table: TableId
    name: str

    def __str__(self) -> str:
        return f"{self.table} · {self.name}"


@dataclass(frozen=True, slots=True)
class LakeFile:
    """A regular file inside a lake, not yet opened."""

    path: Path
    """Absolute, resolved, inside the lake's root."""
    name: str
    """Relative to the lake's root, with `/`."""
    size: int
    """Bytes."""
    modified_ns: int

    @property
    def token(self) -> str:
        """What changes when the file does, known without opening it."""
        return f"{self.size}-{self.modified_ns}"


class Header(StrEnum):
    """Whether a file's first row names its columns."""

    AUTO = "auto"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How files are to be understood where they don't say it themselves."""

    header: Header = Header.AUTO
    batch_rows: int = 65_536


ScanValue = str | int | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """A DuckDB table function over one file that yields the same rows as the connector."""

    function: str
    """`read_csv`, `read_parquet` or `read_json`."""
    options: tuple[tuple[str, ScanValue], ...] = ()
    """Named arguments besides the path; column types are added by whoever renders it."""


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A table that a connector found, known before any row is read."""

    id: TableId
    schema: pa.Schema
    """Unique, non-empty column names, in the file's order."""
    token: str
    """Changes when the table does (size and mtime, an ETag, a snapshot id)."""
    settings: tuple[tuple[str, str], ...] = ()
    """What the connector found out about the table and needs to read it; opaque to the engine."""


@dataclass(slots=True)
class Rows:
    """The rows of one table, read once; the figures are final when `batches` is exhausted."""

    batches: Iterator[pa.RecordBatch]
    """Every batch has the table's schema."""
    scan: Scan | None = None
    """How DuckDB reads the same rows; None where only the connector can."""
    rejected: int = 0
    """Rows that fit no column layout and were left out."""
    notes: list[str] = field(default_factory=list)
    """What a reader of the report should know: an encoding that was guessed, rows that were padded."""


class Kind(StrEnum):
    """What a column's values are, by what at least nine in ten of them look like."""

    EMPTY = "empty"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TEXT = "text"

    @property
    def is_number(self) -> bool:
        """Whether arithmetic makes sense."""
        return self in (Kind.INTEGER, Kind.DECIMAL)


class Family(StrEnum):
    """A way to turn a column into a set of hashed terms; two columns are compared term by term."""

    VALUES = "values"
    """Values, trimmed and lower-cased."""
    KEYS = "keys"
    """Values without accents, punctuation, leading zeros; dates in ISO order."""
    WORDS = "words"
    """Words of the values."""
    GRAMS = "grams"
    """Character trigrams of the values."""
    NAMES = "names"
    """Words and character trigrams of the column's name and its table's."""
