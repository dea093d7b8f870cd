"""Align a table with each of several others, as `align` does with two tables, and all of them in one pass."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.arrays.proportions import probability_of
from lakeindex.integrate.align.attribute_matcher import AttributeMatcher
from lakeindex.integrate.align.column_set import ColumnSet
from lakeindex.integrate.align.lone_flags import are_unlike_flags
from lakeindex.integrate.align.one_to_one import best_pairs
from lakeindex.integrate.align.pair_features import ColumnPairs
from lakeindex.integrate.alignment import AlignedPair
from lakeindex.lake_map.union.unionable_table import UnionableTable
from lakeindex.search.searcher import Searcher
from lakeindex.types.lake import TableId

_LEAST = 0.5
"""The least probability of two columns to be the same attribute."""
_UNLIKE = -6.0
_MOST_PAIRS = 100_000
"""Pairs of columns that are compared at once, or those with a single table."""


@dataclass(frozen=True, slots=True, eq=False)
class AlignedTable:
    """A table that was aligned with another one."""

    union: UnionableTable
    features: Floats
    """(PAIR_FEATURES,) The means over the aligned pairs of columns, 0 where there are none."""


def align_each(
    searcher: Searcher, table: TableId, others: Sequence[TableId], matcher: AttributeMatcher
) -> list[AlignedTable]:
    """Align a table with each of others, none of which is the table, in their order.

    Raises NotFound with the nearest names.
    """
    directory = searcher.directory
    own = len(directory.keys_of_table(table))
    sizes = np.cumsum([own * len(directory.keys_of_table(one)) for one in others])
    parts = np.split(np.arange(len(others)), np.flatnonzero(np.diff(sizes // _MOST_PAIRS)) + 1)
    return [
        found
        for part in parts
        if len(part)
        for found in _align(searcher, table, [others[place] for place in part.tolist()], matcher)
    ]


def _align(
    searcher: Searcher, table: TableId, others: Sequence[TableId], matcher: AttributeMatcher
) -> list[AlignedTable]:
    columns = ColumnSet.of([table, *others], searcher)
    number = int(searcher.directory.tables[searcher.directory.keys_of_table(table)[0]])
    own, rest = np.flatnonzero(columns.tables == number), np.flatnonzero(columns.tables != number)
    pairs = ColumnPairs.of(columns, np.repeat(own, len(rest)), np.tile(rest, len(own)))
    log_odds = np.where(are_unlike_flags(columns, pairs), _UNLIKE, matcher.log_odds(pairs, columns.tables))
    probabilities = _one_to_one(columns, pairs, log_odds, matcher)
    kept = np.flatnonzero(probabilities >= _LEAST)
    of_table = columns.tables[pairs.right[kept]]
    numbers = [int(searcher.directory.tables[searcher.directory.keys_of_table(one)[0]]) for one in others]
    aligned = _Aligned(columns, pairs, probabilities)
    return [aligned.with_table(one, kept[of_table == at]) for one, at in zip(others, numbers, strict=True)]


def _one_to_one(columns: ColumnSet, pairs: ColumnPairs, log_odds: Floats, matcher: AttributeMatcher) -> Floats:
    """Return the probabilities of pairs, (pairs,), 0 of those that have a better rival."""
    gains = probability_of(log_odds)
    blocks: Integers = columns.tables[pairs.right]
    is_best = best_pairs(pairs.left, pairs.right, blocks, np.where(gains >= _LEAST, gains, 0.0))
    return np.where(is_best & (log_odds > 0), probability_of(matcher.member.of(log_odds)), 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Aligned:
    """The compared pairs of columns of a table and others, with their probabilities, 0 of those that have a better."""

    columns: ColumnSet
    pairs: ColumnPairs
    probabilities: Floats

    def with_table(self, table: TableId, places: Integers) -> AlignedTable:
        """Return the alignment with one table, given the places of its aligned pairs."""
        ids, directory = self.columns.ids, self.columns.searcher.directory
        own = directory.keys_of_table(ids[int(self.pairs.left[0])].table)
        sides = self.pairs.left[places].tolist(), self.pairs.right[places].tolist()
        found = [
            AlignedPair(ids[left].name, ids[right].name, probability)
            for left, right, probability in zip(*sides, self.probabilities[places].tolist(), strict=True)
        ]
        size = len(own) * len(directory.keys_of_table(table))
        score = float(self.probabilities[places].sum()) / math.sqrt(size)
        means = self.pairs.features[places].sum(axis=0) / max(len(places), 1)
        return AlignedTable(
            UnionableTable(table, tuple(sorted(found, key=lambda one: one.right)), min(score, 1.0)), means
        )
