"""Decide whether names taken from a row can only be names: where they may be cells, they must not be kept as names.

`names_columns` decides how a file is read, and takes a row of texts above texts for a header. That is right for most
files and no evidence: the first person of a list without a header would name a column. Here a row has to show that it
is a header, and each of its cells that it is no value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lakeindex_connectors.csv_files.values import MISSING, is_typed, is_value
from lakeindex_connectors.header_words import HEADER_WORDS, JOINING_WORDS

Cells = Sequence[str | None]

IN_DOUBT = "the header is in doubt: {count} of {total} columns go by their place; --header yes takes it for names"
_WORDS = re.compile(r"[^\W\d_]+|&")
_CAMEL = re.compile(r"(?<=[a-z\d])(?=[A-Z])")
_IDENTIFIER = re.compile(r"_?[A-Za-z]\w*_\w+|[a-z]+(?:[A-Z][a-z\d]*)+")
_DATA = re.compile(r"@|://|^\s*[\d+(#]|^[\da-fA-F-]{16,}$|[.!?;]\s+\S")
_MARKERS = MISSING | frozenset(
    (
        *("unknown", "withheld", "suppressed", "withdrawn", "redacted", "confidential", "pending", "tbd", "tba"),
        *("not available", "not applicable", "not known", "no data", "not reported", "not given", "unspecified"),
        *("other", "total", "undisclosed", "unbekannt", "inconnu", "desconocido", "sconosciuto"),
    )
)
"""What stands for a value that isn't given, in lower case."""
_MOST_CHARACTERS, _MOST_WORDS = 64, 8
_LEAST_VALUES = 3
_LEAST_PREFIX = 4
"""Characters that all values of a column start with: a cell that does so, too, is one of them."""
_WORD, _TYPED, _IDENTIFIED, _CONTRAST, _AGAINST = 1.5, 1.0, 1.0, 0.75, 1.0
_LEAST_SUM, _LEAST_MEAN = 1.5, 0.5


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A row that was taken for a header, beside the columns below it."""

    names: Cells
    columns: Sequence[Cells]
    """The cells below each name, as far as they were looked at."""
    is_first: bool = True
    """Whether it is the first line of a header; numbers below show nothing of a second, which may be the first row."""

    def certain(self) -> list[bool]:
        """Return which cells are names beyond doubt; none is where the row itself doesn't show that it is a header."""
        seen = {_folded(cell) for column in self.columns for cell in column if cell}
        suspect = [_is_suspect(name, column, seen) for name, column in zip(self.names, self.columns, strict=True)]
        filled = [place for place, name in enumerate(self.names) if name and name.strip()]
        evidence = {_folded(self.names[place]): 0.0 for place in filled}
        # A marker above numbers differs from them as a name does: where another cell is a value, it may be one, too.
        by_values = self.is_first and not any(map(_is_one_of, self.names, self.columns))
        for place in filled:
            name = self.names[place] or ""
            weight = -_AGAINST if suspect[place] else _evidence(name, self.columns[place], by_values)
            evidence[_folded(name)] = max(evidence[_folded(name)], weight)
        is_header = sum(evidence.values()) >= max(_LEAST_SUM, _LEAST_MEAN * len(filled))
        return [is_header and not one for one in suspect]


def certain_names(names: Cells, columns: Sequence[Cells], is_first: bool = True) -> list[str | None]:
    """Return the names that can only be names, None in place of each other one."""
    certain = NamedRow(names, columns, is_first).certain()
    return [name if is_certain else None for name, is_certain in zip(names, certain, strict=True)]


def doubt_about(before: Cells, after: Cells) -> tuple[str, ...]:
    """Return the remark on names that were taken away; none where none was."""
    taken = sum(bool(one) and not other for one, other in zip(before, after, strict=True))
    return (IN_DOUBT.format(count=taken, total=len(before)),) if taken else ()


def looks_like_data(text: str) -> bool:
    """Return whether a text is a value rather than a name by its form: a number, a date, an address, a sentence."""
    digits, letters = (sum(map(test, text)) for test in (str.isdigit, str.isalpha))
    is_long = len(text) > _MOST_CHARACTERS or len(text.split()) > _MOST_WORDS
    return is_value(text) or not letters or digits > letters or is_long or _DATA.search(text) is not None


def _is_suspect(name: str | None, column: Cells, seen: set[str]) -> bool:
    """Return whether a cell looks like data, is written as those below it, or is a value of any column."""
    if not name or not name.strip():
        return False
    folded = _folded(name)
    if folded in _MARKERS or folded in seen or looks_like_data(name):
        return True
    values = [cell.strip() for cell in column if cell and cell.strip()]
    if len(values) < _LEAST_VALUES:
        return False
    is_alike = all(value[:_LEAST_PREFIX] == name.strip()[:_LEAST_PREFIX] for value in values)
    shapes = set(map(_shape, values))
    is_marked = len(shapes) == 1 and not next(iter(shapes)).isalpha()
    return is_alike or (is_marked and _shape(name) in shapes)


def _is_one_of(name: str | None, column: Cells) -> bool:
    """Return whether a cell is a value like those of its own column: data above nothing but data, or one of them."""
    values = [cell for cell in column if cell and cell.strip()]
    if not name or not name.strip() or not values:
        return False
    is_alike = looks_like_data(name) and all(map(looks_like_data, values))
    return is_alike or _folded(name) in map(_folded, values)


def _evidence(name: str, column: Cells, by_values: bool) -> float:
    """Return how much a cell shows that its row is a header: by itself and, `by_values`, unlike what is below."""
    evidence = 0.0
    words = [word.lower() for word in _WORDS.findall(_CAMEL.sub(" ", name))]
    known = [word in HEADER_WORDS for word in words]
    is_identifier = _IDENTIFIER.fullmatch(name.strip()) is not None
    values = [cell for cell in column if cell and cell.strip()]
    is_unlike = is_identifier and not any(_IDENTIFIER.fullmatch(value.strip()) for value in values)
    if any(known) and (is_unlike or all(map(_is_of_a_name, words))):
        evidence += _WORD
    if is_unlike:
        evidence += _IDENTIFIED
    if not by_values:
        return evidence
    if is_typed(column):
        evidence += _TYPED
    elif len(values) >= _LEAST_VALUES and not _has_digit(name) and all(map(_has_digit, values)):
        evidence += _CONTRAST
    return evidence


def _is_of_a_name(word: str) -> bool:
    return word in HEADER_WORDS or word in JOINING_WORDS


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _folded(cell: str | None) -> str:
    return " ".join((cell or "").casefold().split())


def _shape(text: str) -> str:
    """Write runs of letters as `a` and each digit as `0`: `AB-12` is `a-00`."""
    return re.sub(r"\d", "0", re.sub(r"[^\W\d_]+", "a", text.strip()))
