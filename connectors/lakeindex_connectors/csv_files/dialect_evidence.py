"""Measure how well a dialect explains a sample of text: the evidence by which `dialect` chooses one."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, takewhile

BONUS = {"\t": 0.03, "|": 0.03, ";": 0.03, "#": 0.02, ",": 0.015}
"""Common delimiters, and the score added for each, which decides between equals."""
STRONG_ONLY = (":", "^", "~", "\x01", "\x1f")
"""Delimiters that are common inside cells: plausible only when every line agrees."""

_MAX_LINES = 500
_FEW_NOTES = 2
_SURE = 3
"""Delimiters on a line, more than prose has: below such lines, lines without a delimiter are taken for notes."""
_LEAST_BLOCK = 3
_MAX_BLOCKS = 6
_GROWING_SHARE = 0.95
_LOOKS_QUOTED = re.compile(r'(?:\A|[,;\t|#\n])"(?:(?:[^"]++|"")*+"|[^,;\t|#\n]+(?<="))(?=[,;\t|#\n]|\Z)')
_DECIMAL = re.compile(r"(?<=\d),(?=\d)")
_NUMBERS = re.compile(r"[-+]?[.,%\d]+")


@dataclass(frozen=True, slots=True)
class Dialect:
    """One way to write a delimited text; `quote` and `escape` are empty where there is none."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    """A backslash, or empty where a quote inside quotes is doubled."""
    skips_blanks: bool = False
    """Whether blanks around a delimiter belong to it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well a dialect explains a sample."""

    dialect: Dialect
    usual: int
    """Delimiters on most lines, 0 where the sample has none."""
    agreeing: int
    """Lines with that many."""
    share: float
    """Of the lines from the first such line on, notes below them left out."""
    start: int
    """Lines before that, which may be titles."""
    is_spaced: bool
    """Whether a blank follows most delimiters, as in prose; of blanks, whether they follow commas."""
    is_always_spaced: bool
    """Whether a blank follows every delimiter that doesn't end a line."""
    contradictions: int
    """Cells that contradict the dialect: a quote opens and never closes, or quotes surround a cell and mean nothing."""
    quoted: int
    """Cells in quotes."""
    is_doubled: bool
    """Whether quotes occur in pairs, too."""
    is_numeric: bool
    """Of blanks, whether many of the pieces between them are numbers."""
    is_inside: bool
    """Whether the delimiter seems to be part of the cells: a decimal comma, the hash of a colour."""

    @property
    def is_plausible(self) -> bool:
        """Whether the sample is a table under this dialect rather than text in which the delimiter occurs."""
        if self.dialect.delimiter == " ":
            return self._separates_by_blanks
        if self.dialect.delimiter in STRONG_ONLY:
            is_wide = self.usual >= 2 or (self.usual > 0 and self.dialect.delimiter != ":")
            return self.share == 1 and self.start == 0 and is_wide and self.agreeing >= 3
        if (not self.dialect.quote and self.is_contradicted) or (self.dialect.delimiter == "#" and self.is_inside):
            return False
        if self.start and (self.usual < 2 or self.agreeing < 2 or self._is_prose) and not self._is_quoted_throughout:
            return False
        needed = 0.5 if self.usual > 1 else 0.8 if self.is_spaced else 0.6
        return self.usual > 0 and self.share >= needed

    @property
    def is_contradicted(self) -> bool:
        """Whether cells contradict the dialect on half of the lines."""
        return self.contradictions * 2 >= self.agreeing

    @property
    def _is_prose(self) -> bool:
        """Whether the delimiters are those of sentences: blanks follow them, and their number varies among lines."""
        is_alike = self.share >= (0.9 if self.usual < 4 else 0.75) and self.agreeing >= 3
        return self.is_spaced and not (self.is_always_spaced and is_alike)

    @property
    def _is_quoted_throughout(self) -> bool:
        """Whether all agreeing lines have quoted cells, so that what separates these is the delimiter."""
        return (
            bool(self.dialect.quote) and self.agreeing >= 2 and self.quoted >= self.agreeing and not self.contradictions
        )

    @property
    def _separates_by_blanks(self) -> bool:
        """Whether blanks separate cells and not words: nearly all lines agree, and cells are quoted or numbers."""
        if self.share < 0.9 or self.agreeing < 3 or self.start > 2 or self.contradictions or self.is_spaced:
            return False
        if self.quoted >= self.agreeing:
            return self.usual > 0
        # Two words and a time make three pieces, too.
        is_plain = self.share == 1 and self.start == 0 and self.usual >= (2 if self.is_numeric or self.quoted else 3)
        return is_plain or (self.quoted > 0 and self.share == 1 and self.start == 0 and self.usual > 0)

    @property
    def score(self) -> float:
        """Return the share of lines that agree, plus small preferences that decide between equals."""
        preferences = (
            BONUS.get(self.dialect.delimiter, 0.0),
            0.002 * min(self.usual, 20),
            -0.05 * (self.is_spaced and not self.is_always_spaced),
            -0.01 * min(self.start, 10),
            -0.05 * self.is_inside,
            -0.01 * min(self.contradictions, 20),
            0.0 if self.dialect.quote == '"' and not self.dialect.escape else -0.001,
            -0.002 * self.dialect.skips_blanks,
            # Apostrophes around whole lines of cells are no accident, nor are doubled ones.
            0.003 * (self.dialect.quote == "'" and (self.is_doubled or self.quoted > self.agreeing * self.usual)),
        )
        return self.share + sum(preferences)


def measure_dialect(text: str, dialect: Dialect) -> Evidence:
    """Measure how consistently `dialect` splits the lines of a text, whose lines end in a line feed."""
    masked, contradictions, quoted = _without_quoted(text, dialect)
    if dialect.delimiter == " " and dialect.skips_blanks:
        masked = re.sub(" +", " ", masked)
    lines = [line for line in masked.split("\n", _MAX_LINES)[:_MAX_LINES] if _may_be_row(line, dialect)]
    counts = [line.count(dialect.delimiter) for line in lines]
    usual, agreeing = max(
        Counter(counts).items(),
        key=lambda item: (item[0] > 0, item[1], item[0] == counts[0], item[0]),
        default=(0, 0),
    )
    counts = _without_comments(lines, counts, usual)
    start = next(i for i, count in enumerate(counts) if count >= usual) if usual else 0
    ending = min(_count_notes(counts), agreeing + _FEW_NOTES) if usual >= _SURE and dialect.delimiter != " " else 0
    share = agreeing / (len(counts) - start - ending) if usual else 0.0
    if share < _GROWING_SHARE and _grows(counts):
        usual, start, share = counts[0], 0, _GROWING_SHARE
    is_doubled = quoted > 0 and dialect.quote * 2 in text
    spacing = _spacing(masked, dialect.delimiter)
    is_numeric = dialect.delimiter == " " and _has_numbers(lines)
    is_inside = _is_inside(masked, dialect.delimiter, start)
    return Evidence(
        dialect, usual, agreeing, share, start, *spacing, contradictions, quoted, is_doubled, is_numeric, is_inside
    )


def _without_comments(lines: list[str], counts: list[int], usual: int) -> list[int]:
    """Leave out the comments above a table, whatever they hold."""
    comments = sum(1 for _ in takewhile(lambda line: line.startswith("#"), lines))
    return [count for place, count in enumerate(counts) if place >= comments or count == usual]


def _grows(counts: list[int]) -> bool:
    """Return whether rows of one length follow on those of another in a few blocks: a program wrote other columns."""
    blocks = [len(list(block)) for _, block in groupby(counts)]
    is_blocky = 1 < len(blocks) <= _MAX_BLOCKS and min(blocks[:-1]) >= _LEAST_BLOCK
    return is_blocky and min(counts) > 0 and counts[0] == min(counts)


def _count_notes(counts: list[int]) -> int:
    """Count the last lines without a delimiter."""
    return sum(1 for _ in takewhile(lambda count: count == 0, reversed(counts)))


def _spacing(masked: str, delimiter: str) -> tuple[bool, bool]:
    """Return whether a blank follows most delimiters, and whether one follows all that don't end a line."""
    if delimiter == "\t":
        return False, False
    if delimiter == " ":
        return 2 * (masked.count(", ") + masked.count("; ")) > masked.count("\n"), False
    total, spaced = masked.count(delimiter), masked.count(delimiter + " ")
    ending = masked.count(delimiter + "\n") + masked.endswith(delimiter)
    return spaced * 2 > total, spaced > 1 and spaced == total - ending


def _has_numbers(lines: list[str]) -> bool:
    """Return whether a third of the pieces below the first line are made of digits."""
    pieces = [piece for line in lines[1:50] for piece in line.split(" ") if piece]
    return 3 * sum(_NUMBERS.fullmatch(piece) is not None for piece in pieces) >= len(pieces) > 0


def _is_inside(masked: str, delimiter: str, start: int) -> bool:
    """Return whether commas nearly always stand between digits and not in the first line, or hashes start cells."""
    if delimiter == ",":
        return start > 0 and len(_DECIMAL.findall(masked)) >= 0.9 * masked.count(",")
    if delimiter == "#":
        return sum(masked.count(other + "#") for other in BONUS if other != "#") >= 0.9 * masked.count("#")
    return False


def _may_be_row(line: str, dialect: Dialect) -> bool:
    """Return whether a line counts: it is neither empty nor a comment without a delimiter."""
    return bool(line.strip()) and not (line.startswith("#") and dialect.delimiter not in line)


def _without_quoted(text: str, dialect: Dialect) -> tuple[str, int, int]:
    """Replace every quoted cell by a letter; count the cells that contradict the dialect, and the quoted ones."""
    if (dialect.quote or '"') not in text:
        return text, 0, 0
    if not dialect.quote:
        return text, len(_LOOKS_QUOTED.findall(text)), 0
    quoted, opening = _quoted_patterns(dialect)
    masked, found = quoted.subn(r"\1x", text)
    return masked, len(opening.findall(masked)), found


@lru_cache(maxsize=64)
def _quoted_patterns(dialect: Dialect) -> tuple[re.Pattern[str], re.Pattern[str]]:
    delimiter, quote, escape = (re.escape(c) for c in (dialect.delimiter, dialect.quote, dialect.escape))
    escaped = rf"|{escape}." if escape else ""
    blanks = " *" if dialect.skips_blanks and dialect.delimiter != " " else ""
    before, after = rf"(\A|\n|{delimiter}{blanks})", rf"(?={blanks}(?:[{delimiter}\n]|\Z))"
    body = rf"(?:[^{quote}{escape}]++|{quote}{quote}{escaped})*+"
    return re.compile(rf"{before}{quote}{body}{quote}{after}", re.DOTALL), re.compile(rf"{before}{quote}")
