"""What a build did: to each file, and altogether."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from lakeindex.types.lake import Scan, TableId
from lakeindex.types.personal import PersonalColumn

Progress = Callable[[str, int, int], None]
"""Called with the stage, how much of it is done, and how much there is."""

IN_PIECES = "a share of it was read"
"""The reason of a skipped file of which only some pieces were to be scanned."""
_FAILED_PARTS = "could not be read: "
_PARTS_LEFT_OUT = "left out: "
_MOST_LISTED = 100


class FileStatus(StrEnum):
    """What became of a file of the lake, or of a folder that can't be listed."""

    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    FAILED = "failed"
    """Its content can't be read as a table; or it can't be looked at, and the index knows nothing of it to keep."""
    UNSEEN = "unseen"
    """It can't be looked at for a reason of the machine (a permission, a mount that went away, a reader that was
    killed), so that the tables it had in the generation before stay as they were. The next build looks again."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How much of a table was read."""

    rows: int = 0
    """Those that were read of a table that was sampled; 0 of one that was read to its end."""
    low: int = 0
    high: int = 0
    """Between which the number of a sampled table's rows lies, with 95 % confidence."""


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A table that was read, to its end or a sample of it."""

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
    scans: str = ""
    """A file within the index with the scans of its pieces, where it lies in many files."""
    asked: int = 0
    """How many rows a sample was to have; 0 where all were to be read."""
    sampling: Sampling = Sampling()


@dataclass(frozen=True, slots=True)
class PartColumn:
    """A column of a part of a table."""

    name: str
    """As it stands in the part."""
    type: str
    """Its Arrow type."""
    place: int
    """Of the column that it is in the table, from 0; -1 where it is none of them."""


@dataclass(frozen=True, slots=True)
class PartOutcome:
    """What became of one of the files that are read together."""

    path: str
    """Relative to the lake's root."""
    status: FileStatus
    reason: str = ""
    tables: tuple[PartOfTable, ...] = ()


@dataclass(frozen=True, slots=True)
class PartOfTable:
    """What a file has of a table in many files."""

    table: TableId
    token: str
    """Changes when the file does."""
    rows: int = 0
    rejected: int = 0
    scan: Scan | None = None
    """How DuckDB reads its rows."""
    columns: tuple[PartColumn, ...] = ()
    """In the order of the file."""
    keys: tuple[tuple[int, str | None], ...] = ()
    """The place of each of the table's columns that the file's name or a log gives, and its value in all rows."""


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file, as it stands in the report."""

    path: str
    """Relative to the lake's root."""
    status: FileStatus
    reason: str = ""
    """Why it was skipped or failed, or what was odd about it; empty when there is nothing to report."""
    tables: tuple[ReadTable, ...] = ()
    content_hash: str = ""
    token: str = ""
    """The file's token when it was read: as long as the file has the same, it is not read again."""
    parts: tuple[PartOutcome, ...] = ()
    """What became of each file, where several are read together; the path is then what they are called together."""

    def of_each_file(self) -> tuple[FileOutcome, ...]:
        """Return the outcome of every file of the lake that was read for this one."""
        if not self.parts:
            return (self,)
        tables = {table.id: table for table in self.tables}
        return tuple(
            FileOutcome(
                part.path,
                self._status_of(part),
                part.reason,
                tuple(
                    replace(tables[one.table], rows=one.rows, rejected=one.rejected, notes=(), sampling=Sampling())
                    for one in part.tables
                    if one.table in tables
                ),
            )
            for part in self.parts
        )

    def parts_of(self, table: TableId) -> int:
        """Return in how many files a table lies that were read together; none for a file that is a table by itself."""
        return sum(one.table == table != part.path for part in self.parts for one in part.tables)

    def _status_of(self, part: PartOutcome) -> FileStatus:
        if part.status is FileStatus.INDEXED:
            return self.status
        # Only what was read before stays as it was.
        return FileStatus.FAILED if part.status is FileStatus.UNSEEN and self.status is not part.status else part.status


def reason_of_parts(failed: Sequence[str], left_out: Sequence[str]) -> str:
    """Return the reason of a file that is indexed without some of its parts: those that failed, those left out."""
    lists = ((_FAILED_PARTS, failed), (_PARTS_LEFT_OUT, left_out))
    return "; ".join(f"{what}{_listed(parts)}" for what, parts in lists if parts)


def reason_of_hidden_parts(reason: str) -> str:
    """Return a reason without what it may quote of names: whether parts could not be read, or were left out."""
    if not reason:
        return ""
    for what in (_FAILED_PARTS, _PARTS_LEFT_OUT):
        if reason.startswith(what):
            return f"{what}parts whose names are not kept"
    return "it can't be read (why may quote a name, and is not kept)"


def _listed(parts: Sequence[str]) -> str:
    more = f" and {len(parts) - _MOST_LISTED} more" if len(parts) > _MOST_LISTED else ""
    return f"{'; '.join(parts[:_MOST_LISTED])}{more}"


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did, skipped and failed, in seconds and bytes."""

    files: tuple[FileOutcome, ...]
    """Every entry of the lake that is no folder, folders that can't be listed, and what is unseen, by their paths."""
    tables: int
    columns: int
    seconds: float
    stages: dict[str, float]
    """Seconds, by stage."""
    bytes: int
    """Of the index on disk."""
    logical_hash: str
    generation: int
    in_parts: tuple[FileOutcome, ...] = ()
    """What was read of several files together; `files` has each of these for itself."""
    personal: tuple[PersonalColumn, ...] = ()
    """Columns that look like personal data, of all tables."""

    def with_status(self, status: FileStatus) -> list[FileOutcome]:
        """List the files of which this became."""
        return [file for file in self.files if file.status is status]

    def read_in_part(self) -> list[FileOutcome]:
        """List the files with a part that should be a table and could not be read, though others could."""
        read = [file for file in self.files if file.status is not FileStatus.UNSEEN]
        return [file for file in read if file.tables and file.reason.startswith(_FAILED_PARTS)]
