"""Choose the foreign keys of a lake together: one parent a column, and no circle of keys that only refer to each other.

The choice is a branching of greatest weight, the log-odds of its references, as in Lin et al., "Auto-BI: automatically
build BI models leveraging local join prediction and global schema graph" (VLDB 2023), but for columns in place of
tables: a column that repeats refers to a key without any circle, so only keys that refer to keys can close one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Codes, Flags, Floats, Integers
from lakeindex.lake_map.foreign_keys.reference_pairs import ReferencePairs

FREE, GIVEN, BARRED = 0, 1, -1
"""A pair is inferred, or it is given (declared, or confirmed by a person), or rejected."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """What was chosen among pairs."""

    places: Integers
    """Of the chosen pairs, by child."""
    circular: int
    """How many pairs were left out that close a circle of keys."""


def choose_references(
    pairs: ReferencePairs, log_odds: Floats, standing: Codes, are_keys: Flags, least: float
) -> Choice:
    """Choose pairs whose log-odds, (n,), are at least `least`; what is given is always chosen.

    Ties go to the parent with the smaller key, so that the order of pairs makes no difference.
    """
    able = np.flatnonzero((standing == GIVEN) | ((standing == FREE) & (log_odds >= least)))
    order = able[np.lexsort((pairs.parents[able], pairs.children[able], -log_odds[able], standing[able] != GIVEN))]
    first = order[np.unique(pairs.children[order], return_index=True)[1]]
    given = able[standing[able] == GIVEN]
    is_between_keys = are_keys[pairs.children] & (standing == FREE)
    kept = [np.setdiff1d(first, np.flatnonzero(is_between_keys)), given]
    forest = _Forest({int(pairs.children[one]): int(pairs.parents[one]) for one in np.concatenate(kept).tolist()})
    chosen, circular = [], 0
    is_first = np.zeros(len(pairs), bool)
    is_first[first] = True
    for place in order[is_between_keys[order]].tolist():
        child, parent = int(pairs.children[place]), int(pairs.parents[place])
        if child in forest.above:
            continue
        if forest.end_of(parent) == child:
            circular += int(is_first[place])
        else:
            forest.above[child] = parent
            chosen.append(place)
    everything = np.unique(np.concatenate([*kept, np.array(chosen, np.int64)])).astype(np.int64)
    return Choice(everything[np.lexsort((pairs.parents[everything], pairs.children[everything]))], circular)


_NOWHERE = -1


@dataclass(frozen=True, slots=True)
class _Forest:
    """What each column refers to, or, once it was asked for, what is at the end: a disjoint-set forest."""

    above: dict[int, int]

    def end_of(self, column: int) -> int:
        """Return the column that refers to nothing to which a column leads; _NOWHERE for a circle of given ones."""
        passed: dict[int, None] = {}
        while column in self.above and column not in passed:
            passed[column] = None
            column = self.above[column]
        end = _NOWHERE if column in passed else column
        self.above.update(dict.fromkeys(passed, end))
        return end


def standings(pairs: ReferencePairs, given: Mapping[tuple[int, int], int]) -> Codes:
    """Return the standing of each pair, (n,), of those that are not FREE by child and parent."""
    keys = zip(pairs.children.tolist(), pairs.parents.tolist(), strict=True)
    return np.array([given.get(pair, FREE) for pair in keys], np.int8)
