"""Columns as weighted sets of hashed terms: an inverted index proposes candidates, the sets themselves compare pairs.

The layout is that of a sparse matrix kept both ways, columns x terms and terms x columns, in flat arrays that are
memory-mapped. Terms are numbered in the order of their hash, so a bottom-k sketch is a prefix of a column's terms.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lakeindex.errors import IndexDamaged
from lakeindex.pairs import Comparison, Hashes, Numbers, TermSet, Weights, ranges, ratio

STRENGTH_STEP = 0.1
"""Log counts are kept in a byte, in tenths."""
_LAST_HASH = np.uint64(2**64 - 1)

Places = npt.NDArray[np.int32]
"""Numbers of terms or of columns, as they are kept."""


class Order(Enum):
    """What makes a column the better candidate."""

    RARITY = "rarity"
    """The summed rarity of the terms that it shares with the query."""
    CONTAINMENT = "containment"
    """How many of the query's terms it holds; of equals, the smaller column."""


@dataclass(frozen=True, slots=True, eq=False)
class TermIndex:
    """The terms of every column of a lake, of one family."""

    terms: Hashes
    """(terms,) ascending."""
    column_starts: Numbers
    """(columns + 1,) where each column's terms start in `column_terms`."""
    column_terms: Places
    """Numbers of terms, ascending within a column."""
    strengths: npt.NDArray[np.uint8]
    """The logarithm of each term's count in its column."""
    complete: npt.NDArray[np.bool_]
    """(columns,)"""
    term_starts: Numbers
    """(terms + 1,) where each term's columns start in `term_columns`."""
    term_columns: Places
    """Numbers of columns, ascending within a term."""

    @classmethod
    def build(cls, hashes: Hashes, counts: Numbers, starts: Numbers, complete: npt.NDArray[np.bool_]) -> TermIndex:
        """Index columns whose terms stand one after the other; `starts` is (columns + 1,)."""
        terms, numbers = np.unique(hashes, return_inverse=True)
        columns = np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))
        by_term = np.argsort(numbers, kind="stable")
        term_starts = np.concatenate([[0], np.cumsum(np.bincount(numbers, minlength=len(terms)))])
        return cls(
            terms=terms,
            column_starts=starts.astype(np.int64),
            column_terms=numbers.astype(np.int32),
            strengths=_strengths(counts),
            complete=complete,
            term_starts=term_starts.astype(np.int64),
            term_columns=columns[by_term],
        )

    @classmethod
    def open(cls, folder: Path) -> TermIndex:
        """Memory-map an index that was saved."""
        try:
            # A plain view of the mapped file: numpy's memmap class makes every slice of it slow.
            return cls(**{f.name: np.asarray(np.load(folder / f"{f.name}.npy", mmap_mode="r")) for f in fields(cls)})
        except (OSError, ValueError) as error:
            raise IndexDamaged(f"{folder} can't be read ({error}); build the index again") from error

    def save(self, folder: Path) -> None:
        """Write the arrays, a file each."""
        folder.mkdir(parents=True)
        for field in fields(self):
            np.save(folder / f"{field.name}.npy", getattr(self, field.name), allow_pickle=False)

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return len(self.column_starts) - 1

    def column(self, number: int) -> TermSet:
        """Return the terms of a column of the lake."""
        start, end = self.column_starts[number], self.column_starts[number + 1]
        counts = np.rint(np.expm1(self.strengths[start:end] * STRENGTH_STEP)).astype(np.int64)
        return TermSet(self.terms[self.column_terms[start:end]], counts, bool(self.complete[number]))

    def rarity(self, numbers: Places) -> Weights:
        """Return the inverse document frequency of terms, by number: ln((N + 1) / (df + 1/2))."""
        return _rarity(self._frequency(numbers), self.columns)

    def candidates(
        self, query: TermSet, limit: int, budget: int, order: Order = Order.RARITY
    ) -> tuple[Numbers, Weights]:
        """Return the columns that share terms with `query` and their scores, best first, ties by number.

        The rarest terms are looked up first, until their lists of columns hold `budget` entries; the first always is.
        """
        _, numbers = self._look_up(query)
        lengths = self._frequency(numbers)
        rarest = np.argsort(lengths, kind="stable")
        affordable = max(1, int(np.searchsorted(np.cumsum(lengths[rarest]), budget, side="right")))
        numbers, lengths = numbers[rarest[:affordable]], lengths[rarest[:affordable]]
        starts = self.term_starts[numbers].tolist()
        lists = [self.term_columns[start : start + length] for start, length in zip(starts, lengths, strict=True)]
        columns = np.concatenate([self.term_columns[:0], *lists])
        if order is Order.RARITY:
            sums = _sums(columns, np.repeat(_rarity(lengths, self.columns), lengths), self.columns)
            found = np.flatnonzero(sums)
            return _best(found, sums[found], np.zeros(len(found), np.int64), limit)
        shared = np.bincount(columns)
        found = np.flatnonzero(shared)
        comparable = np.searchsorted(query.hashes, self._limits(query, found), side="right")
        sizes = self.column_starts[found + 1] - self.column_starts[found]
        # The + 1 ranks many shared terms of many above one of one, where a short sketch leaves few to compare.
        return _best(found, shared[found] / (comparable + 1), sizes, limit)

    def compare(self, query: TermSet, columns: Numbers) -> Comparison:
        """Compare `query` with columns of the lake, by number."""
        places, known = self._look_up(query)
        query_rarity = np.full(len(query.hashes), _rarity(np.zeros(1), self.columns)[0])
        query_rarity[places] = self.rarity(known)
        query_weights = _strengths(query.counts) * STRENGTH_STEP * query_rarity
        lengths = self.column_starts[columns + 1] - self.column_starts[columns]
        where = ranges(self.column_starts[columns], lengths)
        terms = self.column_terms[where]
        rarity = self.rarity(terms)
        weights = self.strengths[where] * STRENGTH_STEP * rarity
        # A last entry that no term equals, so that every search ends at an entry.
        known = np.append(known, np.int32(len(self.terms)))
        place = np.searchsorted(known, terms)
        is_shared = known[place] == terms
        products = np.append(query_weights[places], 0.0)[place] * weights * is_shared
        limits = self._limits(query, columns)
        is_comparable = terms < np.repeat(np.searchsorted(self.terms, limits, side="right"), lengths)
        owners = np.repeat(np.arange(len(columns)), lengths)

        def add(amounts: Weights | npt.NDArray[np.bool_]) -> Weights:
            return _sums(owners, amounts, len(columns))

        comparable = np.searchsorted(query.hashes, limits, side="right")
        return Comparison(
            shared=add(is_shared),
            query_terms=comparable.astype(np.float64),
            candidate_terms=add(is_comparable),
            shared_rarity=add(is_shared * rarity),
            query_rarity=np.concatenate([[0.0], np.cumsum(query_rarity)])[comparable],
            candidate_rarity=add(is_comparable * rarity),
            cosine=ratio(add(products), np.sqrt(add(weights**2)) * np.linalg.norm(query_weights)),
        )

    def _look_up(self, query: TermSet) -> tuple[Numbers, Places]:
        """Return the places in the query of the terms that the lake knows, and their numbers."""
        numbers = np.searchsorted(self.terms, query.hashes)
        is_known = numbers < len(self.terms)
        is_known[is_known] = self.terms[numbers[is_known]] == query.hashes[is_known]
        return np.flatnonzero(is_known), numbers[is_known].astype(np.int32)

    def _frequency(self, numbers: Places) -> Numbers:
        """Return how many columns hold each term."""
        return np.asarray(self.term_starts[numbers + 1] - self.term_starts[numbers])

    def _limits(self, query: TermSet, columns: Numbers) -> Hashes:
        """Return for each column the last hash that neither its sketch nor the query's has cut off."""
        ends = self.column_starts[columns + 1]
        is_cut = ~self.complete[columns] & (ends > self.column_starts[columns])
        limits = np.full(len(columns), _LAST_HASH)
        limits[is_cut] = self.terms[self.column_terms[ends[is_cut] - 1]]
        if query.is_complete or len(query.hashes) == 0:
            return limits
        return np.asarray(np.minimum(limits, query.hashes[-1]))


def _rarity(frequency: Numbers | Weights, columns: int) -> Weights:
    return np.asarray(np.log((columns + 1) / (frequency + 0.5)))


def _sums(owners: Numbers | Places, amounts: Weights | npt.NDArray[np.bool_], size: int) -> Weights:
    """Add up the amounts of each owner."""
    return np.bincount(owners, amounts, size).astype(np.float64, copy=False)


def _strengths(counts: Numbers) -> npt.NDArray[np.uint8]:
    return np.minimum(np.rint(np.log1p(counts) / STRENGTH_STEP), 255).astype(np.uint8)


def _best(numbers: Numbers, scores: Weights, sizes: Numbers, limit: int) -> tuple[Numbers, Weights]:
    """Keep the highest scores, best first; of equal ones the smaller size, then the lower number comes first."""
    if len(numbers) > limit:
        # Everything that ties with the last one stays until the order is settled.
        edge = np.partition(scores, len(scores) - limit)[len(scores) - limit]
        numbers, scores, sizes = (array[scores >= edge] for array in (numbers, scores, sizes))
    order = np.lexsort((numbers, sizes, -scores))[:limit]
    return numbers[order], scores[order]
