"""Find the pairs of columns of which one may refer to the other: each column is asked once for keys with its values."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.index.inverted_index import InvertedIndex, Order
from lakeindex.lake_map.foreign_keys.key_columns import KeyColumns
from lakeindex.search.searcher import Searcher
from lakeindex.types.columns import Family, QueryTerms

_BY_VALUES, _BY_NAME = 16, 12
"""Keys that a column is compared with: those that hold most of its values, and those it is called after."""
_POSTINGS = 100_000
_LEAST_CONTAINED = 0.5
_AT_ONCE, _MOST_THREADS = 256, 4
"""Columns that a thread takes, and threads: NumPy lets others run while it counts."""


@dataclass(frozen=True, slots=True, eq=False)
class ReferencePairs:
    """Pairs of columns, child and parent, an entry each."""

    children: Integers
    parents: Integers
    contained: Floats
    """The share of the child's distinct values that the parent has."""
    covered: Floats
    """The share of the parent's distinct values that the child has."""
    shared: Floats
    """The values that both have, as far as sketches tell."""
    reference: Floats
    """The share of what the child may be called that the parent may be called, too."""
    cosine: Floats
    """Of the vectors of both columns."""
    is_exact: Flags
    """Whether the shares are counted from all values, and no estimates."""

    def __len__(self) -> int:
        return len(self.children)

    def take(self, places: Integers | Flags) -> ReferencePairs:
        """Keep some pairs, in this order."""
        return ReferencePairs(*(getattr(self, name)[places] for name in _FIELDS))

    @classmethod
    def joined(cls, several: list[ReferencePairs]) -> ReferencePairs:
        """Put pairs one behind the other."""
        keys, shares, none = np.zeros(0, np.int64), np.zeros(0), np.zeros(0, bool)
        everything = [cls(keys, keys, *(shares,) * 5, none), *several]
        return cls(*(np.concatenate([getattr(one, name) for one in everything]) for name in _FIELDS))


_FIELDS = tuple(one.name for one in fields(ReferencePairs))


def find_reference_pairs(
    searcher: Searcher, columns: KeyColumns, given: Iterable[tuple[int, int]] = ()
) -> ReferencePairs:
    """Compare each column that may refer to rows with the keys that hold its values, and pairs that are given."""
    never = np.flatnonzero(~columns.may_be_parents)
    keys = np.flatnonzero(columns.may_be_children)
    parts = np.array_split(keys, max(1, len(keys) // _AT_ONCE))
    with ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1)) as threads:
        # A finder a part: each keeps the terms of the column that it looked up last.
        found = threads.map(lambda part: _Finder(searcher, columns, never).pairs_of_all(part), parts)
        pairs = ReferencePairs.joined(list(found))
    pairs = pairs.take(~_are_of_copies(pairs, columns))
    known = set(zip(pairs.children.tolist(), pairs.parents.tolist(), strict=True))
    finder = _Finder(searcher, columns, never)
    others = [finder.compared(child, parent) for child, parent in sorted(set(given) - known)]
    return ReferencePairs.joined([pairs, *others])


def _are_of_copies(pairs: ReferencePairs, columns: KeyColumns) -> Flags:
    """Return which pairs are the keys of two tables with the same columns: of copies, neither refers to the other."""
    tables = columns.directory.tables.astype(np.int64)
    child, parent = tables[pairs.children], tables[pairs.parents]
    between_keys = np.flatnonzero((child != parent) & columns.may_be_parents[pairs.children])
    are = np.zeros(len(pairs), bool)
    are[between_keys] = columns.same_schema(child[between_keys], parent[between_keys]) == 1
    return are


@dataclass(frozen=True, slots=True)
class _Finder:
    searcher: Searcher
    columns: KeyColumns
    never: Integers
    """Columns that nothing refers to."""
    kept: dict[int, tuple[QueryTerms, QueryTerms]] = field(default_factory=dict)
    """The terms of the column that was looked up last."""

    def pairs_of_all(self, keys: Integers) -> ReferencePairs:
        """Return the pairs of several columns, in their order."""
        return ReferencePairs.joined([self.pairs_of(key) for key in keys.tolist()])

    def pairs_of(self, key: int) -> ReferencePairs:
        """Compare a column with the keys that hold most of its values, and with those that it is called after."""
        values, names = self._looked_up(key)
        found = self._values.candidates(values, _BY_VALUES, _POSTINGS, Order.CONTAINMENT, self.never)[0]
        named = self._names.candidates(names, _BY_NAME, _POSTINGS, without=self.never)[0]
        return self._compared(key, np.setdiff1d(np.union1d(found, named).astype(np.int64), [key]), _LEAST_CONTAINED)

    def compared(self, key: int, parent: int) -> ReferencePairs:
        """Compare a column with another one, whatever they share."""
        return self._compared(key, np.array([parent]), 0.0)

    def _compared(self, key: int, parents: Integers, least: float) -> ReferencePairs:
        values, names = self._looked_up(key)
        compared = self._values.compare(values, parents)
        kept = np.flatnonzero((compared.containment() >= least) & ((compared.shared > 0) | (least == 0)))
        parents, compared = parents[kept], compared.take(kept)
        vectors = self.searcher.vectors.vectors(np.append(parents, key))
        return ReferencePairs(
            np.full(len(parents), key),
            parents,
            compared.containment(),
            compared.reverse_containment(),
            compared.shared,
            self._names.compare(names, parents).containment(),
            np.einsum("nd,d->n", vectors[:-1], vectors[-1]).astype(np.float64),
            np.asarray(self._values.complete[parents] & self._values.complete[key]),
        )

    def _looked_up(self, key: int) -> tuple[QueryTerms, QueryTerms]:
        if key not in self.kept:
            self.kept.clear()  # of one column at a time
            values, names = (one.look_up(one.column(key)) for one in (self._values, self._names))
            self.kept[key] = values, names
        return self.kept[key]

    @property
    def _values(self) -> InvertedIndex:
        return self.searcher.terms[Family.KEYS]

    @property
    def _names(self) -> InvertedIndex:
        return self.searcher.terms[Family.REFERENCES]
