"""Find the pairs of columns of which one may refer to the other: each column is asked once for keys with its values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.index.inverted_index import InvertedIndex, Order
from lakeindex.lake_map.foreign_keys.key_columns import KeyColumns
from lakeindex.search.searcher import Searcher
from lakeindex.types.columns import Family

_BY_VALUES, _BY_NAME = 16, 12
"""Keys that a column is compared with: those that hold most of its values, and those it is called after."""
_POSTINGS = 100_000
_LEAST_CONTAINED = 0.5
_FEWEST_SHARED = 1


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


_FIELDS = tuple(field.name for field in fields(ReferencePairs))


def find_reference_pairs(
    searcher: Searcher, columns: KeyColumns, given: Iterable[tuple[int, int]] = ()
) -> ReferencePairs:
    """Compare each column that may refer to rows with the keys that hold its values, and pairs that are given."""
    finder = _Finder(searcher, columns, np.flatnonzero(~columns.may_be_parents))
    found = [finder.pairs_of(key) for key in np.flatnonzero(columns.may_be_children).tolist()]
    pairs = ReferencePairs.joined(found)
    pairs = pairs.take(~_are_of_copies(pairs, columns))
    known = set(zip(pairs.children.tolist(), pairs.parents.tolist(), strict=True))
    others = [finder.compared(child, np.array([parent])) for child, parent in sorted(set(given) - known)]
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

    def pairs_of(self, key: int) -> ReferencePairs:
        """Compare a column with the keys that hold most of its values, and with those that it is called after."""
        values, names = self._terms[Family.KEYS], self._terms[Family.REFERENCES]
        query, called = values.look_up(values.column(key)), names.look_up(names.column(key))
        found = values.candidates(query, _BY_VALUES, _POSTINGS, Order.CONTAINMENT, self.never)[0]
        named = names.candidates(called, _BY_NAME, _POSTINGS, without=self.never)[0]
        pairs = self.compared(key, np.setdiff1d(np.union1d(found, named).astype(np.int64), [key]))
        return pairs.take((pairs.contained >= _LEAST_CONTAINED) & (pairs.shared >= _FEWEST_SHARED))

    def compared(self, key: int, parents: Integers) -> ReferencePairs:
        """Compare a column with keys, (n,)."""
        values, names = self._terms[Family.KEYS], self._terms[Family.REFERENCES]
        compared = values.compare(values.look_up(values.column(key)), parents)
        vectors = self.searcher.vectors.vectors(np.append(parents, key))
        return ReferencePairs(
            np.full(len(parents), key),
            parents,
            compared.containment(),
            compared.reverse_containment(),
            compared.shared,
            names.compare(names.look_up(names.column(key)), parents).containment(),
            np.einsum("nd,d->n", vectors[:-1], vectors[-1]).astype(np.float64),
            np.asarray(values.complete[parents] & values.complete[key]),
        )

    @property
    def _terms(self) -> Mapping[Family, InvertedIndex]:
        return self.searcher.terms
