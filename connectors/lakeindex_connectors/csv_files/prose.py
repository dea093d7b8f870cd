"""Tell a text for people, such as a README.txt, from a table: both may end with .txt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

_MOST_BYTES, _MOST_LINES = 1 << 16, 400
_DELIMITERS = "\t|;,"
_REGULAR = 0.8
"""The share of the lines of a table that have the same number of delimiters, at least."""
_FOR_PEOPLE = re.compile(
    r"(about|authors|changelog|changes|contributing|copying|copyright|credits|disclaimer|faq|help|history|howto|info|"
    r"install|leame|lesenmich|licen[cs]e|lisezmoi|manual|notes|notice|readme|terms|todo)(?![a-z])",
    re.IGNORECASE,
)
"""How names of files begin that are written for people."""
_ALIGNED = re.compile(r"\S {2,}\S")
_SENTENCE_END = re.compile(r"[.!?:;][\"')\]]*$")


def is_prose(name: str, head: bytes) -> bool:
    """Return whether the beginning of a .txt file is running text; what may well be a column of texts is none.

    Lines of a text go on in the next one, or stand in paragraphs; of a file that is called as those for people are, it
    is enough that they are no values.
    """
    text = head[:_MOST_BYTES].decode("utf-8", "replace")
    every = text.splitlines()[:_MOST_LINES]
    lines = [line.strip() for line in every if line.strip()]
    if not lines or "\0" in text:
        return False
    if _FOR_PEOPLE.match(name):  # where a comma with a blank behind it delimits nothing
        return not _is_delimited([line.replace(", ", " ") for line in lines]) and _has_sentences(lines, 2, 0.6)
    return (
        not _is_delimited(lines)
        and not _is_aligned(lines)
        and _has_sentences(lines, 5, 0.75)
        and _is_continuous(every, lines)
    )


def _is_delimited(lines: Sequence[str]) -> bool:
    """Return whether most lines have the same number of delimiters."""
    for delimiter in _DELIMITERS:
        [(count, times)] = Counter(line.count(delimiter) for line in lines).most_common(1)
        if count and times >= _REGULAR * len(lines) and len(lines) > 1:
            return True
    return False


def _is_aligned(lines: Sequence[str]) -> bool:
    """Return whether the lines look like columns that stand below each other."""
    return sum(_ALIGNED.search(line) is not None for line in lines) >= len(lines) / 2


def _has_sentences(lines: Sequence[str], words: int, letters: float) -> bool:
    """Return whether the lines are of words: so many each, and letters and blanks to such a share."""
    plain = sum(one.isalpha() or one.isspace() for line in lines for one in line)
    return median(len(line.split()) for line in lines) >= words and plain >= letters * sum(map(len, lines))


def _is_continuous(every: Sequence[str], lines: Sequence[str]) -> bool:
    """Return whether sentences go on from line to line, or paragraphs stand apart."""
    goes_on = sum(line[0].islower() and not _SENTENCE_END.search(before) for before, line in pairwise(lines))
    gaps = sum(not line.strip() for line in every)
    ends = sum(_SENTENCE_END.search(line) is not None for line in lines)
    return goes_on >= 0.2 * len(lines) or (gaps >= 0.1 * len(lines) and ends >= 0.2 * len(lines))
