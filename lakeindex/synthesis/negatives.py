"""Pairs that don't join, most of them such as are easily taken for joins."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lakeindex.synthesis.column_pool import Pool, PoolColumn
from lakeindex.synthesis.headers import HUBS
from lakeindex.synthesis.pair_sides import Draft
from lakeindex.synthesis.positives import Draw, Drawn, draft, numbers_upto, pick
from lakeindex.synthesis.value_shapes import Look

_LEAST_SHOWN = 0.5


def same_look(pool: Pool, rng: np.random.Generator) -> Drawn | None:
    """Take two columns that look alike: years, booleans, small enumerations, names of something else."""
    return _of_group(pool.by_look, "same look", pool, rng)


def same_header(pool: Pool, rng: np.random.Generator) -> Drawn | None:
    """Take two columns of one header that hold something else."""
    return _of_group(pool.by_header, "same header", pool, rng)


def siblings(pool: Pool, rng: np.random.Generator) -> Drawn | None:
    """Take two columns of one source."""
    return _of_group(pool.by_source, "siblings", pool, rng)


def anything(pool: Pool, rng: np.random.Generator) -> Drawn | None:
    """Take any two columns."""
    return _of_group((tuple(range(len(pool.columns))),), "any", pool, rng) if pool.columns else None


def hubs(pool: Pool, rng: np.random.Generator) -> Drawn | None:
    """Take two columns that look alike under a header that says nothing."""
    drawn = same_look(pool, rng)
    if drawn is None:
        return None
    header = HUBS[int(rng.integers(len(HUBS)))]
    return replace(
        drawn, left=replace(drawn.left, name=header), right=replace(drawn.right, name=header), how=f"hub {header}"
    )


def surrogates(pool: Pool, rng: np.random.Generator) -> Drawn | None:
    """Take the numbers, 1 to n, of two tables that have nothing to do with one another."""
    if not pool.parents:
        return None
    left, right = pick(pool.parents, pool, rng), pool.columns[int(rng.integers(len(pool.columns)))]
    if not pool.origins.unrelated(left.place, right.place):
        return None
    own = len(pool.columns) + left.place
    numbers = numbers_upto(len(left.values), rng if rng.random() < 0.5 else None)
    if right.look is Look.SERIAL:
        other = draft(right, right.values, pool)
    else:
        keys = numbers_upto(max(2, int(len(left.values) * rng.uniform(0.5, 2))))
        other = Draft(right.table, "id", keys, Look.SERIAL, len(pool.columns) * 2 + right.place)
    one = (left.name, "id") if rng.random() < 0.5 else (left.table, f"{left.name}_id")
    return Drawn(Draft(*one, numbers, Look.SERIAL, own), other, "surrogates", None)


def _of_group(groups: tuple[tuple[int, ...], ...], how: str, pool: Pool, rng: np.random.Generator) -> Drawn | None:
    if not groups:
        return None
    places = groups[int(rng.integers(len(groups)))]
    left, right = pick(places, pool, rng), pick(places, pool, rng)
    if not pool.origins.unrelated(left.place, right.place):
        return None
    return Drawn(_some(left, pool, rng), _some(right, pool, rng), how, None)


def _some(column: PoolColumn, pool: Pool, rng: np.random.Generator) -> Draft:
    """Show a part of a column's values, as the sides of a pair that joins are parts of one."""
    count = len(column.values)
    order = rng.permutation(count)[: max(1, int(count * rng.uniform(_LEAST_SHOWN, 1)))]
    return draft(column, column.values.take(np.sort(order) if rng.random() < 0.5 else order), pool)


NEGATIVES: tuple[tuple[Draw, float], ...] = (
    (same_look, 4.0), (siblings, 2.5), (surrogates, 1.0), (hubs, 1.0), (same_header, 1.0), (anything, 0.5),
)  # fmt: skip
"""With how often each is drawn."""
