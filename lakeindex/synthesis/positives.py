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
from lakeindex.synthesis.value_shapes import NUMBERS, Look
from lakeindex.types.matches import JoinKind

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts

_TELLING = 0.75
_LEAST_SPLIT = 0.5
_LEAST_DOMAIN = 0.1
_ENOUGH_LOOKUPS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Two sides, how they came about, and how they join as long as nobody writes their values otherwise."""

    left: Draft
    right: Draft
    how: str
    kind: JoinKind | None
    """None where they don't join."""


Draw = Callable[[Pool, np.random.Generator], Drawn | None]


def pick(places: tuple[int, ...], pool: Pool, rng: np.random.Generator) -> PoolColumn:
    """Draw a column."""
    return pool.columns[places[int(rng.integers(len(places)))]]


def draft(column: PoolColumn, values: Texts, pool: Pool) -> Draft:
    """Start a side from a column and some of its values."""
    return Draft(column.table, column.name, values, column.look, int(pool.origins.numbers[column.place]))


def by_rows(pool: Pool, rng: np.random.Generator) -> Drawn | None:
    """Deal the values of a column to two tables, which share as many as asked."""
    places = pool.telling if pool.telling and rng.random() < _TELLING else pool.measured
    if not places:
        return None
    column = pick(places, pool, rng)
    overlap = OVERLAPS[int(rng.integers(len(OVERLAPS)))]
    left, right = _deal(len(column.values), overlap, rng)
    kind = JoinKind.EQUI if overlap >= OVERLAPS_FROM else _kind_by_look(column.look)
    one, other = (draft(column, column.values.take(places), pool) for places in (left, right))
    return Drawn(one, other, f"rows {overlap:g}", kind)


def by_key(pool: Pool, rng: np.random.Generator) -> Drawn | None:
    """Let two tables keep the same key, one of them not all of it."""
    if not pool.keys:
        return None
    column = pick(pool.keys, pool, rng)
    count = len(column.values)
    some = np.sort(rng.permutation(count)[: max(2, int(count * rng.uniform(_LEAST_SPLIT, 1)))])
    whole, part = (draft(column, values, pool) for values in (column.values, column.values.take(some)))
    return Drawn(whole, part, "key", JoinKind.EQUI)


def by_parent(pool: Pool, rng: np.random.Generator) -> Drawn | None:
    """Let a child refer to a table of a column's values by numbers from 1 on."""
    if not pool.parents:
        return None
    column = pick(pool.parents, pool, rng)
    # Far above the columns' places: the numbers of a parent are nobody else's.
    origin = len(pool.columns) + column.place
    keys, references = numbers_upto(len(column.values)), numbers_upto(len(column.values), rng)
    parent = Draft(column.name, "id", keys, Look.SERIAL, origin)
    return Drawn(
        Draft(column.table, f"{column.name}_id", references, Look.SERIAL, origin), parent, "parent", JoinKind.EQUI
    )


def by_lookup(pool: Pool, rng: np.random.Generator) -> Drawn | None:
    """Let one table have the codes and another the names of the same things."""
    if not pool.lookups:
        return None
    # Few lookups would be learned by heart.
    if rng.random() * _ENOUGH_LOOKUPS > len(pool.lookups):
        return None
    lookup = pool.lookups[int(rng.integers(len(pool.lookups)))]
    left, right = _deal(len(lookup.codes), (0.3, 0.6, 1.0)[int(rng.integers(3))], rng)
    codes, names = lookup.codes.take(left), lookup.names.take(right)
    return Drawn(draft(lookup.code, codes, pool), draft(lookup.name, names, pool), "lookup", JoinKind.SEMANTIC)


def by_domain(pool: Pool, rng: np.random.Generator) -> Drawn | None:
    """Take columns of one domain out of two sources."""
    if not pool.domains:
        return None
    places = pool.domains[int(rng.integers(len(pool.domains)))]
    left, right = pick(places, pool, rng), pick(places, pool, rng)
    if left.source == right.source:
        return None
    shared = int(pc.is_in(left.values, value_set=right.values).to_numpy(zero_copy_only=False).sum())
    fewer = min(len(left.values), len(right.values))
    if shared < _LEAST_DOMAIN * fewer:
        return None  # related through others, perhaps as codes and names are
    kind = JoinKind.EQUI if shared >= OVERLAPS_FROM * fewer else _kind_by_look(left.look)
    return Drawn(draft(left, left.values, pool), draft(right, right.values, pool), "domain", kind)


def numbers_upto(count: int, rng: np.random.Generator | None = None) -> Texts:
    """Write 1 to `count`, in that order or a random one."""
    numbers = np.arange(1, min(count, MOST_VALUES) + 1)
    texts: Any = pa.array(numbers if rng is None else rng.permutation(numbers)).cast(pa.large_string())
    written: Texts = texts
    return written


def _deal(count: int, overlap: float, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """Deal values to two sides; half the time with the most frequent first, so that both show the same ones."""
    split = split_values(count, overlap, rng)
    if rng.random() < 0.5:
        return np.sort(split.left), np.sort(split.right)
    return rng.permutation(split.left), rng.permutation(split.right)


def _kind_by_look(look: Look) -> JoinKind:
    if look in NUMBERS:
        return JoinKind.NUMERIC
    return JoinKind.TEMPORAL if look is Look.DATE else JoinKind.SEMANTIC


POSITIVES: tuple[tuple[Draw, float], ...] = (
    (by_rows, 5.0), (by_key, 1.5), (by_parent, 1.0), (by_lookup, 1.5), (by_domain, 1.0),
)  # fmt: skip
"""With how often each is drawn; one for which the pool has nothing gives way to the others."""
