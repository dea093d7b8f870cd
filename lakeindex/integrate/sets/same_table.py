"""Tables that don't repeat themselves: two tuples of one of them are hardly ever of one entity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.arrays.ragged import ranges, sums
from lakeindex.integrate.sets.tuple_graph import TupleGraph

_SURE = 0.9
_FEW = 0.2
"""A table repeats itself where a tuple has so many sure pairs within it for each that it has with another table."""


def is_unrepeated(graph: TupleGraph) -> Flags:
    """Return which tuples are of a table that doesn't repeat itself, (tuples,); none where tables are not known.

    Sure pairs within it are few next to those with each other table. Of one table alone nothing is known.
    """
    if graph.tables is None or not len(graph.tables):
        return np.zeros(graph.size, bool)
    sure = is_sure(graph)
    left, right = graph.tables[graph.left[sure]], graph.tables[graph.right[sure]]
    tables = int(graph.tables.max()) + 1
    is_within = left == right
    within = 2 * np.bincount(left[is_within], minlength=tables)
    across = np.bincount(np.concatenate([left[~is_within], right[~is_within]]), minlength=tables)
    few = _FEW * across / max(tables - 1, 1) + 1
    return np.asarray((tables > 1) & (within < few)[graph.tables])


def is_sure(graph: TupleGraph) -> Flags:
    """Return which edges are sure, (edges,)."""
    return np.asarray(graph.probabilities >= _SURE)


@dataclass(frozen=True, slots=True, eq=False)
class TableCounts:
    """How many tuples of each table that doesn't repeat itself each set has, where it has any."""

    width: int
    keys: Integers
    """The set times `width` plus the table; ascending."""
    counts: Integers

    @classmethod
    def of(cls, sets: Integers, graph: TupleGraph, unrepeated: Flags) -> TableCounts:
        """Count the tuples of sets, (tuples,)."""
        if graph.tables is None:
            return cls(1, np.empty(0, np.int64), np.empty(0, np.int64))
        width = int(graph.tables.max(initial=0)) + 1
        return cls(width, *np.unique((sets * width + graph.tables)[unrepeated], return_counts=True))

    def shared(self, left: Integers, right: Integers) -> Floats:
        """Return how many pairs of tuples of one table two sets have, (pairs,)."""
        if not len(self.keys):
            return np.zeros(len(left))
        starts = np.searchsorted(self.keys, left * self.width)
        lengths = np.searchsorted(self.keys, (left + 1) * self.width) - starts
        pairs, entries = np.repeat(np.arange(len(left)), lengths), ranges(starts, lengths)
        wanted = right[pairs] * self.width + self.keys[entries] % self.width
        places = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        products = np.where(self.keys[places] == wanted, self.counts[entries] * self.counts[places], 0)
        return sums(pairs, products.astype(np.float64), len(left))
