"""A rehearsal of the link on the user's own tuples: some of them against perturbed copies of all of them.

Which pairs match is known: each tuple and its copy. What a copy has to be told from are the nearest neighbours, in its
own table, of the tuple that it was made of; and, harder, these with its own most telling value (`adversaries`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Features, Flags, Floats, Hashes, Integers
from lakeindex.hashing.text_hash import HashedText
from lakeindex.integrate.link.adversaries import Contrasts, CopiedTuples, adversaries
from lakeindex.integrate.link.blocking import Pairs, nearest_of_own_table
from lakeindex.integrate.link.comparison import ComparedTuples, Comparison, Scale
from lakeindex.integrate.link.competition import Rivals, competing
from lakeindex.integrate.link.contrastive import fit_contrastive
from lakeindex.integrate.link.logistic import Logistic, WeightPrior
from lakeindex.integrate.link.noise_rates import noise_rates
from lakeindex.integrate.link.perturbation import NoiseRates, perturbed
from lakeindex.integrate.link.tuples import AttributeValues, Tuples

_SAMPLE = 400
"""Tuples that are learned from."""
_COPIES = 3
"""Copies of each: of one alone it depends on luck what is learned."""
_NEIGHBOURS = 4
"""Neighbours of each, from which its copy is told."""
_PRECISION = 1.0
_SEED = 0


@dataclass(frozen=True, slots=True, eq=False)
class Rehearsal:
    """Pairs of tuples with copies, of which it is known whether they match."""

    comparison: Comparison
    rivals: Rivals
    copies: Integers
    """(pairs,) the number of the copy."""
    is_own: Flags
    """(pairs,) whether the copy is that of the tuple."""
    is_complete: Flags
    """(pairs,) whether all rivals of the pair are there, too."""
    is_within: bool
    """Whether tuples of one table are compared, so that a copy differs from others as a duplicate would."""
    adversaries: Contrasts | None = None
    """What copies are told from, too."""

    def weights(self) -> Floats:
        """Return the weights of the features by which copies are told from what is near, (features,)."""
        groups = np.unique(self.copies, return_inverse=True)[1]
        every = Contrasts(self.comparison.features, groups, self.is_own)
        every = every if self.adversaries is None else every.with_others(self.adversaries)
        prior = WeightPrior(np.zeros(every.features.shape[1]), _PRECISION * _COPIES)
        return fit_contrastive(every.features, every.groups, every.is_own, prior)

    def matches(self, agreement: Logistic) -> Features:
        """Return the features of competition of the pairs that match, (pairs, features)."""
        scores = agreement.log_odds(self.comparison.features)
        features = competing(scores, self.rivals.leads(scores, np.ones(len(scores), bool)))
        return features[self.is_own & self.is_complete]


def rehearse(compared: ComparedTuples, scale: Scale, sure: Pairs | None = None) -> Rehearsal | None:
    """Perturb a sample of tuples, which what they hold decides, and compare them with their neighbours.

    Copies differ as usual, or as tuples of pairs do that surely match. Returns None where no tuple holds anything.
    """
    tuples, order = compared.tuples, by_content(compared.tuples)
    if not len(order):
        return None
    is_chosen = np.zeros(len(tuples), bool)
    is_chosen[order[:_SAMPLE]] = True
    near = nearest_of_own_table(compared.words, tuples.tables, _NEIGHBOURS, is_chosen)
    is_used = is_chosen.copy()
    is_used[near.left] = is_used[near.right] = True
    used = order[is_used[order]]
    both = _with_copies(tuples, used, noise_rates(tuples, Pairs.none() if sure is None else sure))
    place = np.zeros(len(tuples), np.int64)
    place[used] = np.arange(len(used))
    pairs = _pairs(place[near.left], place[near.right], len(used))
    chosen, made_of = is_chosen[used], pairs.right % len(used)
    near = _both_ways(place[near.left], place[near.right], chosen)
    hard = adversaries(compared, CopiedTuples(both, used), near, scale) if tuples.is_within else None
    return Rehearsal(
        compared.with_terms_of(both).compare(pairs, scale),
        Rivals.of(pairs, both.tables),
        pairs.right,
        pairs.left == made_of,
        chosen[pairs.left] | chosen[made_of],
        tuples.is_within,
        hard,
    )


def by_content(tuples: Tuples) -> Integers:
    """Return the tuples that hold something, in an order that has nothing to do with that of rows, (tuples,)."""
    is_held = np.logical_or.reduce([one.is_present for one in tuples.attributes] or [tuples.tables < 0])
    hashes: Hashes = HashedText.from_arrow(tuples.written()).strings()
    order = np.lexsort((tuples.tables, hashes))
    return np.asarray(order[is_held[order]])


def _with_copies(tuples: Tuples, used: Integers, rates: Sequence[NoiseRates]) -> Tuples:
    """Return some tuples, and after them their copies."""
    rng = np.random.default_rng(_SEED)
    own = tuples.taken(used)
    sides = [own, *(perturbed(own, rates, rng) for _ in range(_COPIES))]
    values = [AttributeValues.joined(same) for same in zip(*(side.attributes for side in sides), strict=True)]
    return Tuples(np.repeat(np.arange(len(sides)), len(used)), np.tile(own.rows, len(sides)), tuple(values), False)


def _pairs(left: Integers, right: Integers, size: int) -> Pairs:
    """Pair each tuple with its copies and those of its neighbours; the first copies are numbered from `size` on."""
    own = np.arange(size)
    first, second = np.concatenate([own, left, right]), np.concatenate([own, right, left])
    offsets = size * np.arange(1, _COPIES + 1)
    return Pairs(np.tile(first, _COPIES), (second + offsets[:, None]).ravel())


def _both_ways(left: Integers, right: Integers, chosen: Flags) -> Pairs:
    """Pair each chosen tuple, left, with its neighbours."""
    first, second = np.concatenate([left, right]), np.concatenate([right, left])
    kept = chosen[first]
    return Pairs(first[kept], second[kept])
