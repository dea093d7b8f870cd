"""Records of a delimited text, one by one and exactly, also where quoting is broken."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from functools import lru_cache

from lakeindex.errors import UnreadableTable
from lakeindex_connectors.dialect import Dialect

Record = list[str | None]
NULL_TEXTS = ("", "\\N")
"""What an unquoted cell without a value looks like."""


MAX_QUOTED_CHARACTERS = 1 << 20
"""A quote that doesn't close within this many characters is text."""
MAX_UNCLOSED = 100
"""More stray quotes than this and the dialect was misunderstood."""

_NEWLINE = re.compile(r"(?:\r\n|\r|\n)?")
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class RecordReader:
    """Split lines, which keep their ends, into records; empty lines are empty records.

    An unquoted empty cell or `\\N` is None. A quote that never closes is read as text and counted.
    """

    def __init__(self, lines: Iterator[str], dialect: Dialect) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self._dialect = dialect
        self._split = _splitter(dialect)
        self.unclosed = 0
        self.characters = 0

    def __iter__(self) -> Iterator[Record]:
        delimiter, quote, escape = self._dialect.delimiter, self._dialect.quote, self._dialect.escape
        while (line := self._next_line()) is not None:
            if (quote and quote in line) or (escape and escape in line):
                yield self._record_from(line)
            else:
                yield plain_cells(line, delimiter)

    def _next_line(self) -> str | None:
        if self._again:
            return self._again.popleft()
        line = next(self._lines, None)
        self.characters += len(line or "")
        return line

    def _record_from(self, line: str) -> Record:
        first, record = line, line
        while True:
            cells, end = self._split(record)
            if end >= 0:
                self._put_back(record[end:])
                return cells
            more = self._until_quote(len(record))
            record += more[0]
            if not more[1]:
                self._put_back(record[len(first) :])
                self._count_unclosed()
                return plain_cells(first, self._dialect.delimiter)

    def _until_quote(self, length: int) -> tuple[str, bool]:
        """Return the lines up to the next that may close a quote, and whether there is one."""
        taken: list[str] = []
        while length <= MAX_QUOTED_CHARACTERS and (line := self._next_line()) is not None:
            taken.append(line)
            length += len(line)
            if line.count(self._dialect.quote) % 2 or (self._dialect.escape and self._dialect.quote in line):
                return "".join(taken), True
        return "".join(taken), False

    def _put_back(self, text: str) -> None:
        self._again.extendleft(reversed(LINE.findall(text)))

    def _count_unclosed(self) -> None:
        self.unclosed += 1
        if self.unclosed > MAX_UNCLOSED:
            raise UnreadableTable(f"more than {MAX_UNCLOSED} quotes ({self._dialect.quote}) that never close")


def plain_cells(line: str, delimiter: str) -> Record:
    """Split a line in which quotes mean nothing."""
    text = line.rstrip("\r\n")
    cells: Record = list(text.split(delimiter)) if text else []
    return [None if cell in NULL_TEXTS else cell for cell in cells]


@lru_cache(maxsize=64)
def _splitter(dialect: Dialect) -> Callable[[str], tuple[Record, int]]:
    """Make a function that splits one record and tells where it ends, -1 when a quote stays open."""
    delimiter, quote, escape = (re.escape(c) for c in (dialect.delimiter, dialect.quote, dialect.escape))
    escaped = rf"|{escape}." if escape else ""
    plain = rf"((?:[^{delimiter}\r\n{escape}]++{escaped}|{escape or '(?!)'})*+)"
    quoted = rf"{quote}((?:[^{quote}{escape}]++|{quote}{quote}{escaped})*+){quote}([^{delimiter}\r\n]*+)"
    field = re.compile(rf"{quoted}|{plain}" if quote else rf"(?!)()()|{plain}", re.DOTALL)
    unescape = re.compile(rf"{escape}(.)", re.DOTALL) if escape else None

    def split(record: str) -> tuple[Record, int]:
        cells: Record = []
        position = 0
        while True:
            match = field.match(record, position)
            if match is None or (dialect.quote and match[3] is not None and match[3].startswith(dialect.quote)):
                return [], -1
            cells.append(_cell(match, dialect.quote, unescape))
            position = match.end()
            if not record.startswith(dialect.delimiter, position):
                return cells, _NEWLINE.match(record, position).end()  # type: ignore[union-attr]
            position += 1

    return split


def _cell(match: re.Match[str], quote: str, unescape: re.Pattern[str] | None) -> str | None:
    if match[3] is None:
        body = match[1].replace(quote * 2, quote)
        return (unescape.sub(r"\1", body) if unescape else body) + match[2]
    if match[3] in NULL_TEXTS:
        return None
    return unescape.sub(r"\1", match[3]) if unescape else match[3]
