"""Pairs with chosen figures, for the checks of what is made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from lakeindex.types.columns import KINDS, ColumnFacts, Family, Kind
from lakeindex.types.pairs import Comparison, Pairs

LAKE_COLUMNS = 1000


@dataclass(frozen=True, slots=True)
class Overlap:
    """How one family of terms compares; every term is of the same rarity."""

    shared: float = 0.0
    query: float = 10.0
    candidate: float = 10.0
    cosine: float = 0.0
    rarity: float = 4.0


@dataclass(frozen=True, slots=True)
class Side:
    """What is known of one column."""

    kind: Kind = Kind.TEXT
    distinct: int = 10
    is_serial: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A column beside the query column."""

    side: Side = Side()
    overlaps: Mapping[Family, Overlap] = field(default_factory=dict)
    cosine: float = 0.0
    same_schema: float = 0.0


def counting(up_to: int) -> Side:
    """Describe a column that counts 1, 2, 3, ..."""
    return Side(Kind.INTEGER, up_to, is_serial=True)


def facts(sides: Sequence[Side]) -> ColumnFacts:
    distinct = np.array([side.distinct for side in sides], np.int64)
    return ColumnFacts(
        kinds=np.array([KINDS.index(side.kind) for side in sides], np.int8),
        rows=distinct * 2,
        nulls=np.zeros(len(sides), np.int64),
        distinct=distinct,
        is_key=np.zeros(len(sides), bool),
        is_serial=np.array([side.is_serial for side in sides], bool),
        lows=np.full(len(sides), np.nan),
        highs=np.full(len(sides), np.nan),
        lengths=np.zeros((len(sides), 4), np.uint8),
        patterns=np.zeros((len(sides), 4), np.uint8),
    )


def comparison(overlaps: Sequence[Overlap]) -> Comparison:
    rows = [
        [one.shared, one.query, one.candidate, *(one.rarity * part for part in (one.shared, one.query, one.candidate))]
        for one in overlaps
    ]
    columns = np.array(rows, np.float64).reshape(-1, 6).T
    return Comparison(*columns, cosine=np.array([one.cosine for one in overlaps], np.float64))


def pairs_of(
    query: Side, candidates: Sequence[Candidate], query_columns: int = 5, tables: Sequence[int] | None = None
) -> Pairs:
    """Pair a query with candidates, each of a table of its own unless `tables` is given."""
    return Pairs(
        keys=np.arange(len(candidates)),
        query=facts([query]),
        candidates=facts([one.side for one in candidates]),
        compared={family: comparison([one.overlaps.get(family, Overlap()) for one in candidates]) for family in Family},
        cosine=np.array([one.cosine for one in candidates], np.float64),
        tables=np.arange(len(candidates)) if tables is None else np.array(tables),
        same_schema=np.array([one.same_schema for one in candidates], np.float64),
        lake_columns=LAKE_COLUMNS,
        query_columns=query_columns,
    )
