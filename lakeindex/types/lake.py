"""A lake's files, tables, columns and rows, and the options that they are read with."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, NewType

from lakeindex.files.regular_file import open_regular
from lakeindex.types.layouts import Layout
from lakeindex.types.share import Share

if TYPE_CHECKING:
    import pyarrow as pa

_SETTLED_NS = 2_000_000_000

TableId = NewType("TableId", str)
"""A table's path relative to the lake's root, with `/`; a member is below its archive, another part follows a `#`."""


@dataclass(frozen=True, slots=True, order=True)
class ColumnId:
    """A column: its table and its name, unique within the table."""

    table: TableId
    name: str

    def __str__(self) -> str:
        return f"{self.table} · {self.name}"


@dataclass(frozen=True, slots=True)
class LakeFile:
    """A regular file inside a lake, not yet opened; or several that may be one table, read together."""

    path: Path
    """Absolute, resolved, inside the lake's root."""
    name: str
    """Relative to the lake's root, with `/`."""
    size: int
    """Bytes."""
    modified_ns: int
    output_limit: int = 10**9
    """Bytes that it may unpack to."""
    parts: tuple[LakeFile, ...] = ()
    """The files that are read together as this one, by their names; it is then no file itself."""
    layout: Layout | None = None
    """How its parts lie in the lake."""
    folder: str = ""
    """The folder that its parts are in, relative to the lake's root, with a `/` at its end; `` for the root."""
    unreadable: tuple[tuple[str, str], ...] = ()
    """The names of parts that are not opened, and why: their reader crashed."""
    share: Share | None = None
    """Which pieces of its tables to scan, for others to put together; None to read all of it."""
    is_indexed: bool = False
    """Whether the index has its tables, which stay as they are where a part can't be seen."""

    def open(self) -> BufferedReader:
        """Open it for reading. Raises OSError when something else is in its place now."""
        return open_regular(self.path)

    @property
    def is_settled(self) -> bool:
        """Whether its token tells of every later change: a file just written may be written again at the same time."""
        return time.time_ns() - self.modified_ns > _SETTLED_NS

    @property
    def token(self) -> str:
        """Return what changes when the file does, or a part of it, known without opening it."""
        if not self.parts:
            return f"{self.size}-{self.modified_ns}"
        names = "\0".join(f"{part.name}\0{part.token}" for part in self.parts)
        return f"{self.size}-{hashlib.blake2b(names.encode(), digest_size=12).hexdigest()}"


class Header(StrEnum):
    """Whether a file's first row names its columns."""

    AUTO = "auto"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read files, as far as they don't state it themselves."""

    header: Header = Header.AUTO
    batch_rows: int = 65_536
    copies: Path | None = None
    """Where to leave a Parquet copy of a table that DuckDB can't read from its file, and the scans of a table in many
    files for the next build; None for nowhere."""
    pieces: Path | None = None
    """Where scans of a table's pieces are left for a build that is interrupted; None for nowhere."""
    earlier: Path | None = None
    """Where the build before has left those of tables in many files; None where there was none."""
    threads: int = 1
    """How many of the columns of a large table may be looked at side by side."""
    wants_scan: bool = False
    """Whether it should be found out how DuckDB reads the rows, also where a file is so small that a copy costs less:
    of a table in many files, one that DuckDB can't read costs a copy of all."""
    only_certain_names: bool = False
    """Whether a row that may hold values names no column: where no value may be kept, none must become a name."""
    sample_rows: int = 0
    """About how many rows to read of a table that has more; 0 for all."""
    coded: bool = False
    """Whether columns of text may come as Arrow dictionaries, where the file has them so: what looks at each distinct
    value once needs no other."""


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
    is_named_by_row: bool = False
    """Whether its names stand in a row that was only guessed to be a header."""


@dataclass(frozen=True, slots=True, order=True)
class RowRange:
    """Rows of a table that can be read without those before them."""

    start: int
    """Where they begin, in the connector's own measure: the first row group, the offset of the first byte."""
    stop: int
    """Where the next range begins."""
    rows: int | None = None
    """How many there are; None where only reading them tells."""


class PartialTables(list[SourceTable]):
    """Tables of a file that don't depend on one another, as members of an archive: one that fails leaves the others."""

    def __init__(self, tables: Iterable[SourceTable], failed: Iterable[str] = (), left_out: Iterable[str] = ()) -> None:
        super().__init__(tables)
        self.failed = tuple(failed)
        """Parts that should be tables and can't be read, each with the reason."""
        self.left_out = tuple(left_out)
        """Parts that no table is expected in, or that must not be opened, each with the reason."""


@dataclass(frozen=True, slots=True)
class RowCount:
    """How many rows a table has: counted, or estimated with a 95 % interval."""

    rows: int
    low: int
    high: int

    @property
    def is_exact(self) -> bool:
        """Whether they were counted."""
        return self.low == self.high


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
    sampled_of: RowCount | None = None
    """The rows of the table, of which these are a sample; None where they are all."""
