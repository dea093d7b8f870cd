"""Pairs of tables grouped by the attributes that both have: tuples are compared in these, and in no others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Flags, Integers
from lakeindex.integrate.alignment import Alignment
from lakeindex.integrate.link.linkable_tables import linkable_tables
from lakeindex.integrate.records import Records
from lakeindex.integrate.sets.communities import components


@dataclass(frozen=True, slots=True, eq=False)
class TablePairs:
    """Pairs of tables that share the same attributes."""

    alignment: Alignment
    """Of the attributes that all of them share."""
    left: Integers
    """(pairs,) the number of a table, the smaller one of each pair."""
    right: Integers

    @property
    def tables(self) -> Integers:
        """The tables, ascending."""
        return np.unique(np.concatenate([self.left, self.right]))

    def holds(self, left: Integers, right: Integers) -> Flags:
        """Return which pairs of tables, (n,) by smaller and larger number, are among these."""
        width = int(self.right.max(initial=0)) + 1
        within = right < width
        return np.asarray(within & np.isin(left * width + right, self.left * width + self.right))


def linkable_pairs(records: Sequence[Records], alignment: Alignment) -> Iterator[list[TablePairs]]:
    """Yield the pairs of tables that may describe the same entities, together where a chain of pairs connects them."""
    has = np.array([[one.of(table.table) is not None for one in alignment.attributes] for table in records], bool)
    left, right = np.nonzero(np.triu(linkable_tables(records, alignment)))
    parts = components(len(records), left, right)[left]
    for part in np.unique(parts).tolist():
        kept = parts == part
        yield list(_by_attributes(left[kept], right[kept], has, alignment))


def _by_attributes(left: Integers, right: Integers, has: Flags, alignment: Alignment) -> Iterator[TablePairs]:
    masks, numbers = np.unique(has[left] & has[right], axis=0, return_inverse=True)
    for number, mask in enumerate(masks):
        kept = numbers.ravel() == number
        shared = tuple(one for one, is_shared in zip(alignment.attributes, mask.tolist(), strict=True) if is_shared)
        yield TablePairs(Alignment(shared), left[kept], right[kept])
