"""Split one record of a delimited text into cells, whether its quotes are correct or broken."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from lakeindex_connectors.csv_files.dialect_evidence import Dialect

Record = list[str | None]
Split = Callable[[str], tuple[Record, int, bool]]
"""Returns the cells of the record that a text starts with, where it ends (-1 where a quote stays open), and whether
text follows a closing quote."""

NULL_TEXTS = ("", "\\N")
"""How an unquoted cell without a value is written."""

_NEWLINE = re.compile(r"(?:\r\n|\r|\n)?")


def plain_cells(line: str, dialect: Dialect) -> Record:
    """Split a line at every delimiter; quotes have no meaning."""
    text = line.rstrip("\r\n")
    if not text:
        return []
    cells = text.split(dialect.delimiter)
    if dialect.skips_blanks:
        first, *others = text.split() if dialect.delimiter == " " else cells
        cells = [first.rstrip(" "), *(cell.strip(" ") for cell in others)]
    return [None if cell in NULL_TEXTS else cell for cell in cells]


@lru_cache(maxsize=64)
def usual_split(dialect: Dialect) -> Split:
    """Split at delimiters outside quotes; what follows a closing quote belongs to its cell."""
    quote, escape, end = _escaped(dialect)
    escaped = rf"|{escape}." if escape else ""
    quoted = rf"{quote}((?:[^{quote}{escape}]++|{quote}{quote}{escaped})*+){quote}([^{end}\r\n]*+)"
    plain = rf"((?:[^{end}\r\n{escape}]++{escaped}|{escape or '(?!)'})*+)"
    field = re.compile(rf"{quoted}|{plain}" if quote else rf"(?!)()()|{plain}", re.DOTALL)
    return _Splitter(dialect, field, may_open=False).split


@lru_cache(maxsize=64)
def bare_splits(dialect: Dialect) -> tuple[Split, ...]:
    """Return two ways to split a line with undoubled quotes inside quotes: a cell ends at a quote before a delimiter.

    The first way still reads two quotes as a doubled one.
    """
    quote, _, end = _escaped(dialect)
    inside = rf"[^{quote}\r\n]++|{quote}(?![{end}\r\n]|\Z)"
    bodies = rf"(?:{quote}{quote}|{inside})*+", rf"(?:{inside})*+"
    return tuple(_Splitter(dialect, _line_pattern(body, dialect), may_open=False).split for body in bodies)


@lru_cache(maxsize=64)
def open_split(dialect: Dialect) -> Split:
    """Split a line in which a quote never closes: that quote is text, and other cells may still be quoted."""
    quote = re.escape(dialect.quote)
    body = rf"(?:[^{quote}\r\n]++|{quote}{quote})*+"
    return _Splitter(dialect, _line_pattern(body, dialect), may_open=True).split


def _line_pattern(body: str, dialect: Dialect) -> re.Pattern[str]:
    quote, _, end = _escaped(dialect)
    return re.compile(rf"{quote}({body}){quote}()(?=[{end}\r\n]|\Z)|([^{end}\r\n]*+)")


def _escaped(dialect: Dialect) -> tuple[str, str, str]:
    return re.escape(dialect.quote), re.escape(dialect.escape), re.escape(dialect.delimiter)


class _Splitter:
    """Splits a record by a pattern of its fields: groups 1 and 2 are a quoted cell and text after it, 3 a plain one."""

    def __init__(self, dialect: Dialect, field: re.Pattern[str], may_open: bool) -> None:
        self._dialect = dialect
        self._field = field
        self._may_open = may_open
        """Whether a plain cell may start with a quote."""
        self._unescape = re.compile(rf"{re.escape(dialect.escape)}(.)", re.DOTALL) if dialect.escape else None
        self._blanks = re.compile(" *" if dialect.skips_blanks else "")

    def split(self, record: str) -> tuple[Record, int, bool]:
        cells: Record = []
        is_broken = False
        position, delimiter, quote = 0, self._dialect.delimiter, self._dialect.quote
        while True:
            match = self._field.match(record, position)
            is_open = match is None or (bool(quote) and match[3] is not None and match[3].startswith(quote))
            if match is None or (is_open and not self._may_open):
                return [], -1, True
            is_broken = is_broken or bool(match[2] and (match[2].strip(" ") or not self._dialect.skips_blanks))
            cells.append(self._cell(match))
            position = match.end()
            if not record.startswith(delimiter, position):
                return cells, _NEWLINE.match(record, position).end(), is_broken  # type: ignore[union-attr]
            position = self._blanks.match(record, position + 1).end()  # type: ignore[union-attr]

    def _cell(self, match: re.Match[str]) -> str | None:
        quote, unescape, skips_blanks = self._dialect.quote, self._unescape, self._dialect.skips_blanks
        if match[3] is None:
            body = match[1].replace(quote * 2, quote)
            after = match[2].rstrip(" ") if skips_blanks else match[2]
            return (unescape.sub(r"\1", body) if unescape else body) + after
        text = match[3].rstrip(" ") if skips_blanks else match[3]
        if text in NULL_TEXTS:
            return None
        return unescape.sub(r"\1", text) if unescape else text
