"""Tables in the making: every column with what it was made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Integers
from lakeindex.synthesis.corruptions import choose, perturbed
from lakeindex.synthesis.source_tables import SourceColumn, texts_of
from lakeindex.synthesis.value_shapes import Look
from lakeindex.types.matches import JoinKind


@dataclass(frozen=True, slots=True, eq=False)
class MadeColumn:
    """A column of a made table."""

    header: str
    values: pa.Array[Any]
    plain: pa.Array[Any]
    """The texts before they were written otherwise or taken away, a row each."""
    origin: int
    """Columns of one origin join."""
    form: int
    """Which column of the sources it is; two of one origin may hold other forms of the same, as code and name."""
    look: Look
    kind: JoinKind = JoinKind.EQUI
    """How it joins with what it was before it was written otherwise."""
    how: str = ""
    """The perturbation's name."""
    name: str = ""
    """What its source calls it; nothing where it is of no source."""
    speaks: bool = True
    """Whether its header says what it holds."""
    is_titled: bool = False
    """Whether its table's title does, in its stead: the `id` of `customers`."""

    def perturbed(self, rng: np.random.Generator) -> MadeColumn:
        """Write its values otherwise, where that can be done."""
        perturbation = choose(self.look, rng)
        if perturbation is None or self.how:
            return self
        before = texts_of(self.values)
        written = perturbed(before, perturbation, rng)
        if written.equals(before):
            return self
        return replace(self, values=written, kind=perturbation.kind, how=perturbation.name)

    def emptied(self) -> MadeColumn:
        """Take all values away."""
        return replace(self, values=pa.nulls(len(self.values), pa.string()), how="emptied")

    def take(self, rows: Integers) -> MadeColumn:
        """Keep some rows, in the order given."""
        return replace(self, values=self.values.take(rows), plain=self.plain.take(rows))


@dataclass(frozen=True, slots=True, eq=False)
class MadeTable:
    """A table in the making."""

    title: str
    columns: tuple[MadeColumn, ...]
    is_foreign: bool = False
    """Whether the title is another table's."""

    @property
    def rows(self) -> int:
        """Return how many rows it has."""
        return len(self.columns[0].values)

    def take(self, rows: Integers) -> MadeTable:
        """Keep some rows, in the order given."""
        return replace(self, columns=tuple(column.take(rows) for column in self.columns))


class Lineage:
    """Hands out origins and forms that nothing else has."""

    def __init__(self, first: int) -> None:
        self._numbers = count(first)

    def new(self) -> int:
        """Return a number of its own."""
        return next(self._numbers)


@dataclass(frozen=True, slots=True, eq=False)
class TracedColumn:
    """A source's column with its place among all columns of all sources, and its origin."""

    column: SourceColumn
    place: int
    origin: int

    def rows(self, rows: Integers | None = None) -> MadeColumn:
        """Make a column of all its rows, or of some in the order given."""
        made = MadeColumn(
            header=self.column.name,
            values=self.column.values,
            plain=self.column.texts(),
            origin=self.origin,
            form=self.place,
            look=self.column.look,
            name=self.column.name,
        )
        return made if rows is None else made.take(rows)


def integers(header: str, numbers: Integers, origin: int, look: Look = Look.SERIAL) -> MadeColumn:
    """Make a column of whole numbers; below zero stands for none."""
    values = pa.array(numbers, mask=numbers < 0)
    return MadeColumn(header, values, texts_of(values), origin, origin, look)


Draw: TypeAlias = "Callable[[int, np.random.Generator], pa.Array[Any]]"

_ENUMERATIONS = (
    ("A", "B", "C"), ("low", "medium", "high"), ("new", "open", "closed"), ("M", "F"), ("1", "2", "3", "4", "5"),
    ("red", "green", "blue"), ("active", "inactive"), ("North", "South", "East", "West"), ("0", "1", "2"),
)  # fmt: skip
_BOOLEANS = (("true", "false"), ("yes", "no"), ("0", "1"), ("Y", "N"))


def _drawn(options: tuple[tuple[str, ...], ...]) -> Draw:
    def draw(rows: int, rng: np.random.Generator) -> pa.Array[Any]:
        chosen = options[int(rng.integers(len(options)))]
        drawn: pa.Array[Any] = pa.array(chosen).take(rng.integers(len(chosen), size=rows))
        return drawn

    return draw


def _years(rows: int, rng: np.random.Generator) -> pa.Array[Any]:
    first = int(rng.integers(1950, 2010))
    return pa.array(rng.integers(first, first + int(rng.integers(3, 30)), rows))


def _days(rows: int, rng: np.random.Generator) -> pa.Array[Any]:
    first = int(rng.integers(3_650, 18_000))
    days: pa.Array[Any] = pa.array(rng.integers(first, first + 1_000, rows).astype("M8[D]"))
    return days


DISTRACTORS: tuple[tuple[tuple[str, ...], Look, Draw], ...] = (
    (("id", "no", "row", "key", "number"), Look.SERIAL, lambda rows, rng: pa.array(np.arange(1, rows + 1))),
    (("id", "code"), Look.SERIAL, lambda rows, rng: pa.array(rng.permutation(rows) + 1)),
    (("year", "season", "yr"), Look.YEAR, _years),
    (("date", "created_at", "updated", "day"), Look.DATE, _days),
    (("active", "flag", "valid", "is_new"), Look.BOOLEAN, _drawn(_BOOLEANS)),
    (("type", "status", "level", "class", "group"), Look.ENUMERATION, _drawn(_ENUMERATIONS)),
    (("value", "score", "amount"), Look.DECIMAL, lambda rows, rng: pa.array(np.round(rng.lognormal(3, 1, rows), 2))),
)
"""Columns as tables everywhere have them, which join with nothing: headers, look, values."""


def distractor(rows: int, lineage: Lineage, rng: np.random.Generator) -> MadeColumn:
    """Make a column that joins with nothing."""
    headers, look, draw = DISTRACTORS[int(rng.integers(len(DISTRACTORS)))]
    values = draw(rows, rng)
    origin = lineage.new()
    return MadeColumn(headers[int(rng.integers(len(headers)))], values, texts_of(values), origin, origin, look)
