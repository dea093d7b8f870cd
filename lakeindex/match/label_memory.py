"""Labelled pairs as memory: the verdicts of people on some pairs change the evidence of pairs that are like them.

A pair's evidence is moved by the residuals of the labelled pairs, verdict - probability, each by how near it is, as
TabR (Gorishniy et al., 2023) lets a prediction be corrected by its nearest training rows. The mean of the residuals is
a kernel estimate (Nadaraya, Watson, 1964) shrunk to nothing, so that thousands of labels move a pair no further than
one that it equals, and labels that are far from everything move nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Features, Floats, Integers, Vectors
from lakeindex.match.features import FEATURES

STRENGTH = 1.0
"""What a residual of 1 adds to the evidence at most."""

_WIDTH = 0.2
"""The root mean square difference of features at which a labelled pair counts for exp(-1/2)."""
_VECTORS = 3.0
"""By how much more the logarithm of the kernel falls for a column whose vector has nothing in common."""
_SHRINKAGE = 1.0
"""How many equal pairs of which nothing is known stand against the labelled ones."""
_NEAR = 0.02
"""A labelled pair whose kernel is below it has no effect."""
_MOVED = 100
"""Candidates that are moved, those with most evidence: others are no answers."""
_CONTEXT = 96
"""Labelled pairs that are compared, those of which a column is most like the query; so many as TabR has."""


class ColumnVectors(Protocol):
    """The vectors of a lake's columns."""

    def vectors(self, keys: Integers) -> Vectors:
        """Return the vectors of columns, (k, d), unit rows, by their keys, (k,)."""
        ...


_NAMES = [feature.name for feature in FEATURES]
_DIRECTED = [
    (_NAMES.index(f"{family} {ahead}"), _NAMES.index(f"{family} {back}"))
    for ahead, back, families in (
        ("containment", "reverse", ("values", "keys", "words", "grams")),
        ("rare containment", "rare reverse", ("names", "context", "references")),
    )
    for family in families
] + [(_NAMES.index("query is key"), _NAMES.index("candidate is key"))]
_AHEAD, _BACK = np.array(_DIRECTED).T
_UNBOUNDED = [place for place, name in enumerate(_NAMES) if name.endswith("rarity")]


@dataclass(frozen=True, slots=True, eq=False)
class LabelEffect:
    """What labelled pairs add to the evidence of the candidates of a query."""

    added: Floats
    """(n,)."""
    strengths: Floats
    """(n,) in [0, 1]; nan where no labelled pair is near."""
    near: Integers
    """(n,) how many labelled pairs are near."""

    def meaning(self, place: int) -> str:
        """Describe for people why the evidence of a candidate changed."""
        near = int(self.near[place])
        return f"{near} {'pair' if near == 1 else 'pairs'} that you judged {'is' if near == 1 else 'are'} like this one"


@dataclass(frozen=True, slots=True, eq=False)
class LabelMemory:
    """Labelled pairs, a row each."""

    features: npt.NDArray[np.float32]
    """(m, f) As `undirected` gives them."""
    lefts: Vectors
    """(m, d) unit rows, of the columns on one side of the pairs."""
    rights: Vectors
    residuals: Floats
    """(m,) verdict - probability, in [-1, 1]."""

    def __len__(self) -> int:
        return len(self.residuals)

    def effect(
        self, query: Vectors, keys: Integers, columns: ColumnVectors, features: Features, evidence: Floats
    ) -> LabelEffect:
        """Measure how the labelled pairs change the evidence of a query's candidates.

        Takes the query's vector, (d,), and the candidates' keys, (n,), features, (n, f), and evidence, (n,).
        """
        moved, nearest = np.argsort(-evidence, kind="stable")[:_MOVED], self._nearest(query)
        kernel = nearest._kernel(query, columns.vectors(keys[moved]), undirected(features[moved]))
        known = kernel.sum(axis=1)
        added, trusts, near = np.zeros((3, len(evidence)))
        added[moved] = STRENGTH * (kernel @ nearest.residuals) / (_SHRINKAGE + known)
        trusts[moved] = known / (_SHRINKAGE + known)
        near[moved] = (kernel > 0).sum(axis=1)
        return LabelEffect(added, np.where(near > 0, trusts, np.nan), near.astype(np.int64))

    def _nearest(self, query: Vectors) -> LabelMemory:
        if len(self) <= _CONTEXT:
            return self
        likeness = np.maximum(self.lefts @ query, self.rights @ query)
        places = np.argpartition(-likeness, _CONTEXT)[:_CONTEXT]
        return LabelMemory(**{one.name: getattr(self, one.name)[places] for one in fields(self)})

    def _kernel(self, query: Vectors, candidates: Vectors, features: npt.NDArray[np.float32]) -> Floats:
        """Return how near each labelled pair is, (n, m) in [0, 1]: 1 where they are equal."""
        squares = (features**2).sum(axis=1)[:, None] + (self.features**2).sum(axis=1)
        squares -= 2 * _products(features, self.features)
        straight = _products(candidates, self.rights) + self.lefts @ query
        crossed = _products(candidates, self.lefts) + self.rights @ query
        apart = np.maximum(2 - np.maximum(straight, crossed), 0.0)
        kernel = np.exp(-np.maximum(squares, 0.0) / (2 * _WIDTH**2 * features.shape[1]) - _VECTORS * apart)
        return np.where(kernel >= _NEAR, kernel, 0.0)


def _products(ones: Vectors, others: Vectors) -> Vectors:
    """Return the inner products of rows, (n, m)."""
    # Not `@`: BLAS shares so much work out to threads, and waits for them longer than it takes where cores are busy.
    return np.asarray(np.einsum("nd,md->nm", ones, others))


def undirected(features: Features) -> npt.NDArray[np.float32]:
    """Return the features of pairs, (n, f), in [0, 1], the same whichever column is the query.

    Of two features that measure the same in either direction, the larger comes first.
    """
    sorted_features = features.astype(np.float32)
    sorted_features[:, _AHEAD] = np.maximum(features[:, _AHEAD], features[:, _BACK])
    sorted_features[:, _BACK] = np.minimum(features[:, _AHEAD], features[:, _BACK])
    sorted_features[:, _UNBOUNDED] /= 1 + sorted_features[:, _UNBOUNDED]
    return sorted_features
