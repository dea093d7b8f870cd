"""Fit a whitening map to pairs of vectors that should be near each other, and measure its gain on held-out pairs.

Within-class covariance normalisation, WCCN (Hatch, Kajarekar and Stolcke, Interspeech 2006): directions in which
vectors of the same class differ count for less. It has a closed form: a thousand pairs and a second are enough.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Floats, Integers, Vectors

SHRINKAGE = 3.0
"""Towards the identity; chosen on two lakes, see `benchmarks/adapting.py`."""
TOP = 10
"""The ranks at which a partner counts as found."""

_FOLDS = 5
_DRAWS = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class VectorPairs:
    """The vectors of both sides of pairs that join."""

    left: Vectors
    """(n, d) unit rows."""
    right: Vectors
    lineages: Integers
    """(n,) Columns of the same lineage join, whatever their pair."""

    def where(self, chosen: npt.NDArray[np.bool_]) -> VectorPairs:
        """Keep some pairs."""
        return VectorPairs(self.left[chosen], self.right[chosen], self.lineages[chosen])

    def mapped(self, weights: Vectors) -> VectorPairs:
        """Map both sides, and normalise them."""
        return VectorPairs(_unit(self.left @ weights), _unit(self.right @ weights), self.lineages)


Fit = Callable[[VectorPairs], Vectors]
"""Fits a map (d, d) to pairs."""


@dataclass(frozen=True, slots=True)
class Gain:
    """The effect of a map on pairs that it was not fitted to."""

    before: float
    """MAP@10 of finding each side's partner among all vectors of the other side."""
    after: float
    least: float
    """The gain that 19 in 20 bootstrap samples of the lineages exceed."""
    pairs: int
    lineages: int


def fit_whitening(pairs: VectorPairs, shrinkage: float = SHRINKAGE) -> Vectors:
    """Return the map (d, d), symmetric: (S + shrinkage I)^(-1/2), S the within-class covariance scaled to a mean of 1.

    More shrinkage brings it nearer to a multiple of the identity, as do classes whose vectors hardly differ.
    """
    apart = (pairs.left - pairs.right).astype(np.float64)
    within = apart.T @ apart
    spread = np.trace(within) / len(within)
    values, axes = np.linalg.eigh(within / spread if spread > 0 else within)
    return np.asarray((axes / np.sqrt(np.maximum(values, 0) + shrinkage)) @ axes.T, np.float32)


def held_out_gain(pairs: VectorPairs, fit: Fit, seed: int) -> Gain:
    """Measure a map by cross-validation with five folds of lineages.

    The bound is a paired bootstrap over lineages, since pairs of one column are not independent of each other.
    """
    _, groups = np.unique(pairs.lineages, return_inverse=True)
    count = int(groups.max()) + 1
    folds = np.random.default_rng(seed).permutation(count)[groups] % _FOLDS
    before, after = reciprocal_ranks(pairs, np.ones(len(folds), bool)), np.zeros(len(folds))
    for fold in range(_FOLDS):
        held_out = folds == fold
        after[held_out] = reciprocal_ranks(pairs.mapped(fit(pairs.where(~held_out))), held_out)
    gains, sizes = np.bincount(groups, after - before), np.bincount(groups)
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), _DRAWS)
    least = float(np.quantile((drawn @ gains) / (drawn @ sizes), 0.05))
    return Gain(float(before.mean()), float(after.mean()), least, len(groups), count)


def reciprocal_ranks(pairs: VectorPairs, chosen: npt.NDArray[np.bool_]) -> Floats:
    """Return the reciprocal rank of the partner for each chosen pair, (m,), 0 beyond ten; the mean of both directions.

    Vectors of the same lineage are not ranked. Ties count against the partner.
    """
    places = np.flatnonzero(chosen)
    related = pairs.lineages[places][:, None] == pairs.lineages[None, :]
    found = np.zeros(len(places))
    for one, other in ((pairs.left, pairs.right), (pairs.right, pairs.left)):
        cosines = one[places] @ other.T
        partner = cosines[np.arange(len(places)), places]
        ranks = 1 + ((cosines >= partner[:, None]) & ~related).sum(axis=1)
        found += np.where(ranks <= TOP, 1 / ranks, 0.0) / 2
    return found


def _unit(rows: Vectors) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths == 0, 1, lengths), np.float32)
