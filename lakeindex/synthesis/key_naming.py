"""Draw names of tables, keys and the columns that refer to them, as databases have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from lakeindex.types.names import words_of

_ROLES = (
    "home", "away", "from", "to", "source", "target", "primary", "origin", "destination", "billing", "shipping",
    "first", "second", "main", "owner", "winner", "loser", "sender", "receiver", "current", "previous", "local",
)  # fmt: skip
_OTHERS = (
    "manager", "head", "owner", "leader", "author", "created by", "updated by", "responsible", "contact", "operator",
    "sponsor", "supplier", "assigned to", "approved by", "used by", "belongs to", "member of", "located in", "category",
    "type", "kind", "group", "unit", "status", "class", "base", "location", "place", "item", "subject",
)  # fmt: skip
ABOVE = (
    "parent", "manager", "reports to", "supervisor", "previous", "next", "super", "replaces", "part of", "boss",
    "successor", "original", "root", "higher", "derived from", "evolves from", "based on", "contained in",
)  # fmt: skip
MEASURES = (
    "quantity", "rank", "count", "age", "capacity", "rating", "score", "level", "position", "priority", "points",
    "size", "number of items", "floor", "hours", "days", "version", "credits", "grade", "stars", "round", "week",
    "amount",
)  # fmt: skip
_SUFFIXES, _SUFFIX_WEIGHTS = (
    ("id", "code", "no", "number", "key", "num", "uid"),
    (0.72, 0.08, 0.06, 0.04, 0.06, 0.02, 0.02),
)


class Case(StrEnum):
    """How the words of a name are written together."""

    SNAKE = "snake"
    CAMEL = "camel"
    PASCAL = "pascal"
    UPPER = "upper"
    SPACED = "spaced"
    TITLE_SNAKE = "title snake"

    def write(self, words: str) -> str:
        """Write words as one name."""
        parts = words.split() or ["x"]
        if self is Case.SNAKE:
            return "_".join(parts)
        if self is Case.UPPER:
            return "_".join(parts).upper()
        if self is Case.SPACED:
            return " ".join(parts)
        titles = [part.upper() if part == "id" and len(parts) == 1 else part.capitalize() for part in parts]
        if self is Case.TITLE_SNAKE:
            return "_".join(titles)
        return "".join(titles if self is Case.PASCAL else [parts[0], *titles[1:]])


@dataclass(frozen=True, slots=True)
class KeyNaming:
    """How one database names its keys."""

    rng: np.random.Generator
    case: Case
    suffix: str
    """By which keys are told: `id` in `customer_id`."""
    is_bare: bool
    """Whether a key is `id` alone in its own table."""
    same: float
    """How often what refers to a key is called as the key, where that names its table."""
    has_prefixes: bool
    """Whether columns are called with the initials of their table before them."""

    @classmethod
    def draw(cls, rng: np.random.Generator) -> KeyNaming:
        """Draw a way of naming."""
        case = rng.choice(list(Case), p=[0.4, 0.14, 0.16, 0.1, 0.05, 0.15])
        suffix = str(rng.choice(_SUFFIXES, p=_SUFFIX_WEIGHTS))
        return cls(
            rng,
            Case(str(case)),
            suffix,
            is_bare=bool(rng.random() < 0.45),
            same=float(rng.choice([0.6, 0.8, 0.95])),
            has_prefixes=bool(rng.random() < 0.07),
        )

    def stem_of(self, name: str) -> str:
        """Return what the rows of a table are called, from its name, in one or two words."""
        words = [word for word in words_of(name).split() if not word.isdigit() and len(word) > 1] or ["item"]
        kept = words[-int(self.rng.choice([1, 1, 2])) :]
        last = kept[-1]
        return " ".join([*kept[:-1], last[:-1] if last.endswith("s") and len(last) > 3 else last])

    def table(self, stem: str) -> str:
        """Return a table's name from its stem."""
        draw = self.rng.random()
        plural = stem if stem.endswith("s") else (stem[:-1] + "ies" if stem.endswith("y") else stem + "s")
        words = plural if draw < 0.5 else stem
        prefix = str(self.rng.choice(["dim", "tbl", "ref", "t"])) + " " if self.rng.random() < 0.05 else ""
        return self.case.write(prefix + words)

    def key(self, stem: str) -> str:
        """Return the words of a table's own key."""
        return self.suffix if self.is_bare else f"{stem} {self.suffix}"

    def reference(self, stem: str, key: str) -> str:
        """Return the words of a column that refers to the key of a table."""
        full = key if stem in key else f"{stem} {self.suffix if self.suffix in key.split() else key}"
        draw = self.rng.random()
        if draw < self.same:
            return full
        ways = (
            f"{self._one(_ROLES)} {full}" if self.rng.random() < 0.7 else f"{self._one(_OTHERS)} {full}",
            stem,
            f"{self._one(_OTHERS)} {self.suffix}",
            self._one(_OTHERS),
            f"{self.short(stem)} {self.suffix}",
            f"fk {full}",
            f"{self._one(_ROLES)} {stem}",
            key if stem in key else stem,
        )
        return ways[int(self.rng.choice(len(ways), p=[0.25, 0.2, 0.15, 0.12, 0.08, 0.04, 0.08, 0.08]))]

    def above(self, stem: str, key: str) -> str:
        """Return the words of a column that refers to a row of its own table."""
        return str(
            self.rng.choice([f"{self._one(ABOVE)} {one}" for one in (key, self.suffix, stem)] + [self._one(ABOVE)])
        )

    def short(self, stem: str) -> str:
        """Shorten a stem."""
        letters = stem.replace(" ", "")
        vowelless = letters[:1] + "".join(letter for letter in letters[1:] if letter not in "aeiou")
        return str(self.rng.choice([letters[:3], letters[:4], vowelless]))

    def recased(self, name: str) -> str:
        """Write the name of a column as this database does."""
        return self.case.write(words_of(name))

    def _one(self, words: Sequence[str]) -> str:
        return str(self.rng.choice(words))
