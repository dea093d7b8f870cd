"""A rehearsal of the link on the user's own tuples: some of them against perturbed copies of them.

Which pairs match is known: each tuple and its copy. What it has to be told from are its nearest neighbours in its own
table, and a tuple that differs from it in one attribute alone, in which it is like its neighbour.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Hashes, Integers
from lakeindex.integrate.link.blocking import Pairs, nearest_of_own_table
from lakeindex.integrate.link.comparison import ComparedTuples, Comparison, Scale
from lakeindex.integrate.link.competition import Rivals
from lakeindex.integrate.link.perturbation import NoiseRates, perturbed
from lakeindex.integrate.link.tuples import AttributeValues, Tuples

_SAMPLE = 600
_NEIGHBOURS = 4
_SEED = 0


@dataclass(frozen=True, slots=True, eq=False)
class Rehearsal:
    """Pairs of tuples with copies, of which it is known whether they match."""

    pairs: Pairs
    comparison: Comparison
    rivals: Rivals
    is_own: Flags
    """(pairs,) whether the copy is that of the tuple."""
    is_complete: Flags
    """(pairs,) whether one of the two was chosen, so that all its rivals are there."""
    copies: Integers
    """(pairs,) the number of the copy."""


def rehearse(compared: ComparedTuples, hashes: Hashes, rates: list[NoiseRates], scale: Scale) -> Rehearsal:
    """Perturb a sample of tuples, which what they hold decides, and compare them with their neighbours."""
    tuples = compared.tuples
    is_chosen = np.zeros(len(tuples), bool)
    order = np.lexsort((tuples.tables, hashes))
    order = order[_is_held(tuples)[order]]
    is_chosen[order[:_SAMPLE]] = True
    near = nearest_of_own_table(compared.words, tuples.tables, _NEIGHBOURS, is_chosen)
    used = np.unique(np.concatenate([order[:_SAMPLE], near.left, near.right]))
    used = used[np.lexsort((tuples.tables[used], hashes[used]))]
    place = np.full(len(tuples), -1)
    place[used] = np.arange(len(used))
    originals = perturbed(tuples, used, [NoiseRates(0, 0)] * len(tuples.attributes), np.random.default_rng(_SEED))
    copies = perturbed(tuples, used, rates, np.random.default_rng(_SEED))
    both = _together(originals, copies)
    size = len(used)
    left, right = place[near.left], place[near.right]
    own = np.arange(size)
    firsts, seconds = np.concatenate([own, left, right]), np.concatenate([own, right, left])
    pairs = Pairs(firsts, seconds + size)
    chosen = is_chosen[used]
    comparison = compared.with_terms_of(both).compare(pairs, scale)
    rivals = Rivals.of(pairs, both.tables)
    return Rehearsal(
        pairs, comparison, rivals, firsts == seconds, chosen[firsts] | chosen[seconds], seconds
    )


def _is_held(tuples: Tuples) -> Flags:
    return np.asarray(np.logical_or.reduce([one.is_present for one in tuples.attributes] or [tuples.tables < 0]))


def _together(originals: Tuples, copies: Tuples) -> Tuples:
    values = [
        AttributeValues(one.name, *(pa.concat_arrays([getattr(side, name) for side in (one, other)]) for name in ("texts", "keys")))
        for one, other in zip(originals.attributes, copies.attributes, strict=True)
    ]
    tables = np.repeat([0, 1], [len(originals), len(copies)])
    return Tuples(tables, np.concatenate([originals.rows, copies.rows]), tuple(values), False)
