"""What the other pairs of two tables tell of a pair of their columns: its rivals, and how related the tables are."""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Features, Floats, Integers
from lakeindex.arrays.proportions import probability_of
from lakeindex.arrays.ragged import starts_run
from lakeindex.models.monotone import AGAINST, EITHER, FOR

DIRECTIONS = {
    "alone": FOR,
    "weaker rival": AGAINST,
    "stronger rival": AGAINST,
    "lead of a rival": AGAINST,
    "others that align": FOR,
    "share of others": FOR,
    "columns of the smaller table": EITHER,
    "columns of the larger table": EITHER,
}
"""As of the features of a pair."""

SIBLING_FEATURES = tuple(DIRECTIONS)

NO_RIVAL = -10.0
"""The score of a rival where there is none."""


def sibling_features(left: Integers, right: Integers, tables: Integers, scores: Floats) -> Features:
    """Return the features of pairs of columns, (pairs, SIBLING_FEATURES), by the log-odds of each pair alone, (pairs,).

    `left` and `right`, (pairs,), are places of columns, and `tables`, (columns,), those of their tables. Of two tables
    that any pair is of, all pairs should be there that may be one attribute.
    """
    sizes = np.bincount(tables)
    of_pair = [tables[side] for side in (left, right)]
    block = numbered(*of_pair)
    # A column in one pair of tables.
    sides = [numbered(block, side) for side in (left, right)]
    rivals = [best_other(side, scores) for side in sides]
    probabilities = probability_of(scores)
    others = np.minimum(*(_best_of_others(side, block, probabilities) for side in sides))
    smaller, larger = np.sort(np.stack([sizes[one] for one in of_pair]), axis=0)
    stronger = np.maximum(*rivals)
    of_rivals = [np.minimum(*rivals), stronger, stronger - scores]
    of_others = [others, others / np.maximum(smaller - 1, 1)]
    return np.column_stack([scores, *of_rivals, *of_others, smaller, larger])


def numbered(*keys: Integers) -> Integers:
    """Number the distinct combinations of keys, (n,) each, from 0 on, in their order."""
    order = np.lexsort(keys[::-1])
    numbers = np.empty(len(order), np.int64)
    numbers[order] = np.cumsum(starts_run(*(key[order] for key in keys))) - 1 if len(order) else 0
    return numbers


def best_other(groups: Integers, scores: Floats) -> Floats:
    """Return the best score of another member of each one's group, (n,), at least NO_RIVAL."""
    order = np.lexsort((scores, groups))
    ends = np.append(starts_run(groups[order])[1:], True) if len(order) else np.zeros(0, bool)
    last = np.flatnonzero(ends)[groups] if len(order) else order
    best, second = order[last], order[np.maximum(last - 1, 0)]
    has_second = groups[second] == groups
    runner_up = np.where(has_second & (second != best), scores[second], NO_RIVAL)
    return np.maximum(np.where(np.arange(len(scores)) == best, runner_up, scores[best]), NO_RIVAL)


def _best_of_others(groups: Integers, blocks: Integers, probabilities: Floats) -> Floats:
    """Return the sum over the other columns of a table of the best probability that each has in a block, (n,)."""
    best = np.zeros(int(groups.max(initial=-1)) + 1)
    np.maximum.at(best, groups, probabilities)
    block_of = np.zeros(len(best), np.int64)
    block_of[groups] = blocks
    return np.asarray(np.bincount(block_of, best)[blocks] - best[groups]) if len(groups) else probabilities
