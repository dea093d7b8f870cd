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
_MAX_LINES = 1000


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
    score: float
    share: float
    """Lines with the usual number of cells, of those from the first such line on."""
    stray_quotes: int
    """Quotes at the start of a cell that don't close."""


def sniff_dialect(sample: str) -> Dialect:
    """Choose the dialect under which most lines have one and the same number of cells, above one if possible."""
    text = sample.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    candidates = [weigh(text, dialect) for dialect in _candidates(text)]
    believed = [evidence for evidence in candidates if evidence.score > 0]
    if not believed:
        return _single_column(text)
    return max(believed, key=lambda evidence: (evidence.score, -evidence.stray_quotes)).dialect


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
    masked, stray = _without_quoted(text, dialect)
    lines = [line for line in masked.split("\n", _MAX_LINES)[:_MAX_LINES] if line.strip()]
    counts = [line.count(dialect.delimiter) for line in lines]
    usual, frequency = max(Counter(counts).items(), key=lambda item: (item[0] > 0, item[1], item[0]), default=(0, 0))
    if not usual:
        return Evidence(dialect, 0.0, 0.0, stray)
    start = counts.index(usual)
    share = frequency / (len(counts) - start)
    is_spaced = masked.count(dialect.delimiter + " ") * 2 > masked.count(dialect.delimiter)
    if not _is_believable(dialect.delimiter, usual, share, start, is_spaced, len(counts)):
        return Evidence(dialect, 0.0, share, stray)
    bonus = _BONUS.get(dialect.delimiter, 0.0) + 0.002 * min(usual, 20) - 0.05 * is_spaced - 0.01 * min(start, 10)
    preference = 0.0 if dialect.quote == '"' and not dialect.escape else -0.001
    return Evidence(dialect, share + bonus + preference - 0.01 * min(stray, 20), share, stray)


def _is_believable(delimiter: str, usual: int, share: float, start: int, is_spaced: bool, lines: int) -> bool:
    if delimiter in _STRONG_ONLY:
        return share == 1 and start == 0 and usual >= 2 and lines >= 3
    if start and (usual < 2 or is_spaced):
        return False
    return share >= (0.8 if usual == 1 else 0.5)


def _without_quoted(text: str, dialect: Dialect) -> tuple[str, int]:
    """Replace every quoted cell by a letter; count the quotes left at the start of a cell."""
    if not dialect.quote or dialect.quote not in text:
        return text, 0
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
