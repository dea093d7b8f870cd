"""Find the files of a lake that changed since it was indexed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from lakeindex.hashing.content_hash import content_hash_of
from lakeindex.types.lake import LakeFile
from lakeindex.types.reports import FileOutcome, FileStatus

UNSETTLED = "?"
"""Ends a token that no file has: the next build looks into the file."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The files of a lake, by what a build has to do with them."""

    unchanged: tuple[str, ...]
    """Names of files that the index already covers."""
    to_read: tuple[LakeFile, ...]

    @classmethod
    def between(
        cls, files: Iterable[LakeFile], known: Mapping[str, FileOutcome], check_content: bool, sample_rows: int = 0
    ) -> Changes:
        """Compare the files of the lake with those that were indexed.

        Files of equal size and time stamp count as unchanged; with `check_content` their content is compared. A file
        that could not be read is read again: the reason may have been this machine's. One that may not be read any
        more is to be read, too, so that the report names it. So is one of which another sample is asked than was.
        """
        unchanged: list[str] = []
        to_read: list[LakeFile] = []
        for file in files:
            before = known.get(file.name)
            if before is not None and _is_as_asked(before, sample_rows) and _is_unchanged(file, before, check_content):
                unchanged.append(file.name)
            else:
                is_indexed = before is not None and bool(before.tables)
                to_read.append(replace(file, is_indexed=is_indexed) if file.parts else file)
        return cls(tuple(unchanged), tuple(to_read))

    def bytes_to_read(self, known: Mapping[str, FileOutcome]) -> int:
        """Return how many bytes there are to read: of files that are read together, those of the changed ones."""
        tokens = {
            part.path: part.tables[0].token
            for file in self.to_read
            for part in (known[file.name].parts if file.name in known else ())
            if part.tables
        }
        parts = (part for file in self.to_read for part in file.parts or (file,))
        return sum(part.size for part in parts if tokens.get(part.name) != part.token)


def token_of(file: LakeFile) -> str:
    """Return the token by which the next build recognises a file as unchanged."""
    return file.token if file.is_settled else file.token + UNSETTLED


def _is_as_asked(before: FileOutcome, sample_rows: int) -> bool:
    """Return whether a file's tables were read as they would be now, of which a sample of so many rows is asked."""
    return all(
        table.asked == sample_rows or (not table.sampling.rows and (not sample_rows or table.rows <= sample_rows))
        for table in before.tables
    )


def _is_unchanged(file: LakeFile, before: FileOutcome, check_content: bool) -> bool:
    if before.status is not FileStatus.INDEXED:
        return False
    if before.token == file.token and not check_content:
        return all(os.access(one.path, os.R_OK) for one in file.parts or (file,))
    if any(table.sampling.rows for table in before.tables):
        return False  # it has no hash, and reading all of it takes longer than a sample
    return before.token.partition("-")[0] == str(file.size) and before.content_hash == _content_hash(file)


def _content_hash(file: LakeFile) -> str:
    """Hash a file as the reader of its tables does; empty when it can't be read."""
    try:
        return content_hash_of(file)
    except OSError:
        return ""
