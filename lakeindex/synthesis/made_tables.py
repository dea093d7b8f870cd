"""Tables of a made lake, whose columns keep their lineage, and columns that join with nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Integers
from lakeindex.synthesis.corruptions import corrupted, draw_corruption
from lakeindex.synthesis.source_tables import SourceColumn, texts_of
from lakeindex.synthesis.value_shapes import ValueShape
from lakeindex.types.matches import JoinKind


@dataclass(frozen=True, slots=True, eq=False)
class MadeColumn:
    """A column of a made table."""

    header: str
    values: pa.Array[Any]
    plain: pa.Array[Any]
    """The texts before they were corrupted or removed, one per row."""
    lineage: int
    """Columns of the same lineage join."""
    shape: ValueShape
    kind: JoinKind = JoinKind.EQUI
    """How it joins with its uncorrupted self."""
    how: str = ""
    """The corruption's name, or `emptied`."""
    name: str = ""
    """Its header in the source; empty for a column of no source."""
    has_informative_header: bool = True
    """Whether its header describes it."""
    is_named_by_title: bool = False
    """Whether its table's title describes it instead: the `id` of `customers`."""

    def corrupted(self, rng: np.random.Generator) -> MadeColumn:
        """Corrupt its values, unless they were already or nothing applies to them."""
        corruption = draw_corruption(self.shape, rng)
        if corruption is None or self.how:
            return self
        before = texts_of(self.values)
        written = corrupted(before, corruption, rng)
        if written.equals(before):
            return self
        return replace(self, values=written, kind=corruption.kind, how=corruption.name)

    def emptied(self) -> MadeColumn:
        """Remove all values."""
        return replace(self, values=pa.nulls(len(self.values), pa.string()), how="emptied")

    def take(self, rows: Integers) -> MadeColumn:
        """Keep some rows, in the order given."""
        return replace(self, values=self.values.take(rows), plain=self.plain.take(rows))


@dataclass(frozen=True, slots=True, eq=False)
class MadeTable:
    """A table of a made lake."""

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


class LineageIds:
    """A counter of unused lineage ids."""

    def __init__(self, first: int) -> None:
        self._numbers = count(first)

    def new(self) -> int:
        """Return the next id."""
        return next(self._numbers)


@dataclass(frozen=True, slots=True, eq=False)
class TracedColumn:
    """A source's column with its place among all columns of all sources, and its lineage."""

    column: SourceColumn
    place: int
    lineage: int

    def rows(self, rows: Integers | None = None) -> MadeColumn:
        """Make a column of all its rows, or of some in the order given."""
        made = MadeColumn(
            header=self.column.name,
            values=self.column.values,
            plain=self.column.texts(),
            lineage=self.lineage,
            shape=self.column.shape,
            name=self.column.name,
        )
        return made if rows is None else made.take(rows)


def integers(header: str, numbers: Integers, lineage: int, shape: ValueShape = ValueShape.SERIAL) -> MadeColumn:
    """Make a column of whole numbers; negative ones become null."""
    values = pa.array(numbers, mask=numbers < 0)
    return MadeColumn(header, values, texts_of(values), lineage, shape)


DrawValues: TypeAlias = "Callable[[int, np.random.Generator], pa.Array[Any]]"

_ENUMERATIONS = (
    ("A", "B", "C"), ("low", "medium", "high"), ("new", "open", "closed"), ("M", "F"), ("1", "2", "3", "4", "5"),
    ("red", "green", "blue"), ("active", "inactive"), ("North", "South", "East", "West"), ("0", "1", "2"),
)  # fmt: skip
_BOOLEANS = (("true", "false"), ("yes", "no"), ("0", "1"), ("Y", "N"))


def _drawn(options: tuple[tuple[str, ...], ...]) -> DrawValues:
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


DISTRACTORS: tuple[tuple[tuple[str, ...], ValueShape, DrawValues], ...] = (
    (("id", "no", "row", "key", "number"), ValueShape.SERIAL, lambda rows, rng: pa.array(np.arange(1, rows + 1))),
    (("id", "code"), ValueShape.SERIAL, lambda rows, rng: pa.array(rng.permutation(rows) + 1)),
    (("year", "season", "yr"), ValueShape.YEAR, _years),
    (("date", "created_at", "updated", "day"), ValueShape.DATE, _days),
    (("active", "flag", "valid", "is_new"), ValueShape.BOOLEAN, _drawn(_BOOLEANS)),
    (("type", "status", "level", "class", "group"), ValueShape.ENUMERATION, _drawn(_ENUMERATIONS)),
    (
        ("value", "score", "amount"),
        ValueShape.DECIMAL,
        lambda rows, rng: pa.array(np.round(rng.lognormal(3, 1, rows), 2)),
    ),
)
"""Columns that many tables have and that join with nothing: headers, shape, values."""


def distractor(rows: int, lineage_ids: LineageIds, rng: np.random.Generator) -> MadeColumn:
    """Make a column that joins with nothing."""
    headers, shape, draw = DISTRACTORS[int(rng.integers(len(DISTRACTORS)))]
    values = draw(rows, rng)
    header = headers[int(rng.integers(len(headers)))]
    return MadeColumn(header, values, texts_of(values), lineage_ids.new(), shape)
