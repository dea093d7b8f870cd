"""Pairs that are known not to match, without labels: what is best for a tuple once its match was taken away.

After target and decoy in mass spectrometry (Elias and Gygi, 2007): a random half of the tuples is held out. A tuple
whose best partner is among them has no match left, so its pairs with the others, in competition as real as that of any
pair, tell how pairs look that don't match. Where a table has a thing twice, the second one is still a match; so tuples
are held out on the side on which that happens less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Features, Flags, Floats
from lakeindex.integrate.link.blocking import Pairs
from lakeindex.integrate.link.competition import Rivals, competing, is_mutual_best

_ROUNDS = 12
_SEED = 0


@dataclass(frozen=True, slots=True, eq=False)
class NonMatches:
    """Pairs of tuples that lost their partner."""

    features: Features
    """(pairs, features of competition)."""
    amounts: Floats
    """(pairs,) how much each counts: together as all pairs of tuples with a partner would that had lost it."""
    alike: float
    """How many of them look like a match."""


def non_matches(pairs: Pairs, rivals: Rivals, scores: Floats) -> NonMatches:
    """Hold tuples out on the left and on the right side, and return what looks less like matches."""
    partners = is_mutual_best(rivals.leads(scores, np.ones(len(pairs), bool)))
    typical = float(np.median(scores[partners]))
    sides = [_of_side(pairs, rivals, scores, partners, is_left) for is_left in (True, False)]
    found = [_counted(side, typical) for side in sides]
    return min(found, key=lambda one: one.alike)


def _of_side(pairs: Pairs, rivals: Rivals, scores: Floats, partners: Flags, is_left: bool) -> Features:
    """Hold some right tuples out, or left ones, and return the pairs of the left, or right, ones bereft of them."""
    rng = np.random.default_rng(_SEED)
    size = int(max(pairs.left.max(), pairs.right.max())) + 1
    groups, other = rivals.of_side(is_left), pairs.right if is_left else pairs.left
    found = []
    for _ in range(_ROUNDS):
        is_out = (rng.random(size) < 0.5)[other]
        bereft = np.zeros(rivals.count, bool)
        bereft[groups[partners & is_out]] = True
        kept = ~is_out
        features = competing(scores[kept], rivals.leads(scores, kept))
        found.append(features[bereft[groups[kept]]])
    return np.concatenate(found)


def _counted(features: Features, typical: float) -> NonMatches:
    scores, worse_behind, better_behind = features[:, 0], features[:, 1], features[:, 3]
    alike = (worse_behind >= 0) & (better_behind >= 0) & (scores > typical)
    return NonMatches(features, np.full(len(features), 1 / _ROUNDS), float(alike.sum()))
