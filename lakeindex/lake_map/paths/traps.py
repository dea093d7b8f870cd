"""Traps of join paths: where rows are there more than once after it, so that sums over them count too much.

The names are those of data modelling: a fan-out repeats the rows before a hop to many; in a chasm, two tables refer to
the same third one, and each row of the one meets all rows of the other that share it.
"""

from __future__ import annotations

from collections.abc import Sequence

from lakeindex.types.matches import Cardinality

_TO_MANY = frozenset((Cardinality.ONE_TO_MANY, Cardinality.MANY_TO_MANY))


def trap_of(cardinalities: Sequence[Cardinality], tables: Sequence[str]) -> str:
    """Name the worst trap of a path, of which the hops' cardinalities are given and the tables from first to last."""
    narrowed: int | None = None
    for place, cardinality in enumerate(cardinalities):
        if cardinality is Cardinality.MANY_TO_MANY:
            return f"chasm: rows of {tables[place]} and {tables[place + 1]} meet many to many"
        if cardinality in _TO_MANY and narrowed is not None:
            ends = f"rows of {tables[narrowed]} meet all rows of {tables[place + 1]}"
            return f"chasm: {ends} with the same row of {tables[place]}"
        if cardinality is Cardinality.MANY_TO_ONE and narrowed is None:
            narrowed = place
    for place, cardinality in enumerate(cardinalities):
        if cardinality in _TO_MANY:
            return f"fan-out: rows of {tables[place]} are repeated for each row of {tables[place + 1]}"
    return ""
