"""Index columns as weighted sets of hashed terms: inverted lists propose candidates, the sets are compared.

The layout is that of a sparse matrix stored both ways, columns x terms and terms x columns, in flat arrays that are
memory-mapped. Terms are numbered in the order of their hashes: a bottom-k sketch is a prefix of a column's terms, and
terms whose hashes start with the same bits are neighbours, so that an index can be folded to treat them as one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Floats, Hashes, Integers, Places
from lakeindex.arrays.proportions import ratio
from lakeindex.arrays.ragged import best, compact, open_array, owners_of, ranges, starts_run, sums
from lakeindex.errors import IndexDamaged
from lakeindex.index.shared_terms import SharedTerms, find_in_spans, groups_of, shared_by_columns, shared_by_postings
from lakeindex.index.term_rows import TermRows
from lakeindex.index.term_stats import STRENGTH_STEP, TermStats, rarity_of, strengths_of
from lakeindex.types.columns import QueryTerms, TermSet
from lakeindex.types.pairs import Comparison

NO_COLUMNS = np.zeros(0, np.int64)
_EVERY_BIT = np.uint64(2**64 - 1)
_DTYPES = {"terms": (np.uint64,), "strengths": (np.uint8,), "complete": (np.bool_,), "weighed": (np.bool_,)}
_PLACES = (np.uint32, np.uint64)
_ARRAYS = ("terms", "column_starts", "column_terms", "strengths", "complete", "weighed", "term_starts", "term_columns")


class Order(Enum):
    """How candidates are ranked."""

    RARITY = "rarity"
    """The summed rarity of the terms that it shares with the query."""
    CONTAINMENT = "containment"
    """The share of the query's terms that it holds; among equals, the smaller column first."""


@dataclass(frozen=True, slots=True, eq=False)
class InvertedIndex:
    """The terms of every column of a lake, of one family."""

    terms: Hashes
    """(terms,) ascending."""
    column_starts: Places
    """(columns + 1,) where each column's terms start in `column_terms`."""
    column_terms: Places
    """Numbers of terms, ascending within a column."""
    strengths: npt.NDArray[np.uint8]
    """The logarithm of each term's count in its column; empty where all counts are one."""
    complete: npt.NDArray[np.bool_]
    """(columns,) False where a column's terms are a sketch: its smallest hashes only."""
    weighed: npt.NDArray[np.bool_]
    """(1,) Whether the count of a term in its column weighs when columns are compared."""
    term_starts: Places
    """(terms + 1,) where each term's columns start in `term_columns`."""
    term_columns: Places
    """Numbers of columns, ascending within a term."""
    stats: TermStats
    mask: np.uint64 = _EVERY_BIT
    """Terms that agree in these leading bits are treated as one."""

    @classmethod
    def build(cls, rows: TermRows) -> InvertedIndex:
        """Index columns; their numbers are their places in `rows`."""
        terms, numbers = np.unique(rows.hashes, return_inverse=True)
        columns = owners_of(rows.starts)
        frequency = np.bincount(numbers, minlength=len(terms))
        strengths = np.zeros(0, np.uint8) if rows.strengths is None else rows.strengths
        is_weighed = rows.is_weighed and len(strengths) > 0
        weights = np.float64(STRENGTH_STEP) * strengths if is_weighed else None
        rarity = rarity_of(frequency, len(rows))
        return cls(
            terms=terms,
            column_starts=compact(rows.starts),
            column_terms=compact(numbers),
            strengths=strengths,
            complete=rows.complete,
            weighed=np.array([is_weighed]),
            term_starts=compact(np.concatenate([[0], np.cumsum(frequency)])),
            term_columns=columns[np.argsort(numbers, kind="stable")],
            stats=TermStats.of(numbers, columns, weights, rarity, len(rows)),
        )

    def rows(self, columns: Integers) -> TermRows:
        """Return the terms of some columns, as they were given to `build`, unfolded."""
        starts, lengths = self._spans(columns)
        entries = ranges(starts, lengths)
        return TermRows(
            hashes=self.terms[self.column_terms[entries]],
            strengths=self.strengths[entries] if len(self.strengths) else None,
            starts=np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]),
            complete=np.asarray(self.complete[columns]),
            is_weighed=bool(self.weighed[0]),
        )

    def folded(self, mask: np.uint64, stats: TermStats | None = None) -> InvertedIndex:
        """Return an index that treats terms that agree in the leading bits of `mask` as one.

        `stats` are those of an earlier call; without them they are computed. Counts can't be weighed in a folded index.
        """
        return replace(self, mask=mask, stats=stats or self._folded_stats(mask))

    @classmethod
    def open(cls, folder: Path) -> InvertedIndex:
        """Memory-map an index that was saved. Raises IndexDamaged when it can't be read."""
        arrays: dict[str, Any] = {name: open_array(folder / f"{name}.npy") for name in _ARRAYS}
        return cls(**arrays, stats=TermStats.open(folder))

    def save(self, folder: Path) -> None:
        """Write each array to a file."""
        folder.mkdir(parents=True)
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)
        self.stats.save(folder)

    def check(self, columns: int) -> None:
        """Raise IndexDamaged unless the arrays fit together; those of a foreign index may not."""
        entries = len(self.column_terms)
        fits = (
            all(getattr(self, name).ndim == 1 for name in _ARRAYS)
            and all(getattr(self, name).dtype in _DTYPES.get(name, _PLACES) for name in _ARRAYS)
            and self.stats.sums.dtype == np.float32
            and bool(np.all(self.stats.sums >= 0) & np.all(np.isfinite(self.stats.sums)))
            and self.columns == len(self.complete) == columns
            and self.stats.sums.shape == (3, columns)
            and len(self.term_columns) == entries
            and len(self.strengths) in (0, entries)
            and self.weighed.shape == (1,)
            and not (self.weighed[0] and len(self.strengths) != entries)
            and len(self.term_starts) == len(self.terms) + 1
            and bool(np.all(self.terms[1:] > self.terms[:-1]))
            and self.column_terms.max(initial=0) < max(len(self.terms), 1)
            and self.term_columns.max(initial=0) < max(columns, 1)
            and all(_partitions(starts, entries) for starts in (self.column_starts, self.term_starts))
        )
        if not fits:
            raise IndexDamaged("the arrays of a term index don't fit together; build the index again")

    @property
    def columns(self) -> int:
        """The number of columns."""
        return len(self.column_starts) - 1

    def column(self, number: int) -> TermSet:
        """Return the terms of a column of the lake."""
        start, end = int(self.column_starts[number]), int(self.column_starts[number + 1])
        numbers = self.column_terms[start:end].astype(np.int64)
        hashes = self.terms[numbers]
        counts = np.ones(len(hashes), np.int64)
        if len(self.strengths):
            counts = np.rint(np.expm1(self.strengths[start:end] * STRENGTH_STEP)).astype(np.int64)
        return TermSet(hashes, counts, bool(self.complete[number]), numbers)

    def candidates(
        self, query: QueryTerms, limit: int, budget: int, order: Order = Order.RARITY, without: Integers = NO_COLUMNS
    ) -> tuple[Integers, Floats]:
        """Return the columns that share terms with `query` and their scores, best first, ties by number.

        Columns in `without`, by number, are left out before the best are chosen.
        The lists of the rarest terms are read first, until they hold `budget` entries; the first list is always read.
        In a folded index, a column counts once for each of its terms that folds into a query term.
        """
        rarest = np.argsort(query.frequency, kind="stable")
        affordable = max(1, int(np.searchsorted(np.cumsum(query.frequency[rarest]), budget, side="right")))
        rarest = rarest[:affordable]
        starts, lengths = self._starts_of(query.first[rarest]), query.frequency[rarest]
        lists = [self.term_columns[start : start + length] for start, length in zip(starts, lengths, strict=True)]
        columns = np.concatenate([self.term_columns[:0], *lists])
        if order is Order.RARITY:
            shared_rarity = sums(columns, np.repeat(query.rarity[query.known[rarest]], lengths), self.columns)
            shared_rarity[without] = 0
            found = np.flatnonzero(shared_rarity)
            return best(found, shared_rarity[found], np.zeros(len(found)), limit)
        shared = sums(columns, None, self.columns)
        shared[without] = 0
        found = np.flatnonzero(shared)
        comparable = _count_up_to(query.hashes, self._limits(query.terms, found) & self.mask)
        # The + 1 ranks many shared of many terms above one of one, where a short sketch leaves few to compare.
        return best(found, shared[found] / (comparable + 1), self.stats.take(found)[0], limit)

    def compare(self, query: QueryTerms, columns: Integers) -> Comparison:
        """Compare `query` with columns of the lake, by number."""
        starts, lengths = self._spans(columns)
        owners, places, numbers = self._shared(query, columns, starts, lengths)
        rarity = query.rarity[places]
        products = query.weights[places] * rarity
        if self.weighed[0]:
            entries = find_in_spans(self.column_terms, starts[owners], lengths[owners], numbers)
            products = products * (self.strengths[entries] * STRENGTH_STEP)
        shared_terms, shared_rarity, inner = (
            sums(owners, amounts, len(columns)) for amounts in (None, rarity, products)
        )
        limits = self._limits(query.terms, columns)
        comparable = _count_up_to(query.hashes, limits & self.mask)
        terms, total_rarity, norms = self.stats.take(columns)
        if not query.terms.is_complete:
            terms, total_rarity = self._stats_up_to(limits, columns)
        return Comparison(
            shared=shared_terms,
            query_terms=comparable.astype(np.float64),
            candidate_terms=terms,
            shared_rarity=shared_rarity,
            query_rarity=query.summed_rarity[comparable],
            candidate_rarity=total_rarity,
            cosine=ratio(inner, norms * query.norm),
        )

    def _shared(self, query: QueryTerms, columns: Integers, starts: Integers, lengths: Integers) -> SharedTerms:
        # Whichever is shorter is walked through: the columns of the query's terms, or the terms of the columns.
        if int(query.frequency.sum()) < int(lengths.sum()):
            owners, places, numbers = shared_by_postings(query, columns, self.term_starts, self.term_columns)
        else:
            owners, places, numbers = shared_by_columns(query, self.column_terms, starts, lengths, len(self.terms))
        if self.mask != _EVERY_BIT:
            is_first = starts_run(owners, places)
            owners, places, numbers = owners[is_first], places[is_first], numbers[is_first]
        return owners, places, numbers

    def look_up(self, terms: TermSet) -> QueryTerms:
        """Look up the terms of a column, of the lake or from outside, for `candidates` and `compare`."""
        hashes, counts = terms.hashes, terms.counts
        if self.mask != _EVERY_BIT:
            hashes = hashes & self.mask
            kept = np.flatnonzero(starts_run(hashes))
            hashes, counts = hashes[kept], np.ones(len(kept), np.int64)
        else:
            kept = np.arange(len(hashes))
        first, last = self._runs_of(terms, hashes, kept)
        known = np.flatnonzero(last > first)
        first, last = first[known], last[known]
        frequency = self._starts_of(last) - self._starts_of(first)
        everywhere = np.zeros(len(hashes), np.int64)
        everywhere[known] = frequency
        weights = rarity = rarity_of(everywhere, self.columns)
        if self.weighed[0]:
            weights = strengths_of(counts) * STRENGTH_STEP * rarity
        summed_rarity = np.concatenate([np.zeros(1), np.cumsum(rarity)])
        norm = float(np.linalg.norm(weights))
        return QueryTerms(terms, hashes, rarity, weights, summed_rarity, norm, known, first, last, frequency)

    def _runs_of(self, terms: TermSet, hashes: Hashes, kept: Integers) -> tuple[Integers, Integers]:
        """Return the number of the first term of each hash, and the one after its last, which are equal if it has none.

        `kept` are the places in `terms` that the hashes come from.
        """
        if terms.numbers is not None:
            numbers = terms.numbers[kept]
            if int(numbers.max(initial=0)) < len(self.terms) and np.array_equal(
                self.terms[numbers] & self.mask, hashes
            ):
                return groups_of(self.terms, self.mask, numbers) if self.mask != _EVERY_BIT else (numbers, numbers + 1)
        return np.searchsorted(self.terms, hashes), np.searchsorted(self.terms, hashes | ~self.mask, side="right")

    def _starts_of(self, numbers: Places) -> Integers:
        return self.term_starts[numbers].astype(np.int64)

    def _spans(self, columns: Integers) -> tuple[Integers, Integers]:
        """Return where the terms of each column start, and how many it has."""
        starts = self.column_starts[columns].astype(np.int64)
        return starts, self.column_starts[columns + 1].astype(np.int64) - starts

    def _limits(self, query: TermSet, columns: Integers) -> Hashes:
        """Return for each column the last hash that is within both its sketch and the query's."""
        starts, lengths = self._spans(columns)
        is_cut = ~self.complete[columns] & (lengths > 0)
        limits = np.full(len(columns), _EVERY_BIT)
        limits[is_cut] = self.terms[self.column_terms[(starts + lengths)[is_cut] - 1]]
        if query.is_complete or len(query.hashes) == 0:
            return limits
        return np.asarray(np.minimum(limits, query.hashes[-1]))

    def _stats_up_to(self, limits: Hashes, columns: Integers) -> tuple[Floats, Floats]:
        """Return the number of terms of each column up to its limit, and their summed rarity."""
        starts, lengths = self._spans(columns)
        ends = np.repeat(np.searchsorted(self.terms, limits | ~self.mask, side="right"), lengths)
        numbers = self.column_terms[ranges(starts, lengths)]
        owners = np.repeat(np.arange(len(columns)), lengths)
        is_counted = numbers < ends
        numbers, owners = numbers[is_counted].astype(np.int64), owners[is_counted]
        first, last = numbers, numbers + 1
        if self.mask != _EVERY_BIT:
            folded = self.terms[numbers] & self.mask
            is_first = starts_run(owners, folded)
            owners = owners[is_first]
            first, last = groups_of(self.terms, self.mask, numbers[is_first].astype(np.int64))
        rarity = rarity_of(self._starts_of(last) - self._starts_of(first), self.columns)
        return sums(owners, None, len(columns)), sums(owners, rarity, len(columns))

    def _folded_stats(self, mask: np.uint64) -> TermStats:
        folded = self.terms & mask
        starts = np.flatnonzero(starts_run(folded))
        group_of = np.cumsum(starts_run(folded)) - 1
        frequency = np.diff(self._starts_of(np.append(starts, len(self.terms))))
        columns, groups = owners_of(self.column_starts.astype(np.int64)), group_of[self.column_terms]
        is_first = starts_run(columns, groups)
        rarity = rarity_of(frequency, self.columns)
        return TermStats.of(groups[is_first], columns[is_first], None, rarity, self.columns)


def _count_up_to(hashes: Hashes, limits: Hashes) -> Integers:
    """Return how many of the hashes, ascending, are at most each limit, (limits,)."""
    counts = np.full(len(limits), len(hashes))
    if len(hashes):
        is_below = limits < hashes[-1]
        counts[is_below] = np.searchsorted(hashes, limits[is_below], side="right")
    return counts


def _partitions(starts: Places, entries: int) -> bool:
    """Return whether ascending starts divide `entries` entries."""
    return starts[0] == 0 and starts[-1] == entries and bool(np.all(starts[1:] >= starts[:-1]))
