"""Oracles of the indexes: the same results by brute force, simple and slow, for tests."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers, Vectors
from lakeindex.index.inverted_index import Order
from lakeindex.index.term_stats import STRENGTH_STEP
from lakeindex.types.columns import TermSet
from lakeindex.types.pairs import Comparison

Strength = Callable[[int], float]


class VectorOracle:
    """The oracle of `VectorIndex`: vectors with their keys, compared one by one."""

    def __init__(self, vectors: Vectors, keys: Integers) -> None:
        self._vectors = vectors.astype(np.float64)
        self._keys = keys

    def search(self, queries: Vectors, limit: int) -> tuple[Integers, Vectors]:
        """Return keys and cosines of the nearest vectors of each query, best first, ties by key; then key -1."""
        keys = np.full((len(queries), limit), -1, np.int64)
        cosines = np.full((len(queries), limit), -np.inf, np.float32)
        for place, query in enumerate(queries.astype(np.float64)):
            inner = self._vectors @ query
            best = np.lexsort((self._keys, -inner))[:limit]
            keys[place, : len(best)], cosines[place, : len(best)] = self._keys[best], inner[best]
        return keys, cosines

    def vectors(self, keys: Integers) -> Vectors:
        """Return the vectors stored under `keys`."""
        places = {key: place for place, key in enumerate(self._keys.tolist())}
        return self._vectors[[places[key] for key in keys.tolist()]].astype(np.float32)


def kept_strength(count: int) -> float:
    """Return the logarithm of a count as an InvertedIndex keeps it."""
    return min(round(math.log1p(count) / STRENGTH_STEP), 255) * STRENGTH_STEP


class TermOracle:
    """The oracle of `InvertedIndex`: the term sets of a lake's columns, compared one by one.

    `strength` weighs the count of a term.

    Terms that agree in the leading bits of `mask` are one, as frequent as they are together.
    """

    def __init__(self, columns: Sequence[TermSet], strength: Strength = kept_strength, mask: int = 2**64 - 1) -> None:
        self._mask = mask
        self._frequency = Counter(term & mask for column in columns for term in column.hashes.tolist())
        self._held = [column.hashes & np.uint64(mask) for column in columns]
        self._columns = [self._folded(column) for column in columns]
        self._strength = strength

    def _folded(self, column: TermSet) -> TermSet:
        hashes, counts = np.unique(column.hashes & np.uint64(self._mask), return_counts=True)
        is_plain = len(hashes) == len(column.hashes)
        return TermSet(hashes, column.counts if is_plain else counts, column.is_complete)

    def rarity(self, term: int) -> float:
        """Return the inverse document frequency of a term; a term that the lake doesn't have has the highest."""
        return float(np.log((len(self._columns) + 1) / (self._frequency[term] + 0.5)))

    def candidates(self, query: TermSet, limit: int, order: Order = Order.RARITY) -> tuple[Integers, Floats]:
        """Return the columns that share terms with `query` and their scores, best first."""
        query = self._folded(query)
        ranked: list[tuple[float, int, int]] = []
        for number, column in enumerate(self._columns):
            shared = set(query.hashes.tolist()) & set(column.hashes.tolist())
            if not shared:
                continue
            if order is Order.RARITY:
                # In this order, so that equal rarities add up to equal sums, to the last bit.
                forms = [term for term in self._held[number].tolist() if term in shared]
                ranked.append((-sum(sorted(map(self.rarity, forms), reverse=True)), 0, number))
            else:
                comparable = sum(term <= _limit(query, column) for term in query.hashes.tolist())
                ranked.append((-len(shared) / (comparable + 1), len(column.hashes), number))
        best = sorted(ranked)[:limit]
        return np.array([number for _, _, number in best], np.int64), np.array([-score for score, _, _ in best])

    def compare(self, query: TermSet, columns: Integers) -> Comparison:
        """Compare `query` with columns of the lake, by number."""
        query = self._folded(query)
        rows = [self._compare(query, self._columns[number]) for number in columns.tolist()]
        return Comparison(*np.array(rows, np.float64).reshape(-1, 7).T)

    def _compare(self, query: TermSet, column: TermSet) -> list[float]:
        limit = _limit(query, column)
        of_query, of_column = _counts(query), _counts(column)
        shared = of_query.keys() & of_column.keys()
        query_terms = [term for term in of_query if term <= limit]
        column_terms = [term for term in of_column if term <= limit]
        inner = math.fsum(self._weight(term, of_query) * self._weight(term, of_column) for term in shared)
        norms = math.sqrt(self._square(of_query)) * math.sqrt(self._square(of_column))
        return [
            len(shared),
            len(query_terms),
            len(column_terms),
            math.fsum(map(self.rarity, shared)),
            math.fsum(map(self.rarity, query_terms)),
            math.fsum(map(self.rarity, column_terms)),
            min(inner / norms, 1.0) if norms else 0.0,
        ]

    def _weight(self, term: int, counts: dict[int, int]) -> float:
        return self._strength(counts[term]) * self.rarity(term)

    def _square(self, counts: dict[int, int]) -> float:
        return math.fsum(self._weight(term, counts) ** 2 for term in counts)


def _counts(terms: TermSet) -> dict[int, int]:
    return dict(zip(terms.hashes.tolist(), terms.counts.tolist(), strict=True))


def _limit(*sets: TermSet) -> int:
    """Return the last hash that is within all sketches."""
    cuts = [int(terms.hashes[-1]) for terms in sets if not terms.is_complete and len(terms.hashes)]
    return min(cuts, default=2**64 - 1)
