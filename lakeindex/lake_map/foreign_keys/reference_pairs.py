"""Find the pairs of columns of which one may refer to the other: each column is asked once for keys with its values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.arrays.ragged import ranges
from lakeindex.index.inverted_index import Order
from lakeindex.lake_map.foreign_keys.key_columns import KeyColumns
from lakeindex.lake_map.foreign_keys.term_sets import TermSets
from lakeindex.search.searcher import Searcher
from lakeindex.types.columns import Family

_BY_VALUES, _BY_NAME = 16, 12
"""Keys that a column is compared with: those that hold most of its values, and those it is called after."""
_LEAST_CONTAINED = 0.5
_VECTORS_AT_ONCE = 4_096


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
    children, parents = _proposed(searcher, columns)
    pairs = _compared(searcher, children, parents, _LEAST_CONTAINED)
    pairs = pairs.take(~_are_of_copies(pairs, columns))
    known = set(zip(pairs.children.tolist(), pairs.parents.tolist(), strict=True))
    others = np.array(sorted(set(given) - known), np.int64).reshape(-1, 2)
    return ReferencePairs.joined([pairs, _compared(searcher, others[:, 0], others[:, 1], 0.0)])


def _proposed(searcher: Searcher, columns: KeyColumns) -> tuple[Integers, Integers]:
    """Return each column with the keys that hold most of its values, and with those that it is called after."""
    never = np.flatnonzero(~columns.may_be_parents)
    keys = np.flatnonzero(columns.may_be_children)
    pairs: list[Integers] = []
    size = np.int64(len(columns.directory))
    for family, limit, order in (
        (Family.KEYS, _BY_VALUES, Order.CONTAINMENT),
        (Family.REFERENCES, _BY_NAME, Order.RARITY),
    ):
        sets = TermSets.of(searcher.terms[family], keys)
        starts, found = sets.candidates(limit, order, never)
        counts = np.diff(starts)[sets.numbers]
        pairs.append(np.repeat(keys, counts) * size + found[ranges(starts[sets.numbers], counts)])
    children, parents = np.divmod(np.unique(np.concatenate(pairs)), size)
    return children[children != parents], parents[children != parents]


def _compared(searcher: Searcher, children: Integers, parents: Integers, least: float) -> ReferencePairs:
    """Compare pairs of columns of which the child's values are in the parent for a share of at least `least`."""
    values, names = (TermSets.of(searcher.terms[one], np.unique(children)) for one in (Family.KEYS, Family.REFERENCES))
    contained, covered, shared = values.compare(children, parents)
    kept = np.flatnonzero((contained >= least) & ((shared > 0) | (least == 0)))
    children, parents = children[kept], parents[kept]
    return ReferencePairs(
        children,
        parents,
        contained[kept],
        covered[kept],
        shared[kept],
        names.compare(children, parents)[0],
        _cosines(searcher, children, parents),
        np.asarray(values.index.complete[children] & values.index.complete[parents]),
    )


def _cosines(searcher: Searcher, ones: Integers, others: Integers) -> Floats:
    parts = [np.zeros(0)]
    for start in range(0, len(ones), _VECTORS_AT_ONCE):
        first, second = (searcher.vectors.vectors(some[start : start + _VECTORS_AT_ONCE]) for some in (ones, others))
        parts.append(np.einsum("nd,nd->n", first, second).astype(np.float64))
    return np.concatenate(parts)


def _are_of_copies(pairs: ReferencePairs, columns: KeyColumns) -> Flags:
    """Return which pairs are the keys of two tables with the same columns: of copies, neither refers to the other."""
    tables = columns.directory.tables.astype(np.int64)
    child, parent = tables[pairs.children], tables[pairs.parents]
    between_keys = np.flatnonzero((child != parent) & columns.may_be_parents[pairs.children])
    are = np.zeros(len(pairs), bool)
    are[between_keys] = columns.same_schema(child[between_keys], parent[between_keys]) == 1
    return are
