"""Fit a linear map to pairs of vectors that should lie together, and tell by pairs left out whether it helps.

Within-class covariance normalisation (Hatch, Kajarekar and Stolcke, Interspeech 2006): the directions in which vectors
of one class differ count for less. In closed form, so that a thousand pairs and a second are enough.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Floats, Integers, Vectors

SHRINKAGE = 3.0
"""Towards leaving vectors as they are: chosen on two lakes, see `benchmarks/adapting.py`."""
TOP = 10
"""Places in which a partner counts as found."""

_FOLDS = 5
_DRAWS = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class VectorPairs:
    """Vectors of two sides that join."""

    left: Vectors
    """(n, d) unit rows."""
    right: Vectors
    origins: Integers
    """(n,) sides of one origin join, whatever their pair."""

    def where(self, chosen: npt.NDArray[np.bool_]) -> VectorPairs:
        """Keep some pairs."""
        return VectorPairs(self.left[chosen], self.right[chosen], self.origins[chosen])

    def mapped(self, weights: Vectors) -> VectorPairs:
        """Map both sides, and make them unit vectors again."""
        return VectorPairs(_unit(self.left @ weights), _unit(self.right @ weights), self.origins)


Fit = Callable[[VectorPairs], Vectors]
"""From pairs to a map (d, d)."""


@dataclass(frozen=True, slots=True)
class Gain:
    """What a map does for pairs that it was not fitted to."""

    before: float
    """MAP@10: how high each side finds its partner among all of the other side."""
    after: float
    least: float
    """The gain that nineteen in twenty bootstrap samples of the origins exceed."""
    pairs: int
    origins: int


def fit_within_class(pairs: VectorPairs, shrinkage: float = SHRINKAGE) -> Vectors:
    """Return the map (d, d), symmetric: (S + shrinkage I)^(-1/2), S the within-class covariance scaled to a mean of 1.

    The more shrinkage, the nearer to leaving everything as it is; so does a class whose vectors never differ.
    """
    apart = (pairs.left - pairs.right).astype(np.float64)
    within = apart.T @ apart
    spread = np.trace(within) / len(within)
    values, axes = np.linalg.eigh(within / spread if spread > 0 else within)
    return np.asarray((axes / np.sqrt(np.maximum(values, 0) + shrinkage)) @ axes.T, np.float32)


def held_out_gain(pairs: VectorPairs, fit: Fit, seed: int) -> Gain:
    """Fit to all origins but a fifth and rank the pairs of that fifth, in turn.

    The bound is a paired bootstrap over origins: pairs of one column are not independent of one another.
    """
    _, groups = np.unique(pairs.origins, return_inverse=True)
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


def reciprocal_ranks(pairs: VectorPairs, asked: npt.NDArray[np.bool_]) -> Floats:
    """Return of each pair asked about, (m,), one over its partner's rank, 0 beyond ten; the mean of both directions.

    The others of its origin are no rivals. A tie counts against it.
    """
    places = np.flatnonzero(asked)
    related = pairs.origins[places][:, None] == pairs.origins[None, :]
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
