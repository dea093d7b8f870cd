"""Columns as weighted sets of hashed terms: an inverted index proposes candidates, the sets themselves compare pairs.

The layout is that of a sparse matrix kept both ways, columns x terms and terms x columns, in flat arrays that are
memory-mapped. Terms are numbered in the order of their hash, so a bottom-k sketch is a prefix of a column's terms.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lakeindex.errors import IndexDamaged
from lakeindex.pairs import Comparison, Hashes, Numbers, TermSet, Weights, ratio

_STRENGTH_STEP = 0.1  # log counts are kept in a byte, in tenths


@dataclass(frozen=True, slots=True, eq=False)
class TermIndex:
    """The terms of every column of a lake, of one family."""

    terms: Hashes
    """(terms,) ascending."""
    column_starts: Numbers
    """(columns + 1,) where each column's terms start in `column_terms`."""
    column_terms: npt.NDArray[np.int32]
    """Numbers of terms, ascending within a column."""
    strengths: npt.NDArray[np.uint8]
    """The logarithm of each term's count in its column."""
    complete: npt.NDArray[np.bool_]
    """(columns,)"""
    term_starts: Numbers
    """(terms + 1,) where each term's columns start in `term_columns`."""
    term_columns: npt.NDArray[np.int32]
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
            return cls(**{field.name: np.load(folder / f"{field.name}.npy", mmap_mode="r") for field in fields(cls)})
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
        counts = np.rint(np.expm1(self.strengths[start:end] * _STRENGTH_STEP)).astype(np.int64)
        return TermSet(self.terms[self.column_terms[start:end]], counts, bool(self.complete[number]))

    def rarity(self, numbers: npt.NDArray[np.int32] | Numbers) -> Weights:
        """Return the inverse document frequency of terms, by number: ln((N + 1) / (df + 1/2))."""
        frequency = self.term_starts[numbers + 1] - self.term_starts[numbers]
        return np.log((self.columns + 1) / (frequency + 0.5))

    def candidates(self, query: TermSet, limit: int, budget: int) -> tuple[Numbers, Weights]:
        """Return the columns that share the most rarity with `query`, best first.

        The rarest terms are looked up first, until their lists of columns hold `budget` entries.
        """
        numbers = self._known(query)
        lengths = self.term_starts[numbers + 1] - self.term_starts[numbers]
        order = np.argsort(lengths, kind="stable")
        affordable = order[np.cumsum(lengths[order]) <= max(budget, int(lengths.min(initial=0)))]
        numbers, lengths = numbers[affordable], lengths[affordable]
        columns = self.term_columns[_ranges(self.term_starts[numbers], lengths)]
        scores = np.bincount(columns, weights=np.repeat(self.rarity(numbers), lengths), minlength=0)
        return _best(scores, limit)

    def compare(self, query: TermSet, columns: Numbers) -> Comparison:
        """Compare `query` with columns of the lake, by number."""
        numbers = self._known(query)
        lengths = self.column_starts[columns + 1] - self.column_starts[columns]
        where = _ranges(self.column_starts[columns], lengths)
        terms, strengths = self.column_terms[where], self.strengths[where] * _STRENGTH_STEP
        place = np.searchsorted(numbers, terms)
        place[place == len(numbers)] = 0
        is_shared = (numbers[place] == terms) if len(numbers) else np.zeros(len(terms), bool)
        limits = self._limits(query, columns, lengths)
        counts_in = terms <= np.repeat(limits, lengths)
        rarity = self.rarity(terms)
        query_strengths = _strengths(query.counts)[self._is_known(query)] * _STRENGTH_STEP
        products = np.zeros(len(terms))
        products[is_shared] = (query_strengths[place] * strengths * rarity**2)[is_shared] if len(numbers) else 0.0
        add = _Summing(lengths)
        own_rarity = self._own_rarity(query)
        own_norm = float(np.sqrt(np.sum((_strengths(query.counts) * _STRENGTH_STEP * own_rarity) ** 2)))
        norms = np.sqrt(add((strengths * rarity) ** 2)) * own_norm
        seen, seen_rarity = self._query_sums(query, own_rarity, limits)
        return Comparison(
            shared=add(is_shared.astype(np.float64)),
            query_terms=seen,
            candidate_terms=add(counts_in.astype(np.float64)),
            shared_rarity=add(is_shared * rarity),
            query_rarity=seen_rarity,
            candidate_rarity=add(counts_in * rarity),
            cosine=ratio(add(products), norms),
        )

    def _positions(self, query: TermSet) -> Numbers:
        return np.minimum(np.searchsorted(self.terms, query.hashes), max(len(self.terms) - 1, 0))

    def _is_known(self, query: TermSet) -> npt.NDArray[np.bool_]:
        if len(self.terms) == 0:
            return np.zeros(len(query.hashes), bool)
        return np.asarray(self.terms[self._positions(query)] == query.hashes)

    def _known(self, query: TermSet) -> Numbers:
        return self._positions(query)[self._is_known(query)].astype(np.int64)

    def _own_rarity(self, query: TermSet) -> Weights:
        """Return the rarity of each of the query's terms; one that the lake doesn't know is as rare as can be."""
        rarity = np.full(len(query.hashes), np.log((self.columns + 1) / 0.5))
        is_known = self._is_known(query)
        rarity[is_known] = self.rarity(self._positions(query)[is_known])
        return rarity

    def _limits(self, query: TermSet, columns: Numbers, lengths: Numbers) -> Numbers:
        """Return for each candidate the last term number below both sketches' limits."""
        everything = len(self.terms)
        last = np.full(len(columns), everything, np.int64)
        cut = ~self.complete[columns] & (lengths > 0)
        last[cut] = self.column_terms[self.column_starts[columns[cut] + 1] - 1]
        if not query.is_complete and len(query.hashes):
            last = np.minimum(last, np.searchsorted(self.terms, query.hashes[-1], side="right") - 1)
        return last

    def _query_sums(self, query: TermSet, rarity: Weights, limits: Numbers) -> tuple[Weights, Weights]:
        """Count the query's terms, and sum their rarity, up to each limit."""
        bounds = np.full(len(limits), len(query.hashes))
        inside = limits < len(self.terms)
        # A limit of -1 lies below every term of the lake: nothing of the query is comparable.
        hashes = self.terms[np.maximum(limits[inside], 0)]
        bounds[inside] = np.where(limits[inside] < 0, 0, np.searchsorted(query.hashes, hashes, side="right"))
        return bounds.astype(np.float64), np.concatenate([[0.0], np.cumsum(rarity)])[bounds]


class _Summing:
    """Sum an array over consecutive groups of given lengths."""

    def __init__(self, lengths: Numbers) -> None:
        self.groups = np.repeat(np.arange(len(lengths)), lengths)
        self.size = len(lengths)

    def __call__(self, amounts: Weights) -> Weights:
        return np.bincount(self.groups, weights=amounts, minlength=self.size)


def _ranges(starts: Numbers, lengths: Numbers) -> Numbers:
    """Return start, start + 1, ... for each of several ranges, one after the other."""
    ends = np.cumsum(lengths)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - (ends - lengths), lengths)


def _strengths(counts: Numbers) -> npt.NDArray[np.uint8]:
    return np.minimum(np.rint(np.log1p(counts) / _STRENGTH_STEP), 255).astype(np.uint8)


def _best(scores: Weights, limit: int) -> tuple[Numbers, Weights]:
    """Return the numbers of the highest positive scores, best first, ties in the order of their number."""
    found = np.flatnonzero(scores > 0)
    if len(found) > limit:
        # Everything that ties with the last one stays until the order is settled.
        edge = np.partition(scores[found], len(found) - limit)[len(found) - limit]
        found = found[scores[found] >= edge]
    order = np.lexsort((found, -scores[found]))[:limit]
    return found[order], scores[found[order]]
