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
    """What steps, taken one after the other, make of the value; without one, the trimmed value itself."""

    steps: tuple[Step, ...]


Piece = Constant | Extract


@dataclass(frozen=True, slots=True)
class Program:
    """Turns a text into the concatenation of its pieces, or into nothing where one of them is nothing.

    At least one piece is of the value.
    """

    pieces: tuple[Piece, ...]
    finish: tuple[Step, ...] = ()
    """Steps on the concatenation."""

    @property
    def size(self) -> float:
        """How much the program says: of those that do the same, the smallest is taken."""
        # A word is rather a piece of the value than a constant, where either would do.
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
    def says_the_same(self) -> bool:
        """Whether the output is the value written otherwise, as a date or a number is, and not a part or more of it."""
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
        """Run it on one text; meant for samples, see `Transformation.apply` for columns."""
        trimmed = stripped(text)
        made = [piece.text if isinstance(piece, Constant) else taken(piece.steps, trimmed) for piece in self.pieces]
        if not trimmed or any(one is None for one in made):
            return None
        return taken(self.finish, "".join(one for one in made if one is not None))

    def told(self) -> str:
        """Say for people what the program does, as in `first character of word 1 + ". " + last word`."""
        pieces = " + ".join(
            '"' + piece.text + '"'
            if isinstance(piece, Constant)
            else reduce(lambda of, step: step.told(of), piece.steps, "") or "the value itself"
            for piece in self.pieces
        )
        return reduce(lambda of, step: step.told(f"({of})" if len(self.pieces) > 1 else of), self.finish, pieces)


IDENTITY = Program((Extract(()),))
"""The value itself, trimmed."""


def taken(steps: tuple[Step, ...], text: str) -> str | None:
    """Take steps one after the other."""
    made: str | None = text
    for step in steps:
        if made is None:
            return None
        made = step.on(made)
    return made
