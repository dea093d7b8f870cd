"""Pairs that are known not to match, without labels: what is best for a tuple once its match was taken away.

After target and decoy in mass spectrometry (Elias and Gygi, 2007): a random half of the tuples is held out. A tuple
whose best partner is among them has no match left, so its pairs with the others, in competition as real as that of any
pair, tell how pairs look that don't match.
"""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Features, Flags, Floats, Integers
from lakeindex.integrate.link.blocking import Pairs
from lakeindex.integrate.link.competition import Rivals, competing, is_mutual_best

_ROUNDS = 4
_SEED = 0


def non_matches(pairs: Pairs, rivals: Rivals, scores: Floats) -> tuple[Features, Floats]:
    """Return the features of pairs that don't match, and how much each counts.

    Together they count as all pairs of tuples with a partner would that had lost it.
    """
    everything = np.ones(len(pairs), bool)
    partners = is_mutual_best(rivals.leads(scores, everything))
    rng = np.random.default_rng(_SEED)
    size = int(max(pairs.left.max(initial=0), pairs.right.max(initial=0))) + 1
    found = []
    for _ in range(_ROUNDS):
        is_out = rng.random(size) < 0.5
        found += [_without(pairs, rivals, scores, partners, out) for out in (is_out, ~is_out)]
    features = np.concatenate(found)
    return features, np.full(len(features), 1 / _ROUNDS)


def _without(pairs: Pairs, rivals: Rivals, scores: Floats, partners: Flags, is_out: Flags) -> Features:
    """Hold some tuples out on each side in turn, and return the pairs of those that lost their partner."""
    found = []
    for is_left in (True, False):
        other = pairs.right if is_left else pairs.left
        kept = ~is_out[other]
        bereft = _groups_of(rivals.of_side(is_left), partners & is_out[other], rivals.count)
        features = competing(scores[kept], rivals.leads(scores, kept))
        found.append(features[bereft[rivals.of_side(is_left)[kept]]])
    return np.concatenate(found)


def _groups_of(groups: Integers, chosen: Flags, count: int) -> Flags:
    found = np.zeros(count, bool)
    found[groups[chosen]] = True
    return found
