"""A stream of labelled column pairs, generated from tables without any labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.errors import InvalidSetting
from lakeindex.synthesis.column_pool import Pool
from lakeindex.synthesis.ground_truth import farther
from lakeindex.synthesis.negatives import NEGATIVES
from lakeindex.synthesis.pair_sides import CHANGED_HEADERS, PairColumn, write
from lakeindex.synthesis.positives import POSITIVES, DrawnPair, DrawPair
from lakeindex.synthesis.source_tables import SourceData
from lakeindex.types.matches import JoinKind

__all__ = ["ColumnPair", "PairColumn", "SourceData", "column_pairs"]

_CORRUPTED = 0.5
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
    """How the pair was made, and how each side was changed."""


def column_pairs(sources: Iterable[SourceData], seed: int, positives: float = 0.5) -> Iterator[ColumnPair]:
    """Yield labelled pairs endlessly, a share of `positives` that join; the same for the same sources and seed.

    Raises InvalidSetting where the sources are too few to make pairs of both labels.
    """
    return pairs_of(Pool.of(sources), seed, positives)


def pairs_of(
    pool: Pool, seed: int, positives: float = 0.5, changed_headers: float = CHANGED_HEADERS
) -> Iterator[ColumnPair]:
    """Yield labelled pairs of a pool endlessly, changing a share of `changed_headers` of their headers."""
    rng = np.random.default_rng(seed)
    draws = {True: _Draws(POSITIVES, "join"), False: _Draws(NEGATIVES, "don't join")}
    while True:
        for label in (rng.random(_BLOCK) < positives).tolist():
            yield _column_pair(draws[label].draw(pool, rng), rng, changed_headers)


class _Draws:
    """A weighted choice among functions that draw a pair."""

    def __init__(self, weighted: Sequence[tuple[DrawPair, float]], relation: str) -> None:
        self._functions = [function for function, _ in weighted]
        self._limits = np.cumsum([weight for _, weight in weighted]) / sum(weight for _, weight in weighted)
        self._relation = relation

    def draw(self, pool: Pool, rng: np.random.Generator) -> DrawnPair:
        for _ in range(_TRIES):
            draw_pair = self._functions[int(np.searchsorted(self._limits, rng.random(), "right"))]
            if (drawn := draw_pair(pool, rng)) is not None:
                return drawn
        raise InvalidSetting(
            f"no two columns were found that {self._relation}, among {len(pool.columns)} columns; give more tables"
        )


def _column_pair(drawn: DrawnPair, rng: np.random.Generator, changed_headers: float) -> ColumnPair:
    left, right = drawn.left, drawn.right
    if rng.random() < 0.5:
        left, right = right, left
    sides = write(left, _CORRUPTED / 2, rng, changed_headers), write(right, _CORRUPTED, rng, changed_headers)
    kind = None if drawn.kind is None else farther(drawn.kind, *(side.kind for side in sides))
    how = "; ".join(part for part in (drawn.how, *(side.how for side in sides)) if part)
    return ColumnPair(*sides, drawn.kind is not None, kind, how)
