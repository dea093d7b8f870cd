"""The nouns: what a lake, a column and an answer are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, NewType

from lakeindex.pair_reading import PairReading
from lakeindex.regular_file import open_regular

if TYPE_CHECKING:
    import pyarrow as pa

TableId = NewType("TableId", str)
"""A table's path relative to the lake's root, with `/`; a part of a file follows a `#`."""


Progress = Callable[[str, int, int], None]
"""Told the stage, what of it is done and how much there is."""


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
    output_limit: int = 10**9
    """Bytes that it may unpack to."""

    def open(self) -> BufferedReader:
        """Open it for reading. Raises OSError when something else is in its place now."""
        return open_regular(self.path)

    @property
    def token(self) -> str:
        """Return what changes when the file does, known without opening it."""
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
    copies: Path | None = None
    """Where to leave a Parquet copy of a table that DuckDB can't read from its file; None for nowhere."""


ScanValue = str | int | bool | tuple[str, ...]


# A scan is written into SQL, and may come from an index that somebody else made.
_SCAN_OPTIONS = {
    "read_csv": frozenset(
        (
            *("auto_detect", "all_varchar", "delim", "quote", "escape", "comment"),
            *("header", "skip", "new_line", "nullstr", "allow_quoted_nulls", "encoding"),
            *("compression", "hive_partitioning", "max_line_size", "parallel", "strict_mode", "null_padding"),
            *("ignore_errors", "thousands", "decimal_separator", "dateformat", "timestampformat"),
        )
    ),
    "read_parquet": frozenset({"binary_as_string", "hive_partitioning"}),
    "read_json": frozenset({"auto_detect", "compression", "format", "hive_partitioning", "records", "sample_size"}),
}


@dataclass(frozen=True, slots=True)
class Scan:
    """A DuckDB table function over one file that yields the same rows as the connector."""

    function: str
    """`read_csv`, `read_parquet` or `read_json`."""
    options: tuple[tuple[str, ScanValue], ...] = ()
    """Named arguments besides the path; column types are added by whoever renders it."""

    def __post_init__(self) -> None:
        """Raise ValueError for a function or an option that is not known to read one file and nothing else."""
        known = _SCAN_OPTIONS.get(self.function, frozenset())
        unknown = [name for name, _ in self.options if name not in known]
        if not known or unknown or not all(_is_scan_value(value) for _, value in self.options):
            raise ValueError(f"{self.function}({', '.join(unknown)}) is no scan of one file")


def _is_scan_value(value: object) -> bool:
    return isinstance(value, str | int) or (isinstance(value, tuple) and all(isinstance(one, str) for one in value))


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


class RawValues(StrEnum):
    """What an index keeps of the values that stand in the cells."""

    SAMPLE = "sample"
    """Some of them, the range of numbers, and hashes."""
    HASH = "hash"
    """Only hashes under a key, without which nobody can tell by trying which value one came from."""
    NONE = "none"
    """Nothing: columns meet by their names alone."""


class Family(StrEnum):
    """A way to turn a column into a set of hashed terms; two columns are compared term by term."""

    VALUES = "values"
    """Values, trimmed and lower-cased."""
    KEYS = "keys"
    """Values without accents, punctuation, leading zeros; dates in ISO order: the values' terms, folded."""
    WORDS = "words"
    """Words of the values."""
    GRAMS = "grams"
    """Character trigrams of the values."""
    NAMES = "names"
    """Character trigrams of the column's name."""
    CONTEXT = "context"
    """Words of the column's name and of its table's."""
    REFERENCES = "references"
    """What the column may be called, in its table and beyond: `student_id` meets the `id` of `students`."""


class JoinKind(StrEnum):
    """How the values of two columns meet."""

    EQUI = "equi"
    """They are equal."""
    TRANSFORM = "transform"
    """They are equal once written alike (case, accents, punctuation, leading zeros, date order), or by a program."""
    FUZZY = "fuzzy"
    """They share words or character sequences."""
    NUMERIC = "numeric"
    """They are numbers of the same meaning, few of them equal."""
    TEMPORAL = "temporal"
    """They are dates, few of them equal."""
    SEMANTIC = "semantic"
    """Only their meaning is alike."""


class Cardinality(StrEnum):
    """How many rows of each side meet, query side first."""

    ONE_TO_ONE = "1:1"
    ONE_TO_MANY = "1:n"
    MANY_TO_ONE = "n:1"
    MANY_TO_MANY = "n:m"

    @classmethod
    def of(cls, query_is_key: bool, candidate_is_key: bool) -> Cardinality:
        """Tell it from which side's values are unique."""
        if query_is_key:
            return cls.ONE_TO_ONE if candidate_is_key else cls.ONE_TO_MANY
        return cls.MANY_TO_ONE if candidate_is_key else cls.MANY_TO_MANY


@dataclass(frozen=True, slots=True)
class Evidence:
    """One part of a score."""

    name: str
    part: float
    """What it adds to the score; below zero where it speaks against the join."""
    value: float
    """How strong the signal is, in [0, 1], before it is weighted; nan for what is no signal by itself."""
    meaning: str
    """What it says, for people."""


@dataclass(frozen=True, slots=True)
class JoinMeasure:
    """A join counted on the rows of both tables, values compared trimmed and lower-cased."""

    containment: float
    """|Q ∩ C| / |Q| over distinct values."""
    reverse_containment: float
    """|Q ∩ C| / |C|."""
    match_rate: float
    """The share of the query's rows with a value that find a partner."""
    cardinality: Cardinality
    rows: int
    """Rows of the inner join."""
    examples: tuple[str, ...]
    """Some shared values."""


@dataclass(frozen=True, slots=True)
class Match:
    """A column that joins with the query column, and what is known of the join."""

    query: ColumnId
    column: ColumnId
    rank: int
    score: float
    """In [0, 1]; the sum of the evidence."""
    kind: JoinKind
    containment: float
    reverse_containment: float
    cardinality: Cardinality
    evidence: tuple[Evidence, ...]
    accepted: bool | None = None
    """Whether the score, then a probability, is high enough to be believed; None where it is none."""
    measured: JoinMeasure | None = None
    """The join counted in the source files; None where the figures are estimates from sketches."""
    note: str = ""
    """Why it could not be counted, where that was tried."""
    reading: PairReading | None = None
    """What the cross-encoder said of the pair, where that is explained."""
    program: str = ""
    """What makes values of the one column values of the other, where that was found."""

    @property
    def probability(self) -> float | None:
        """The probability that the columns join; None where some sources alone were asked."""
        return None if self.accepted is None else self.score

    @property
    def exact(self) -> bool:
        """Whether the figures were counted in the source files."""
        return self.measured is not None


class FileStatus(StrEnum):
    """What became of a file of the lake."""

    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A table that was read to its end."""

    id: TableId
    connector: str
    token: str
    rows: int
    rejected: int
    scan: Scan | None
    settings: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    copy: str = ""
    """A Parquet file within the index with the rows, where DuckDB can't read the original as the connector does."""


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file, as it stands in the report."""

    path: str
    """Relative to the lake's root."""
    status: FileStatus
    reason: str = ""
    """Why it was skipped or failed, or what was odd about it; empty when there is nothing to say."""
    tables: tuple[ReadTable, ...] = ()
    content_hash: str = ""
    token: str = ""
    """What the file was remembered by when it was read: as long as it has the same, it is not read again."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did, skipped and failed, in seconds and bytes."""

    files: tuple[FileOutcome, ...]
    """Every entry of the lake that is no folder, in the order of their paths."""
    tables: int
    columns: int
    seconds: float
    stages: dict[str, float]
    """Seconds, by stage."""
    bytes: int
    """Of the index on disk."""
    logical_hash: str
    generation: int

    def with_status(self, status: FileStatus) -> list[FileOutcome]:
        """List the files of which this became."""
        return [file for file in self.files if file.status is status]
