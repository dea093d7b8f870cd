"""A stream of labelled column pairs, made of tables without any label."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.errors import InvalidSetting
from lakeindex.synthesis.column_pool import Pool
from lakeindex.synthesis.ground_truth import farther
from lakeindex.synthesis.negatives import NEGATIVES
from lakeindex.synthesis.pair_sides import CHANGED_HEADERS, PairColumn, write
from lakeindex.synthesis.positives import POSITIVES, Draw, Drawn
from lakeindex.synthesis.source_tables import SourceData
from lakeindex.types.matches import JoinKind

__all__ = ["ColumnPair", "PairColumn", "SourceData", "column_pairs"]

_PERTURBED = 0.5
_TRIES = 200
_BLOCK = 512


@dataclass(frozen=True, slots=True)
class ColumnPair:
    """Two columns, and whether they join."""

    left: PairColumn
    right: PairColumn
    label: bool
    kind: JoinKind | None
    """How they join; None where they don't."""
    how: str
    """How the pair was made, and what was done to each side."""


def column_pairs(sources: Iterable[SourceData], seed: int, positives: float = 0.5) -> Iterator[ColumnPair]:
    """Yield labelled pairs without end, such a share of them positive; the same for the same sources and seed.

    Raises InvalidSetting where the sources are too few to make pairs of both labels.
    """
    return pairs_of(Pool.of(sources), seed, positives)


def pairs_of(
    pool: Pool, seed: int, positives: float = 0.5, changed_headers: float = CHANGED_HEADERS
) -> Iterator[ColumnPair]:
    """Yield labelled pairs of a pool without end, such a share of their headers changed."""
    rng = np.random.default_rng(seed)
    draws = {True: _Draws(POSITIVES, "join"), False: _Draws(NEGATIVES, "don't join")}
    while True:
        for label in (rng.random(_BLOCK) < positives).tolist():
            yield _written(draws[label].draw(pool, rng), rng, changed_headers)


class _Draws:
    """Ways to draw a pair, each as often as it is said to be."""

    def __init__(self, ways: Sequence[tuple[Draw, float]], what: str) -> None:
        self._ways = [way for way, _ in ways]
        self._limits = np.cumsum([weight for _, weight in ways]) / sum(weight for _, weight in ways)
        self._what = what

    def draw(self, pool: Pool, rng: np.random.Generator) -> Drawn:
        for _ in range(_TRIES):
            way = self._ways[int(np.searchsorted(self._limits, rng.random(), "right"))]
            if (drawn := way(pool, rng)) is not None:
                return drawn
        raise InvalidSetting(
            f"no two columns were found that {self._what}, among {len(pool.columns)} columns; give more tables"
        )


def _written(drawn: Drawn, rng: np.random.Generator, headers: float) -> ColumnPair:
    left, right = drawn.left, drawn.right
    if rng.random() < 0.5:
        left, right = right, left
    sides = write(left, _PERTURBED / 2, rng, headers), write(right, _PERTURBED, rng, headers)
    kind = None if drawn.kind is None else farther(drawn.kind, *(side.kind for side in sides))
    how = "; ".join(part for part in (drawn.how, *(side.how for side in sides)) if part)
    return ColumnPair(*sides, drawn.kind is not None, kind, how)
