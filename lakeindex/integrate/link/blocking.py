"""Blocking: the few pairs of tuples that are worth comparing, found by the rare terms that they share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.arrays.ragged import ranges, starts_run
from lakeindex.integrate.link.terms import TermRows, parts

_MOST_PRODUCTS = 40_000_000
"""Pairs of tuples with a common term that are looked at in all; the most frequent terms are left out beyond it."""
_PRODUCTS_AT_ONCE = 4_000_000
_MOST_CELLS = 8
"""Up to how many cells a matrix of similarities may have for each product that is summed in it."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs of tuples, by left and right tuple, each once; the left number is the smaller one."""

    left: Integers
    right: Integers

    def __len__(self) -> int:
        return len(self.left)

    @classmethod
    def of(cls, first: Integers, second: Integers, size: int) -> Pairs:
        """Order pairs among `size` tuples, and keep each once."""
        keys = np.unique(np.minimum(first, second) * size + np.maximum(first, second))
        return cls(keys // max(size, 1), keys % max(size, 1))

    @classmethod
    def none(cls) -> Pairs:
        """Return no pair."""
        return cls(np.zeros(0, np.int64), np.zeros(0, np.int64))

    def with_others(self, others: Sequence[Pairs]) -> Pairs:
        """Return these and other pairs, each once."""
        every = [one for one in (self, *others) if len(one)]
        if len(every) < 2:
            return every[0] if every else self
        left, right = (np.concatenate(ends) for ends in zip(*((one.left, one.right) for one in every), strict=True))
        return Pairs.of(left, right, int(right.max()) + 1)

    def place_of(self, one: Pairs) -> int:
        """Return the place of a single pair."""
        return int(np.flatnonzero((self.left == one.left[0]) & (self.right == one.right[0]))[0])


class Among(Enum):
    """Among which tuples those that are most similar to one are looked for."""

    OTHER_TABLES = auto()
    ALL = auto()
    OWN_TABLE = auto()

    def allows(self, one: Integers, other: Integers, tables: Integers) -> Flags:
        """Return which pairs of tuples may be, (pairs,)."""
        if self is Among.ALL:
            return np.asarray(one != other)
        is_own = tables[one] == tables[other]
        return np.asarray(~is_own if self is Among.OTHER_TABLES else is_own & (one != other))


def nearest_pairs(spaces: list[TermRows], tables: Integers, k: int, is_within: bool) -> Pairs:
    """Pair each tuple with the `k` others that are most similar to it, by any of some kinds of terms.

    Only tuples of other tables count unless `is_within`.
    """
    among = Among.ALL if is_within else Among.OTHER_TABLES
    everything = np.ones(len(tables), bool)
    return _paired([pair for space in spaces for pair in _nearest(space, tables, k, (everything, among))], len(tables))


def nearest_of_own_table(space: TermRows, tables: Integers, k: int, queries: Flags) -> Pairs:
    """Pair each of some tuples with the `k` others of its own table that are most similar to it."""
    return _paired(list(_nearest(space, tables, k, (queries, Among.OWN_TABLE))), len(tables))


def _paired(found: list[tuple[Integers, Integers]], size: int) -> Pairs:
    first, second = (np.concatenate([pair[at] for pair in found] or [np.zeros(0, np.int64)]) for at in (0, 1))
    return Pairs.of(first, second, size)


@dataclass(frozen=True, slots=True, eq=False)
class _Postings:
    """The texts that have each term, but for terms that too many have."""

    starts: Integers
    texts: Integers
    weights: Floats
    lengths: Integers
    """(terms,) how many texts have each term; 0 where it is left out."""

    @classmethod
    def of(cls, space: TermRows) -> _Postings:
        order = np.argsort(space.terms, kind="stable")
        counts = np.bincount(space.terms, minlength=len(space.rarity))
        starts = np.concatenate([[0], np.cumsum(counts)])
        kept = np.where(counts <= _most_holders(counts), counts, 0)
        return cls(starts, space.owners[order], space.weights[order], kept)


def _most_holders(counts: Integers) -> int:
    """Return up to how many texts may have a term, so that the work stays bounded."""
    ascending = np.sort(counts)
    fits = np.flatnonzero(np.cumsum(ascending.astype(np.float64) ** 2) <= _MOST_PRODUCTS)
    if len(fits) == len(ascending):
        return int(ascending[-1]) if len(ascending) else 0
    # Terms as frequent as the first one that is left out are left out, too: none is preferred.
    return int(ascending[fits[-1] + 1]) - 1 if len(fits) else 0


def _nearest(
    space: TermRows, tables: Integers, k: int, asked: tuple[Flags, Among]
) -> Iterator[tuple[Integers, Integers]]:
    (is_query, among), postings, owners = asked, _Postings.of(space), space.owners
    lengths = np.where(is_query[owners], postings.lengths[space.terms], 0)
    work = np.bincount(owners, lengths, len(space)).astype(np.int64)
    for part in parts(work, _PRODUCTS_AT_ONCE):
        entries = slice(int(space.starts[part.start]), int(space.starts[part.stop]))
        places = ranges(postings.starts[space.terms[entries]], lengths[entries])
        queries = np.repeat(owners[entries], lengths[entries])
        products = np.repeat(space.weights[entries], lengths[entries]) * postings.weights[places]
        others = postings.texts[places]
        is_allowed = among.allows(queries, others, tables)
        keys = (queries[is_allowed] - part.start) * len(space) + others[is_allowed]
        cells = (part.stop - part.start) * len(space)
        best = _best_of_dense if cells <= _MOST_CELLS * len(keys) else _best_of_sparse
        found, similar = best(keys, products[is_allowed], len(space), k)
        yield found + part.start, similar


def _best_of_dense(keys: Integers, products: Floats, size: int, k: int) -> tuple[Integers, Integers]:
    """Sum products by pair in a matrix of queries and texts, and return the best pairs of each query."""
    count = int(keys.max()) // size + 1
    sums = np.bincount(keys, products, count * size).reshape(count, size)
    best = np.argpartition(-sums, min(k, size) - 1, axis=1)[:, :k]
    queries = np.repeat(np.arange(count), best.shape[1])
    is_pair = sums[queries, best.ravel()] > 0
    return queries[is_pair], best.ravel()[is_pair]


def _best_of_sparse(keys: Integers, products: Floats, size: int, k: int) -> tuple[Integers, Integers]:
    """Sum products by pair, and return the best pairs of each query."""
    order = np.argsort(keys, kind="stable")
    keys, products = keys[order], products[order]
    begins = np.flatnonzero(starts_run(keys)) if len(keys) else np.zeros(0, np.int64)
    sums = np.add.reduceat(products, begins) if len(begins) else np.zeros(0)
    queries, others = keys[begins] // max(size, 1), keys[begins] % max(size, 1)
    order = np.lexsort((others, -sums, queries))
    queries, others = queries[order], others[order]
    firsts = np.flatnonzero(starts_run(queries)) if len(queries) else np.zeros(0, np.int64)
    ranks = np.arange(len(queries)) - np.repeat(firsts, np.diff(np.append(firsts, len(queries))))
    return queries[ranks < k], others[ranks < k]
