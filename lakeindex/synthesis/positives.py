"""Pairs that join, drawn from a pool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Integers
from lakeindex.synthesis.column_pool import MOST_VALUES, Pool, PoolColumn
from lakeindex.synthesis.fragments import OVERLAPS, split_values
from lakeindex.synthesis.ground_truth import OVERLAPS_FROM
from lakeindex.synthesis.pair_sides import Draft
from lakeindex.synthesis.value_shapes import NUMBER_SHAPES, ValueShape
from lakeindex.types.matches import JoinKind

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts

_DISTINCTIVE_SHARE = 0.75
_LEAST_SPLIT = 0.5
_LEAST_DOMAIN = 0.1
_ENOUGH_LOOKUPS = 20


@dataclass(frozen=True, slots=True, eq=False)
class DrawnPair:
    """Two sides, how they were made, and how they join before any corruption."""

    left: Draft
    right: Draft
    how: str
    kind: JoinKind | None
    """None where they don't join."""


DrawPair = Callable[[Pool, np.random.Generator], DrawnPair | None]


def pick(places: tuple[int, ...], pool: Pool, rng: np.random.Generator) -> PoolColumn:
    """Draw a column."""
    return pool.columns[places[int(rng.integers(len(places)))]]


def draft(column: PoolColumn, values: Texts, pool: Pool) -> Draft:
    """Make a side of a column from some of its values."""
    return Draft(column.table, column.name, values, column.shape, int(pool.lineage.ids[column.place]))


def by_rows(pool: Pool, rng: np.random.Generator) -> DrawnPair | None:
    """Split the values of a column between two tables, with an overlap drawn from OVERLAPS."""
    places = pool.distinctive if pool.distinctive and rng.random() < _DISTINCTIVE_SHARE else pool.measured
    if not places:
        return None
    column = pick(places, pool, rng)
    overlap = OVERLAPS[int(rng.integers(len(OVERLAPS)))]
    left, right = _split(len(column.values), overlap, rng)
    kind = JoinKind.EQUI if overlap >= OVERLAPS_FROM else _kind_by_shape(column.shape)
    one, other = (draft(column, column.values.take(places), pool) for places in (left, right))
    return DrawnPair(one, other, f"rows {overlap:g}", kind)


def by_key(pool: Pool, rng: np.random.Generator) -> DrawnPair | None:
    """Give two tables the same key, one of them only a part of it."""
    if not pool.keys:
        return None
    column = pick(pool.keys, pool, rng)
    count = len(column.values)
    some = np.sort(rng.permutation(count)[: max(2, int(count * rng.uniform(_LEAST_SPLIT, 1)))])
    whole, part = (draft(column, values, pool) for values in (column.values, column.values.take(some)))
    return DrawnPair(whole, part, "key", JoinKind.EQUI)


def by_parent(pool: Pool, rng: np.random.Generator) -> DrawnPair | None:
    """Make a parent table of a column's values, which a child refers to by numbers from 1 on."""
    if not pool.parents:
        return None
    column = pick(pool.parents, pool, rng)
    # Far above the columns' places, so that the keys of a parent have a lineage of their own.
    lineage = len(pool.columns) + column.place
    keys, references = numbers_upto(len(column.values)), numbers_upto(len(column.values), rng)
    parent = Draft(column.name, "id", keys, ValueShape.SERIAL, lineage)
    return DrawnPair(
        Draft(column.table, f"{column.name}_id", references, ValueShape.SERIAL, lineage),
        parent,
        "parent",
        JoinKind.EQUI,
    )


def by_lookup(pool: Pool, rng: np.random.Generator) -> DrawnPair | None:
    """Give one table codes, and the other the names that they stand for."""
    if not pool.lookups:
        return None
    # A few lookups would be memorised.
    if rng.random() * _ENOUGH_LOOKUPS > len(pool.lookups):
        return None
    lookup = pool.lookups[int(rng.integers(len(pool.lookups)))]
    left, right = _split(len(lookup.codes), (0.3, 0.6, 1.0)[int(rng.integers(3))], rng)
    codes, names = lookup.codes.take(left), lookup.names.take(right)
    return DrawnPair(draft(lookup.code, codes, pool), draft(lookup.name, names, pool), "lookup", JoinKind.SEMANTIC)


def by_domain(pool: Pool, rng: np.random.Generator) -> DrawnPair | None:
    """Draw two columns of the same domain from two sources."""
    if not pool.domains:
        return None
    places = pool.domains[int(rng.integers(len(pool.domains)))]
    left, right = pick(places, pool, rng), pick(places, pool, rng)
    if left.source == right.source:
        return None
    shared = int(pc.is_in(left.values, value_set=right.values).to_numpy(zero_copy_only=False).sum())
    fewer = min(len(left.values), len(right.values))
    if shared < _LEAST_DOMAIN * fewer:
        return None  # related only through other columns, perhaps as codes and names are
    kind = JoinKind.EQUI if shared >= OVERLAPS_FROM * fewer else _kind_by_shape(left.shape)
    return DrawnPair(draft(left, left.values, pool), draft(right, right.values, pool), "domain", kind)


def numbers_upto(count: int, rng: np.random.Generator | None = None) -> Texts:
    """Return the numbers 1 to `count` as texts, in ascending order or, given `rng`, in a random one."""
    numbers = np.arange(1, min(count, MOST_VALUES) + 1)
    texts: Any = pa.array(numbers if rng is None else rng.permutation(numbers)).cast(pa.large_string())
    written: Texts = texts
    return written


def _split(count: int, overlap: float, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """Split values into two sides, half the time with the most frequent first, so that both sides hold the same."""
    split = split_values(count, overlap, rng)
    if rng.random() < 0.5:
        return np.sort(split.left), np.sort(split.right)
    return rng.permutation(split.left), rng.permutation(split.right)


def _kind_by_shape(shape: ValueShape) -> JoinKind:
    if shape in NUMBER_SHAPES:
        return JoinKind.NUMERIC
    return JoinKind.TEMPORAL if shape is ValueShape.DATE else JoinKind.SEMANTIC


POSITIVES: tuple[tuple[DrawPair, float], ...] = (
    (by_rows, 5.0), (by_key, 1.5), (by_parent, 1.0), (by_lookup, 1.5), (by_domain, 1.0),
)  # fmt: skip
"""With the weight by which each is drawn; one for which the pool has nothing is skipped."""
