"""Neighbours of tuples in their own table, which tell how near pairs are that don't match.

A table seldom has a thing twice. So where the tuples of two tables are no nearer to each other than to the other tuples
of their own tables, none match: decoys, as in mass spectrometry (Elias and Gygi, 2007). Tuples of one source are alike
for another reason, too: they are written in one way. So the scores count as they are, and once more on the scale of the
pairs of two tables, by the mean and deviation of those that are third best and worse, which hardly ever match.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.arrays.ragged import starts_run
from lakeindex.integrate.link.blocking import Pairs, nearest_of_own_table
from lakeindex.integrate.link.comparison import ComparedTuples, Comparison, Scale
from lakeindex.integrate.link.competition import Rivals, competing
from lakeindex.integrate.link.held_out import NonMatches
from lakeindex.integrate.link.logistic import Logistic
from lakeindex.integrate.link.tuples import Tuples

_SAMPLE = 500
"""Tuples of each table whose neighbours are looked for."""
_NEIGHBOURS = 10
_RANKS = slice(2, 8)
"""Ranks of the candidates of a tuple, from 0, that hardly ever match."""
_FEWEST = 10
"""So many scores have a mean and a deviation."""


@dataclass(frozen=True, slots=True, eq=False)
class ScoredRivals:
    """Pairs of two tables, by which tuple they compete, and with what score."""

    rivals: Rivals
    scores: Floats
    """(pairs,)."""


@dataclass(frozen=True, slots=True, eq=False)
class OwnNeighbours:
    """Pairs of tuples of one table, of the left or of the right one."""

    comparison: Comparison
    rivals: Rivals
    is_left: Flags
    """(pairs,) whether both are of the left table."""
    is_complete: Flags
    """(pairs,) whether all rivals of the pair are there, too."""

    def apart(self, agreement: Logistic, between: ScoredRivals) -> list[NonMatches]:
        """Return for each of the two tables what its pairs look like, as they are and on the scale of other pairs."""
        scores = agreement.log_odds(self.comparison.features)
        return [one for is_left in (True, False) for one in self._of_side(is_left, scores, between)]

    def _of_side(self, is_left: bool, scores: Floats, between: ScoredRivals) -> Iterator[NonMatches]:
        chosen = self.is_left == is_left
        if not (chosen & self.is_complete).any():
            return
        own = scores[chosen]
        groups = np.concatenate([self.rivals.left[chosen], self.rivals.right[chosen]])
        moments = _of_worse(groups, np.tile(own, 2))
        others = _of_worse(between.rivals.of_side(is_left), between.scores)
        yield self._apart(chosen, own)
        if moments is not None and others is not None:
            yield self._apart(chosen, (own - moments[0]) * (others[1] / moments[1]) + others[0])

    def _apart(self, chosen: Flags, scores: Floats) -> NonMatches:
        rivals = Rivals(self.rivals.left[chosen], self.rivals.right[chosen], self.rivals.count)
        features = competing(scores, rivals.leads(scores, np.ones(len(scores), bool)))[self.is_complete[chosen]]
        return NonMatches(features, np.ones(len(features)), 0.0)


def own_neighbours(compared: ComparedTuples, scale: Scale, asked: Integers) -> OwnNeighbours | None:
    """Compare some tuples of two tables with their neighbours, and these with theirs; None where there are none.

    Of `asked`, the tuples in an order that has nothing to do with that of rows, the first of each table are taken.
    """
    tuples = compared.tuples
    is_asked = np.zeros(len(tuples), bool)
    for table in (0, 1):
        is_asked[asked[tuples.tables[asked] == table][:_SAMPLE]] = True
    pairs = _neighbours(compared, is_asked)
    used = np.unique(np.concatenate([pairs.left, pairs.right]))
    is_used = np.zeros(len(tuples), bool)
    is_used[used] = True
    pairs = pairs if is_asked[used].all() else _neighbours(compared, is_used)
    pairs = _different(pairs, tuples)
    if not len(pairs):
        return None
    used = np.unique(np.concatenate([pairs.left, pairs.right]))
    own = tuples.taken(used)
    places = Pairs(np.searchsorted(used, pairs.left), np.searchsorted(used, pairs.right))
    return OwnNeighbours(
        compared.with_terms_of(own).compare(places, scale),
        Rivals.of(places, own.tables),
        own.tables[places.left] == 0,
        is_asked[pairs.left] | is_asked[pairs.right],
    )


def _neighbours(compared: ComparedTuples, which: Flags) -> Pairs:
    spaces = [compared.words] if compared.grams is compared.words else [compared.words, compared.grams]
    found = [nearest_of_own_table(space, compared.tuples.tables, _NEIGHBOURS, which) for space in spaces]
    return Pairs.none().with_others(found)


def _different(pairs: Pairs, tuples: Tuples) -> Pairs:
    """Leave out tuples that are written alike: a table that has a thing twice says nothing of what doesn't match."""
    codes = tuples.written().dictionary_encode().indices.to_numpy(zero_copy_only=False)
    kept = codes[pairs.left] != codes[pairs.right]
    return Pairs(pairs.left[kept], pairs.right[kept])


def _of_worse(groups: Integers, scores: Floats) -> tuple[float, float] | None:
    """Return the mean and deviation of the scores that are third best in their group, or worse."""
    order = np.lexsort((-scores, groups))
    firsts = np.flatnonzero(starts_run(groups[order])) if len(order) else np.zeros(0, np.int64)
    ranks = np.arange(len(order)) - np.repeat(firsts, np.diff(np.append(firsts, len(order))))
    some = scores[order][(ranks >= _RANKS.start) & (ranks < _RANKS.stop)]
    return (float(some.mean()), max(float(some.std()), 1e-6)) if len(some) >= _FEWEST else None
