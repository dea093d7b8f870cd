"""Pairs that don't join; most of them are hard negatives, which are easily mistaken for joins."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lakeindex.synthesis.column_pool import Pool, PoolColumn
from lakeindex.synthesis.headers import HUBS
from lakeindex.synthesis.pair_sides import Draft
from lakeindex.synthesis.positives import DrawnPair, DrawPair, draft, numbers_upto, pick
from lakeindex.synthesis.value_shapes import ValueShape

_LEAST_SHOWN = 0.5


def same_shape(pool: Pool, rng: np.random.Generator) -> DrawnPair | None:
    """Draw two columns of the same value shape: years, booleans, small enumerations, names of different things."""
    return _of_group(pool.by_shape, "same shape", pool, rng)


def same_header(pool: Pool, rng: np.random.Generator) -> DrawnPair | None:
    """Draw two columns with the same header and different contents."""
    return _of_group(pool.by_header, "same header", pool, rng)


def siblings(pool: Pool, rng: np.random.Generator) -> DrawnPair | None:
    """Draw two columns of the same source."""
    return _of_group(pool.by_source, "siblings", pool, rng)


def anything(pool: Pool, rng: np.random.Generator) -> DrawnPair | None:
    """Draw any two columns."""
    return _of_group((tuple(range(len(pool.columns))),), "any", pool, rng) if pool.columns else None


def hubs(pool: Pool, rng: np.random.Generator) -> DrawnPair | None:
    """Draw two columns of the same value shape under the same generic header."""
    drawn = same_shape(pool, rng)
    if drawn is None:
        return None
    header = HUBS[int(rng.integers(len(HUBS)))]
    return replace(
        drawn, left=replace(drawn.left, name=header), right=replace(drawn.right, name=header), how=f"hub {header}"
    )


def surrogates(pool: Pool, rng: np.random.Generator) -> DrawnPair | None:
    """Draw the surrogate keys, 1 to n, of two unrelated tables."""
    if not pool.parents:
        return None
    left, right = pick(pool.parents, pool, rng), pool.columns[int(rng.integers(len(pool.columns)))]
    if not pool.lineage.unrelated(left.place, right.place):
        return None
    own = len(pool.columns) + left.place
    numbers = numbers_upto(len(left.values), rng if rng.random() < 0.5 else None)
    if right.shape is ValueShape.SERIAL:
        other = draft(right, right.values, pool)
    else:
        keys = numbers_upto(max(2, int(len(left.values) * rng.uniform(0.5, 2))))
        other = Draft(right.table, "id", keys, ValueShape.SERIAL, len(pool.columns) * 2 + right.place)
    one = (left.name, "id") if rng.random() < 0.5 else (left.table, f"{left.name}_id")
    return DrawnPair(Draft(*one, numbers, ValueShape.SERIAL, own), other, "surrogates", None)


def _of_group(groups: tuple[tuple[int, ...], ...], how: str, pool: Pool, rng: np.random.Generator) -> DrawnPair | None:
    if not groups:
        return None
    places = groups[int(rng.integers(len(groups)))]
    left, right = pick(places, pool, rng), pick(places, pool, rng)
    if not pool.lineage.unrelated(left.place, right.place):
        return None
    return DrawnPair(_some(left, pool, rng), _some(right, pool, rng), how, None)


def _some(column: PoolColumn, pool: Pool, rng: np.random.Generator) -> Draft:
    """Draw a part of a column's values, since the sides of a pair that joins are parts of a column too."""
    count = len(column.values)
    order = rng.permutation(count)[: max(1, int(count * rng.uniform(_LEAST_SHOWN, 1)))]
    return draft(column, column.values.take(np.sort(order) if rng.random() < 0.5 else order), pool)


NEGATIVES: tuple[tuple[DrawPair, float], ...] = (
    (same_shape, 4.0), (siblings, 2.5), (surrogates, 1.0), (hubs, 1.0), (same_header, 1.0), (anything, 0.5),
)  # fmt: skip
"""With the weight by which each is drawn."""
