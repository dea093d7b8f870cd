"""Steps that rewrite a text: its letters, leading zeros and separators."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from lakeindex.join.transform.characters import literal, lowered, uppered, without_accents
from lakeindex.join.transform.steps import quoted


@dataclass(frozen=True, slots=True)
class Replace:
    """Replace one text by another wherever it occurs; an empty one removes it."""

    old: str
    new: str

    @property
    def size(self) -> float:
        """The complexity of the step."""
        return 0.3

    def sql(self, value: str) -> str:
        """Write it as DuckDB SQL."""
        return f"nullif(replace({value}, {literal(self.old)}, {literal(self.new)}), '')"

    def on(self, text: str) -> str | None:
        """Apply the step to a text."""
        return text.replace(self.old, self.new) or None

    def describe(self, of: str) -> str:
        """Describe in words what it does."""
        what = of or "the value"
        if not self.new:
            return f"{what} without {quoted(self.old)}"
        return f"{what} with {quoted(self.new)} for {quoted(self.old)}"


class Letters(Enum):
    """How letters are written."""

    LOWER = "lower case"
    UPPER = "upper case"
    TITLE = "title case"
    PLAIN = "plain letters"
    """Without accents."""


@dataclass(frozen=True, slots=True)
class Write:
    """Write the letters in one case, or without accents; title case starts each word after a blank with a capital."""

    letters: Letters

    @property
    def size(self) -> float:
        """The complexity of the step."""
        return 0.1

    def sql(self, value: str) -> str:
        """Write it as DuckDB SQL."""
        if self.letters is Letters.TITLE:
            words = f"string_split(lower({value}), ' ')"
            return f"array_to_string(list_transform({words}, lambda word: upper(word[1]) || word[2:]), ' ')"
        return {Letters.LOWER: "lower", Letters.UPPER: "upper", Letters.PLAIN: "strip_accents"}[self.letters] + (
            f"({value})"
        )

    def on(self, text: str) -> str | None:
        """Apply the step to a text."""
        if self.letters is Letters.TITLE:
            return " ".join(uppered(word[:1]) + word[1:] for word in lowered(text).split(" "))
        return {Letters.LOWER: lowered, Letters.UPPER: uppered, Letters.PLAIN: without_accents}[self.letters](text)

    def describe(self, of: str) -> str:
        """Describe in words what it does."""
        return f"{of or 'the value'} in {self.letters.value}"


@dataclass(frozen=True, slots=True)
class Pad:
    """Fill up with zeros on the left to a width."""

    width: int

    @property
    def size(self) -> float:
        """The complexity of the step."""
        return 0.3

    def sql(self, value: str) -> str:
        """Write it as DuckDB SQL."""
        return f"lpad({value}, CAST(greatest({self.width}, length({value})) AS INTEGER), '0')"

    def on(self, text: str) -> str | None:
        """Apply the step to a text."""
        return text.rjust(self.width, "0")

    def describe(self, of: str) -> str:
        """Describe in words what it does."""
        return f"{of or 'the value'} with zeros to {self.width} digits"


@dataclass(frozen=True, slots=True)
class Unpad:
    """Strip the leading zeros of a number, but not its last digit."""

    @property
    def size(self) -> float:
        """The complexity of the step."""
        return 0.3

    def sql(self, value: str) -> str:
        """Write it as DuckDB SQL."""
        return rf"regexp_replace({value}, '^0+([0-9])', '\1')"

    def on(self, text: str) -> str | None:
        """Apply the step to a text."""
        return re.sub("^0+([0-9])", r"\1", text)

    def describe(self, of: str) -> str:
        """Describe in words what it does."""
        return f"{of or 'the value'} without leading zeros"
