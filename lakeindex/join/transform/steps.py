"""Steps that cut a piece out of a text: each as SQL, as a function and in words.

After the language of FlashFill (Gulwani, POPL 2011) and the units of CST (Nobari and Rafiei, 2022). A step never
yields an empty text: it yields nothing, and then the whole program does not apply.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from lakeindex.join.transform.characters import Kind, literal, stripped


class Step(Protocol):
    """Turns a text into another one, or into nothing."""

    @property
    def size(self) -> float:
        """The complexity of the step: of programs with the same outputs, the simplest is taken."""

    def sql(self, value: str) -> str:
        """Write it as DuckDB SQL of a value that is SQL itself."""

    def on(self, text: str) -> str | None:
        """Apply the step to a text."""

    def describe(self, of: str) -> str:
        """Describe in words what it takes of a text that is itself described."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Split by a separator and take the parts from `first` to `last`, 1-based, negative from the end; trimmed.

    Repeated blanks count as one separator.
    """

    separator: str
    first: int
    last: int

    @property
    def size(self) -> float:
        """The complexity of the step."""
        span = 0.0 if self.first == self.last else 0.1
        return 0.2 + span + 0.02 * (abs(self.first) - 1) + (0.01 if self.first < 0 else 0)

    def sql(self, value: str) -> str:
        """Write it as DuckDB SQL."""
        separator = literal(self.separator)
        if self.separator == " ":
            value = f"regexp_replace({value}, ' +', ' ', 'g')"
        if self.first == self.last:
            return f"nullif(trim(split_part({value}, {separator}, {self.first})), '')"
        parts = f"string_split({value}, {separator})[{self.first}:{self.last}]"
        return f"nullif(trim(array_to_string({parts}, {separator})), '')"

    def on(self, text: str) -> str | None:
        """Apply the step to a text."""
        if self.separator == " ":
            text = re.sub(" +", " ", text)
        parts = text.split(self.separator)
        count = len(parts)
        if self.first == self.last:
            inside = -count <= self.first < 0 or 0 < self.first <= count
            return stripped(parts[self.first - (self.first > 0)]) or None if inside else None
        start = self.first - 1 if self.first > 0 else max(0, count + self.first)
        end = self.last if self.last > 0 else max(0, count + self.last + 1)
        return stripped(self.separator.join(parts[start:end])) or None

    def describe(self, of: str) -> str:
        """Describe in words what it takes."""
        noun = "word" if self.separator == " " else "part"
        between = "" if self.separator == " " else f" between {quoted(self.separator)}"
        if (self.first, self.last) == (1, 1) and noun == "part":
            return f"what comes before the first {quoted(self.separator)}" + _of(of)
        if (self.first, self.last) == (-1, -1) and noun == "part":
            return f"what comes after the last {quoted(self.separator)}" + _of(of)
        if self.first == self.last:
            return _counted(noun, self.first) + between + _of(of)
        return f"{_counted(noun, self.first)} to {_counted(noun, self.last)}{between}{_of(of)}"


@dataclass(frozen=True, slots=True)
class Run:
    """Take the n-th longest run of one kind of characters, 1-based, negative from the end."""

    kind: Kind
    number: int

    @property
    def size(self) -> float:
        """The complexity of the step."""
        mixed = 0.01 if self.kind is Kind.WORD else 0.0
        return 0.25 + mixed + 0.02 * (abs(self.number) - 1) + (0.01 if self.number < 0 else 0)

    def sql(self, value: str) -> str:
        """Write it as DuckDB SQL."""
        pattern = f"'[{self.kind.characters}]+'"
        if self.number == 1:
            return f"nullif(regexp_extract({value}, {pattern}), '')"
        return f"regexp_extract_all({value}, {pattern})[{self.number}]"

    def on(self, text: str) -> str | None:
        """Apply the step to a text."""
        runs = self.kind.runs(text)
        if abs(self.number) > len(runs):
            return None
        start, end = runs[self.number - (self.number > 0)]
        return text[start:end]

    def describe(self, of: str) -> str:
        """Describe in words what it takes."""
        noun = {Kind.LETTERS: "run of letters", Kind.DIGITS: "number", Kind.WORD: "run of letters and digits"}
        return _counted(noun[self.kind], self.number) + _of(of)


@dataclass(frozen=True, slots=True)
class Span:
    """Take the characters from a position on, 1-based, negative from the end; `length` of them, or all that follow."""

    start: int
    length: int | None

    @property
    def size(self) -> float:
        """The complexity of the step."""
        return 0.3 if self.start in (1, -(self.length or 0)) else 0.5

    def sql(self, value: str) -> str:
        """Write it as DuckDB SQL."""
        length = "" if self.length is None else f", {self.length}"
        return f"nullif(substr({value}, {self.start}{length}), '')"

    def on(self, text: str) -> str | None:
        """Apply the step to a text."""
        begin = self.start - 1 if self.start > 0 else len(text) + self.start
        end = len(text) if self.length is None else max(0, begin + self.length)
        return text[max(0, begin) : end] or None

    def describe(self, of: str) -> str:
        """Describe in words what it takes."""
        if self.length is None:
            return f"everything from character {self.start} on" + _of(of)
        number = "character" if self.length == 1 else f"{self.length} characters"
        if self.start == 1:
            return f"first {number}" + _of(of)
        if self.start == -self.length:
            return f"last {number}" + _of(of)
        end = f" from the end{_of(of)}" if self.start < 0 else _of(of)
        return f"{number} from position {abs(self.start)}{end}"


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep one kind of characters only."""

    kind: Kind

    @property
    def size(self) -> float:
        """The complexity of the step."""
        return 0.3

    def sql(self, value: str) -> str:
        """Write it as DuckDB SQL."""
        return f"nullif(regexp_replace({value}, '[^{self.kind.characters}]', '', 'g'), '')"

    def on(self, text: str) -> str | None:
        """Apply the step to a text."""
        return "".join(one for one in text if self.kind.has(one)) or None

    def describe(self, of: str) -> str:
        """Describe in words what it takes."""
        return f"only the {self.kind.value}{_of(of)}"


def _counted(noun: str, number: int) -> str:
    if number == -1:
        return f"last {noun}"
    return f"{noun} {number}" if number > 0 else f"{noun} {-number} from the end"


def _of(of: str) -> str:
    return f" of {of}" if of else ""


def quoted(text: str) -> str:
    """Put a text in quotes, for people."""
    return '"' + text + '"'
