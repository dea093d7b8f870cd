"""How a delimited text is written: its delimiter, quote and escape, guessed from a sample."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_BONUS = {"\t": 0.03, "|": 0.03, ";": 0.03, "#": 0.02, ",": 0.015}
_STRONG_ONLY = (":", "^", "~", "\x01", "\x1f")
"""Delimiters that are common inside cells: believed only when every line agrees."""
_MAX_LINES = 500
_LOOKS_QUOTED = re.compile(r'(?:\A|[,;\t|#\n])"(?:[^"]++|"")*+"(?=[,;\t|#\n]|\Z)')


@dataclass(frozen=True, slots=True)
class Dialect:
    """One way to write a delimited text; `quote` and `escape` are empty where there is none."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    """A backslash, or empty where a quote inside quotes is doubled."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well a dialect explains a sample."""

    dialect: Dialect
    usual: int
    """Delimiters on most lines, 0 where the sample has none."""
    agreeing: int
    """Lines with that many."""
    share: float
    """Of the lines from the first such line on."""
    start: int
    """Lines before that, which may be titles."""
    is_spaced: bool
    """Whether a blank follows most delimiters, as in prose."""
    doubts: int
    """Cells that look otherwise: a quote opens and never closes, or quotes are around a cell and mean nothing."""

    @property
    def is_believable(self) -> bool:
        """Whether the sample is a table under this dialect rather than text in which the delimiter occurs."""
        if self.dialect.delimiter in _STRONG_ONLY:
            return self.share == 1 and self.start == 0 and self.usual >= 2 and self.agreeing >= 3
        if not self.dialect.quote and self.doubts * 2 >= self.agreeing:
            return False
        if self.start and (self.usual < 2 or self.agreeing < 2 or self.is_spaced):
            return False
        needed = 0.5 if self.usual > 1 else 0.8 if self.is_spaced else 0.6
        return self.usual > 0 and self.share >= needed

    @property
    def score(self) -> float:
        """The share of lines that agree, with small preferences that decide between equals."""
        preferences = (
            _BONUS.get(self.dialect.delimiter, 0.0),
            0.002 * min(self.usual, 20),
            -0.05 * self.is_spaced,
            -0.01 * min(self.start, 10),
            -0.01 * min(self.doubts, 20),
            0.0 if self.dialect.quote == '"' and not self.dialect.escape else -0.001,
        )
        return self.share + sum(preferences)


def sniff_dialect(sample: str) -> Dialect:
    """Choose the dialect under which most lines have one and the same number of cells, above one if possible."""
    text = sample.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    candidates = (weigh(text, dialect) for dialect in _candidates(text))
    believed = [evidence for evidence in candidates if evidence.is_believable]
    return max(believed, key=lambda evidence: evidence.score).dialect if believed else _single_column(text)


def _single_column(text: str) -> Dialect:
    """Fall back to a delimiter that doesn't occur, so that every line is one cell."""
    return Dialect(next((c for c in (",", "\t", "|", ";", "\x1f") if c not in text), "\x1e"))


def _candidates(text: str) -> Iterator[Dialect]:
    for delimiter in (*_BONUS, *_STRONG_ONLY):
        if delimiter in text:
            yield Dialect(delimiter)
            if '"' in text:
                yield Dialect(delimiter, quote="")
                if '\\"' in text:
                    yield Dialect(delimiter, escape="\\")
            if "'" in text and _opens_with_apostrophes(text, delimiter):
                yield Dialect(delimiter, quote="'", escape="\\" if "\\'" in text else "")


def _opens_with_apostrophes(text: str, delimiter: str) -> bool:
    """Tell whether a line consists of cells in apostrophes, which words like 'tis don't."""
    cell = "'[^']*'"
    line = rf"^(?:{cell}{re.escape(delimiter)})+{cell}$"
    return re.search(line, text, re.MULTILINE) is not None


def weigh(text: str, dialect: Dialect) -> Evidence:
    """Measure how consistently `dialect` splits the lines of a text, whose lines end in a line feed."""
    masked, doubts = _without_quoted(text, dialect)
    lines = [line for line in masked.split("\n", _MAX_LINES)[:_MAX_LINES] if _may_be_row(line, dialect)]
    counts = [line.count(dialect.delimiter) for line in lines]
    usual, agreeing = max(
        Counter(counts).items(),
        key=lambda item: (item[0] > 0, item[1], item[0] == counts[0], item[0]),
        default=(0, 0),
    )
    start = next(i for i, count in enumerate(counts) if count >= usual) if usual else 0
    share = agreeing / (len(counts) - start) if usual else 0.0
    is_spaced = masked.count(dialect.delimiter + " ") * 2 > masked.count(dialect.delimiter)
    return Evidence(dialect, usual, agreeing, share, start, is_spaced, doubts)


def _may_be_row(line: str, dialect: Dialect) -> bool:
    """Tell whether a line counts; an empty one doesn't, nor a comment without any delimiter."""
    return bool(line.strip()) and not (line.startswith("#") and dialect.delimiter not in line)


def _without_quoted(text: str, dialect: Dialect) -> tuple[str, int]:
    """Replace every quoted cell by a letter; count the cells that speak against the dialect."""
    if (dialect.quote or '"') not in text:
        return text, 0
    if not dialect.quote:
        return text, len(_LOOKS_QUOTED.findall(text))
    quoted, opening = _quoted_patterns(dialect)
    masked = quoted.sub(r"\1x", text)
    return masked, len(opening.findall(masked))


@lru_cache(maxsize=64)
def _quoted_patterns(dialect: Dialect) -> tuple[re.Pattern[str], re.Pattern[str]]:
    delimiter, quote, escape = (re.escape(c) for c in (dialect.delimiter, dialect.quote, dialect.escape))
    escaped = rf"|{escape}." if escape else ""
    before, after = rf"(\A|[{delimiter}\n])", rf"(?=[{delimiter}\n]|\Z)"
    body = rf"(?:[^{quote}{escape}]++|{quote}{quote}{escaped})*+"
    return re.compile(rf"{before}{quote}{body}{quote}{after}", re.DOTALL), re.compile(rf"{before}{quote}")
