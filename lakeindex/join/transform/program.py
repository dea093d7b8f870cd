"""A string program: a concatenation of constants and of pieces of the value."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from lakeindex.join.transform.characters import literal, stripped
from lakeindex.join.transform.dates import Redate
from lakeindex.join.transform.rewrites import Pad, Unpad
from lakeindex.join.transform.steps import Step


@dataclass(frozen=True, slots=True)
class Constant:
    """The same text for every value."""

    text: str


@dataclass(frozen=True, slots=True)
class Extract:
    """The result of steps, applied to the value one after the other; without steps, the trimmed value itself."""

    steps: tuple[Step, ...]


Piece = Constant | Extract


@dataclass(frozen=True, slots=True)
class Program:
    """Turns a text into the concatenation of its pieces, or into None where one of them is None.

    At least one piece is of the value.
    """

    pieces: tuple[Piece, ...]
    finish: tuple[Step, ...] = ()
    """Steps on the concatenation."""

    @property
    def size(self) -> float:
        """The complexity of the program: of those with the same outputs, the simplest is taken."""
        # A word is more likely a piece of the value than a constant, where it could be either.
        constants = sum((1.5 if any(map(str.isalnum, one)) else 0.3) + 0.1 * len(one) for one in self._constants)
        return constants + sum(1 + sum(step.size for step in extract.steps) for extract in self.extracts)

    @property
    def extracts(self) -> tuple[Extract, ...]:
        """The pieces that come from the value."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Extract))

    @property
    def _constants(self) -> tuple[str, ...]:
        return tuple(piece.text for piece in self.pieces if isinstance(piece, Constant))

    @property
    def is_reformatting(self) -> bool:
        """Whether the output is the whole value in another format, as of a date or a number."""
        if len(self.extracts) != len(self.pieces) or [len(one.steps) for one in self.extracts] != [1]:
            return False
        step = self.extracts[0].steps[0]
        return isinstance(step, Pad | Unpad) or (isinstance(step, Redate) and step.is_whole)

    def sql(self, value: str) -> str:
        """Write it as DuckDB SQL of a value that is SQL itself, a text; NULL where the program does not apply."""
        value = f"nullif(trim({value}), '')"
        pieces = (
            literal(piece.text)
            if isinstance(piece, Constant)
            else reduce(lambda inner, step: step.sql(inner), piece.steps, value)
            for piece in self.pieces
        )
        whole = " || ".join(pieces)
        return reduce(lambda inner, step: step.sql(inner), self.finish, f"({whole})" if len(self.pieces) > 1 else whole)

    def on(self, text: str) -> str | None:
        """Run it on one text, of a sample; `Transformation.apply` is for columns."""
        trimmed = stripped(text)
        made = [piece.text if isinstance(piece, Constant) else applied(piece.steps, trimmed) for piece in self.pieces]
        if not trimmed or any(one is None for one in made):
            return None
        return applied(self.finish, "".join(one for one in made if one is not None))

    def describe(self) -> str:
        """Describe the program for people, as in `first character of word 1 + ". " + last word`."""
        pieces = " + ".join(
            '"' + piece.text + '"'
            if isinstance(piece, Constant)
            else reduce(lambda of, step: step.describe(of), piece.steps, "") or "the value itself"
            for piece in self.pieces
        )
        return reduce(lambda of, step: step.describe(f"({of})" if len(self.pieces) > 1 else of), self.finish, pieces)


IDENTITY = Program((Extract(()),))
"""The value itself, trimmed."""


def applied(steps: tuple[Step, ...], text: str) -> str | None:
    """Apply steps one after the other."""
    made: str | None = text
    for step in steps:
        if made is None:
            return None
        made = step.on(made)
    return made
