"""Functional dependencies of a table: which columns decide which others, and for which share of the rows.

The share is 1 - g3 of Kivinen and Mannila, "Approximate inference of functional dependencies from relations" (TCS
1995): the rows that are left once as few as possible are taken out so that the dependency holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Integers
from lakeindex.lake_map.key_rows import TableRows

_FIELDS: list[tuple[str, pa.DataType]] = [
    ("determinant", pa.string()),
    ("dependent", pa.string()),
    ("share", pa.float64()),
]
DEPENDENCIES_SCHEMA = pa.schema(_FIELDS)
"""The names of the determinant's columns are joined by `+`."""

MOST_ROWS = 20_000
"""Of larger tables a sample is looked at."""
_MOST_COLUMNS, _MOST_IN_PAIRS = 40, 14
_LEAST_SHARE = 0.99
_BY_CHANCE = 0.01
"""The probability by which values that are drawn alone would agree as often, from which on it says nothing."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """Columns, by their places, that decide another one."""

    determinant: tuple[int, ...]
    dependent: int
    share: float


def find_dependencies(rows: TableRows, columns: int) -> list[Dependency]:
    """Find the dependencies of up to two columns on which another one depends in nearly all rows.

    Left out is what says nothing: what depends on a key or is constant, what a part of the determinant decides already,
    and what would hold by chance.
    """
    places = range(min(columns, _MOST_COLUMNS))
    table = rows.values(places, MOST_ROWS)
    coded = [Coded.of(table.column(place)) for place in range(len(places))]
    found = list(_of_one(coded))
    return [*found, *_of_two(coded, found)]


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A column as numbers of its distinct values; a missing value is one of them."""

    codes: Integers
    distinct: int

    @classmethod
    def of(cls, values: pa.ChunkedArray[Any]) -> Coded:
        """Number the values of a column."""
        encoded: Any = values.combine_chunks().dictionary_encode(null_encoding="encode")
        return cls(encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64), len(encoded.dictionary))

    def with_other(self, other: Coded) -> Coded:
        """Number the pairs of values of two columns."""
        known, codes = np.unique(self.codes * other.distinct + other.codes, return_inverse=True)
        return Coded(codes.astype(np.int64), len(known))

    def agreement(self) -> float:
        """Return the share of pairs of rows that have the same value."""
        counts = np.bincount(self.codes, minlength=self.distinct).astype(np.float64)
        return float((counts * (counts - 1)).sum() / max(len(self.codes) * (len(self.codes) - 1.0), 1.0))

    def decides(self, other: Coded) -> float:
        """Return the share of rows whose value of another column is the most frequent one for their value of this."""
        pairs, counts = np.unique(self.codes * other.distinct + other.codes, return_counts=True)
        most = np.zeros(self.distinct, np.int64)
        np.maximum.at(most, pairs // other.distinct, counts)
        return float(most.sum() / max(len(self.codes), 1))

    @property
    def tells_little(self) -> bool:
        """Whether every row has the same value, or another one."""
        return self.distinct < 2 or self.distinct == len(self.codes)


def _of_one(coded: Sequence[Coded]) -> Iterator[Dependency]:
    for one, determinant in enumerate(coded):
        if determinant.tells_little:
            continue
        for other, dependent in enumerate(coded):
            if other != one and (share := _share(determinant, dependent)):
                yield Dependency((one,), other, share)


def _of_two(coded: Sequence[Coded], found: Sequence[Dependency]) -> Iterator[Dependency]:
    known = {(one.determinant[0], one.dependent) for one in found}
    able = [place for place, one in enumerate(coded) if not one.tells_little][:_MOST_IN_PAIRS]
    for first, second in combinations(able, 2):
        if {(first, second), (second, first)} & known:
            continue
        together = coded[first].with_other(coded[second])
        for other in able if not together.tells_little else ():
            decided = {(first, other), (second, other)} & known
            if other not in (first, second) and not decided and (share := _share(together, coded[other])):
                yield Dependency((first, second), other, share)


def _share(determinant: Coded, dependent: Coded) -> float:
    """Return for which share of the rows a dependency holds, 0 where that is too few, or may be so by chance."""
    if dependent.distinct < 2 or determinant.distinct == len(determinant.codes):
        return 0.0
    tested = len(determinant.codes) - determinant.distinct
    if dependent.agreement() ** tested > _BY_CHANCE:
        return 0.0
    share = determinant.decides(dependent)
    return share if share >= _LEAST_SHARE else 0.0


def dependencies_table(found: Sequence[Dependency], names: Sequence[str]) -> pa.Table:
    """Return dependencies as DEPENDENCIES_SCHEMA."""
    return pa.table(
        {
            "determinant": ["+".join(names[place] for place in one.determinant) for one in found],
            "dependent": [names[one.dependent] for one in found],
            "share": [one.share for one in found],
        },
        DEPENDENCIES_SCHEMA,
    )
