"""Kinds of characters and simple case, defined alike for DuckDB and Python."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from functools import lru_cache


class Kind(Enum):
    """A kind of characters, of which a text has runs."""

    LETTERS = "letters"
    DIGITS = "digits"
    WORD = "letters and digits"

    @property
    def characters(self) -> str:
        """Return the inside of a character class of RE2."""
        return {Kind.LETTERS: r"\p{L}\p{M}", Kind.DIGITS: "0-9", Kind.WORD: r"\p{L}\p{M}0-9"}[self]

    def has(self, character: str) -> bool:
        """Return whether a character is of the kind."""
        if "0" <= character <= "9":
            return self is not Kind.LETTERS
        return self is not Kind.DIGITS and is_letter(character)

    def runs(self, text: str) -> list[tuple[int, int]]:
        """Return where the longest runs of the kind start and end in a text."""
        return _runs(self, text)


@lru_cache(maxsize=1 << 16)
def is_letter(character: str) -> bool:
    """Return whether a character is a letter, or a mark that belongs to one."""
    return unicodedata.category(character)[0] in "LM"


@lru_cache(maxsize=4096)
def _runs(kind: Kind, text: str) -> list[tuple[int, int]]:
    if text.isascii():
        return [match.span() for match in _ASCII[kind].finditer(text)]
    runs: list[tuple[int, int]] = []
    start = -1
    for position, character in enumerate(text):
        if kind.has(character):
            start = position if start < 0 else start
        elif start >= 0:
            runs.append((start, position))
            start = -1
    return [*runs, (start, len(text))] if start >= 0 else runs


_ASCII = {
    Kind.LETTERS: re.compile("[A-Za-z]+"),
    Kind.DIGITS: re.compile("[0-9]+"),
    Kind.WORD: re.compile("[A-Za-z0-9]+"),
}


def lowered(text: str) -> str:
    """Write in lower case, one character for each."""
    return text.lower() if text.isascii() else "".join(character.lower()[0] for character in text)


def uppered(text: str) -> str:
    """Write in upper case, one character for each; those without a single upper-case one stay."""
    return text.upper() if text.isascii() else "".join(_UPPER.get(one) or _single_upper(one) for one in text)


_UPPER = {"ß": "ẞ"}


def _single_upper(character: str) -> str:
    upper = character.upper()
    return upper if len(upper) == 1 else character


def stripped(text: str) -> str:
    """Strip spaces of every width from both ends, and no other blanks, as `trim` does in DuckDB."""
    if text.isascii():
        return text.strip(" ")
    start, end = 0, len(text)
    while start < end and unicodedata.category(text[start]) == "Zs":
        start += 1
    while end > start and unicodedata.category(text[end - 1]) == "Zs":
        end -= 1
    return text[start:end]


def without_accents(text: str) -> str:
    """Strip the marks from letters."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(one for one in decomposed if unicodedata.category(one)[0] != "M"))


def literal(text: str) -> str:
    """Write a text as SQL."""
    # So that a text that contains VALUE is not taken for a placeholder.
    return "'" + text.replace("'", "''").replace("{value}", "{' || 'value}") + "'"
