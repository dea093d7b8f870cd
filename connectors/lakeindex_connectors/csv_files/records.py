"""Read the records of a delimited text one by one, also where quoting is broken."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

from lakeindex.errors import UnreadableTable
from lakeindex_connectors.csv_files.dialect_evidence import Dialect
from lakeindex_connectors.csv_files.split_cells import (
    NULL_TEXTS,
    Record,
    bare_splits,
    open_split,
    plain_cells,
    usual_split,
)

__all__ = ["LINE", "NULL_TEXTS", "Record", "RecordReader"]

MAX_QUOTED_CHARACTERS = 1 << 20
"""A quote that doesn't close within this many characters is text."""
MAX_UNCLOSED = 100
"""Stray quotes of a file; more than this show that the dialect was detected wrongly."""

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class RecordReader:
    """Split lines, which keep their ends, into records; empty lines are empty records.

    An unquoted empty cell or `\\N` is None. A quote that never closes is read as text and counted. Where the width of
    the table is given, a line with broken quotes is split in the way that gives as many cells.
    """

    def __init__(self, lines: Iterator[str], dialect: Dialect, width: int = 0) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self._dialect = dialect
        self._width = width
        self._split = usual_split(dialect)
        self.unclosed = 0
        self.characters = 0

    def __iter__(self) -> Iterator[Record]:
        dialect, quote, escape = self._dialect, self._dialect.quote, self._dialect.escape
        while (line := self._next_line()) is not None:
            if (quote and quote in line) or (escape and escape in line):
                yield self._record_from(line)
            else:
                yield plain_cells(line, dialect)

    def _next_line(self) -> str | None:
        if self._again:
            return self._again.popleft()
        line = next(self._lines, None)
        self.characters += len(line or "")
        return line

    def _record_from(self, line: str) -> Record:
        first, record = line, line
        while True:
            cells, end, is_broken = self._split(record)
            is_wrong = is_broken or len(cells) != self._width
            if end >= 0 and len(record) > len(first) and self._swallows_rows(record[:end], is_wrong):
                return self._unclosed_record(first, record)
            if end >= 0:
                self._put_back(record[end:])
                return self._repaired(first, cells) if is_broken and len(record) == len(first) else cells
            more = self._until_quote(len(record))
            record += more[0]
            if not more[1]:
                return self._unclosed_record(first, record)

    def _unclosed_record(self, first: str, record: str) -> Record:
        """Split the first line by itself, and read the other lines again."""
        self._put_back(record[len(first) :])
        self.unclosed += 1
        if self.unclosed > MAX_UNCLOSED:
            raise UnreadableTable(f"more than {MAX_UNCLOSED} quotes ({self._dialect.quote}) that never close")
        if self._is_escaped(first):
            return plain_cells(first, self._dialect)
        cells = open_split(self._dialect)(first)[0]
        return cells if len(cells) == self._width else plain_cells(first, self._dialect)

    def _repaired(self, line: str, cells: Record) -> Record:
        """Split a line with bare quotes inside quotes; return `cells` where no way to split it fits."""
        if self._is_escaped(line):
            return cells
        records = [split(line)[0] for split in bare_splits(self._dialect)]
        if not self._width:
            return next(filter(None, records), cells)
        records += [cells, open_split(self._dialect)(line)[0]]
        return next((record for record in records if len(record) == self._width), cells)

    def _swallows_rows(self, record: str, is_wrong: bool) -> bool:
        """Return whether a quote that runs over lines hides rows: each line by itself has the table's cells.

        Where the record is wrong too, two lines are enough; else there must be more, as a cell may hold a list.
        """
        if self._width < 2:
            return False
        lines = [line for line in LINE.findall(record) if line.strip()]
        if len(lines) < 2 or not all(map(self._fits_alone, lines)):
            return False
        return is_wrong or len(lines) > (2 if self._width > 2 else 4)

    def _fits_alone(self, line: str) -> bool:
        """Return whether a line has the table's cells if a quote that doesn't close in it is text."""
        if len(plain_cells(line, self._dialect)) == self._width:
            return True
        return not self._is_escaped(line) and len(open_split(self._dialect)(line)[0]) == self._width

    def _is_escaped(self, line: str) -> bool:
        return bool(self._dialect.escape) and self._dialect.escape in line

    def _until_quote(self, length: int) -> tuple[str, bool]:
        """Return the lines up to the next that may close the open quote, and whether there is one."""
        taken: list[str] = []
        while length <= MAX_QUOTED_CHARACTERS and (line := self._next_line()) is not None:
            taken.append(line)
            length += len(line)
            if line.count(self._dialect.quote) % 2 or (self._dialect.escape and self._dialect.quote in line):
                return "".join(taken), True
        return "".join(taken), False

    def _put_back(self, text: str) -> None:
        self._again.extendleft(reversed(LINE.findall(text)))
