"""Repeats: rows of one table that are as alike as a row and a careless copy of it, where its rows else are not.

What a copy looks like is rehearsed on the table itself. Of a clean table, some rows may be as alike, too: but then far
more are nearly as alike, whereas of true repeats there are hardly fewer at the top than just below. So the pairs that
count are those above a quantile of the copies' scores below which there is such a gap (as target and decoy, Elias and
Gygi 2007, with the pairs just below as decoys). A table without it has no repeats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Flags, Floats
from lakeindex.integrate.link.blocking import Pairs, nearest_pairs
from lakeindex.integrate.link.comparison import ComparedTuples
from lakeindex.integrate.link.competition import Rivals, is_mutual_best
from lakeindex.integrate.link.link_records import LINKS_SCHEMA
from lakeindex.integrate.link.rehearsal import Rehearsal, rehearse
from lakeindex.integrate.link.slips import differ_by_slips
from lakeindex.integrate.link.tuples import Tuples
from lakeindex.integrate.records import Records

REPEAT = 0.99
"""The probability of a repeat."""
_CANDIDATES = 3
_FEW = 2_000
"""Up to so many rows, candidates are found by character grams, too."""
_LEVELS = (0.5, 0.25, 0.1)
"""Quantiles of the copies' scores, above which pairs may count."""
_GROWTH = 3.0
"""By how much more pairs may there be above one of them than above the next higher one."""
_FEWEST = 2
"""Fewer pairs say nothing of a table."""


def repeats_within(records: Sequence[Records]) -> pa.Table:
    """Find the tuples of each table that are the same thing, as LINKS_SCHEMA by left and right tuple.

    Tuples are numbered through all tables in the given order.
    """
    starts = np.cumsum([0, *(len(one) for one in records)])
    found = [_repeats(one) for one in records]
    left, right = (
        np.concatenate([np.zeros(0, np.int64), *(ends + start for ends, start in zip(side, starts, strict=False))])
        for side in ([one.left for one in found], [one.right for one in found])
    )
    return pa.table([left, right, np.full(len(left), REPEAT)], schema=LINKS_SCHEMA)


def _repeats(records: Records) -> Pairs:
    compared = ComparedTuples.of(Tuples.of_one(records))
    spaces = [compared.words, compared.grams] if len(records) <= _FEW else [compared.words]
    pairs = nearest_pairs(spaces, compared.tuples.tables, _CANDIDATES, True)
    if not len(pairs):
        return pairs
    comparison = compared.compare(pairs)
    rehearsal = rehearse(compared, comparison.scale)
    if rehearsal is None:
        return Pairs.none()
    weights = rehearsal.weights()
    scores = np.asarray(comparison.features @ weights)
    leads = Rivals.of(pairs, compared.tuples.tables).leads(scores, np.ones(len(pairs), bool))
    best = _Scored(pairs, scores).taken(is_mutual_best(leads))
    best = best.taken(differ_by_slips(compared, best.pairs))
    least = least_score(best.scores, _of_copies(rehearsal, weights))
    return best.taken(best.scores > least).pairs


@dataclass(frozen=True, slots=True, eq=False)
class _Scored:
    pairs: Pairs
    scores: Floats

    def taken(self, which: Flags) -> _Scored:
        return _Scored(Pairs(self.pairs.left[which], self.pairs.right[which]), self.scores[which])


def _of_copies(rehearsal: Rehearsal, weights: Floats) -> Floats:
    """Return the scores of tuples with their own copies."""
    scores: Floats = np.asarray(rehearsal.comparison.features @ weights)
    return scores[rehearsal.is_own & rehearsal.is_complete]


def least_score(scores: Floats, copies: Floats) -> float:
    """Return the score above which pairs are repeats, given those of pairs, and of tuples with their copies.

    It is infinite where there are no repeats: where no pair is as alike as half of the copies, above all.
    """
    first, third = np.quantile(copies, [0.25, 0.75])
    found, most = np.inf, np.inf
    for least in np.quantile(copies, _LEVELS):
        count = _count(scores, least, np.inf)
        if count > most:
            break
        # Just below: half of the width within which half of all copies are.
        if count >= _FEWEST and _count(scores, least - (third - first) / 2, least) <= count:
            found = float(least)
        most = _GROWTH * count
    return found


def _count(scores: Floats, above: float, most: float) -> int:
    return int(((scores > above) & (scores <= most)).sum())
