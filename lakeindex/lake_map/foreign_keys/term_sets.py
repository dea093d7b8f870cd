"""The terms of many columns, each set of them looked up once, however many columns have it: as copies of a table do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from lakeindex.arrays.aliases import Floats, Hashes, Integers
from lakeindex.index.inverted_index import InvertedIndex, Order
from lakeindex.types.columns import QueryTerms

_POSTINGS = 100_000
_AT_ONCE, _MOST_THREADS = 256, 4
"""Sets that a thread takes, and threads: NumPy lets others run while it counts."""
_DIGESTED_AT_ONCE = 8_192
_ODD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True, eq=False)
class TermSets:
    """The different sets of terms that some columns have in an index."""

    index: InvertedIndex
    columns: Integers
    """(n,) ascending."""
    numbers: Integers
    """(n,) the number of each column's set."""
    firsts: Integers
    """(sets,) the first column with each."""

    @classmethod
    def of(cls, index: InvertedIndex, columns: Integers) -> TermSets:
        """Tell the sets of some columns, which are ascending, apart."""
        parts = np.array_split(columns, max(1, len(columns) // _DIGESTED_AT_ONCE))
        digests = np.concatenate([_digests(index, part) for part in parts])
        whole = np.ascontiguousarray(digests).view(np.dtype((np.void, digests.shape[1] * digests.itemsize))).ravel()
        _, first, numbers = np.unique(whole, return_index=True, return_inverse=True)
        return cls(index, columns, numbers.astype(np.int64), columns[first])

    def numbers_of(self, columns: Integers) -> Integers:
        """Return the number of the set of each of some columns, (n,), in any order."""
        return self.numbers[np.searchsorted(self.columns, columns)]

    def candidates(self, limit: int, order: Order, without: Integers) -> tuple[Integers, Integers]:
        """Return where the columns proposed for each set start, (sets + 1,), and these columns, `limit` a set at most.

        Columns in `without` are proposed for none.
        """

        def proposed(places: Integers) -> list[Integers]:
            return [
                self.index.candidates(self._query(one), limit, _POSTINGS, order, without)[0].astype(np.int64)
                for one in places.tolist()
            ]

        found = [one for part in _in_threads(proposed, np.arange(len(self.firsts))) for one in part]
        starts = np.concatenate([[0], np.cumsum([len(one) for one in found], dtype=np.int64)]).astype(np.int64)
        return starts, np.concatenate([np.zeros(0, np.int64), *found])

    def compare(self, children: Integers, others: Integers) -> Floats:
        """Compare each of some columns with another one.

        Returns (3, n): the share of the first one's terms that the other has, the share of the other's that the first
        has, and how many both have.
        """
        size = np.int64(self.index.columns)
        pairs, places = np.unique(self.numbers_of(children) * size + others, return_inverse=True)
        sets, columns = np.divmod(pairs, size)
        of, starts = np.unique(sets, return_index=True)
        ends = np.append(starts[1:], len(pairs))

        def compared(some: Integers) -> Floats:
            spans = zip(of[some].tolist(), starts[some].tolist(), ends[some].tolist(), strict=True)
            return np.concatenate([self._compared(one, columns[start:end]) for one, start, end in spans], axis=1)

        parts = list(_in_threads(compared, np.arange(len(of))))
        return np.concatenate([np.zeros((3, 0)), *parts], axis=1)[:, places]

    def _compared(self, number: int, columns: Integers) -> Floats:
        found = self.index.compare(self._query(number), columns)
        return np.stack([found.containment(), found.reverse_containment(), found.shared])

    def _query(self, number: int) -> QueryTerms:
        return self.index.look_up(self.index.column(int(self.firsts[number])))


def _digests(index: InvertedIndex, columns: Integers) -> Hashes:
    """Return four numbers of each column's terms, (n, 4), which hardly two sets of terms have in common."""
    rows = index.rows(columns)
    sums = [_sums(some, rows.starts) for some in (rows.hashes, rows.hashes * (rows.hashes * _ODD))]
    return np.stack([*sums, np.diff(rows.starts).astype(np.uint64), rows.complete.astype(np.uint64)], axis=1)


def _sums(hashes: Hashes, starts: Integers) -> Hashes:
    """Sum up runs of hashes, modulo 2^64."""
    return np.diff(np.concatenate([np.zeros(1, np.uint64), np.cumsum(hashes, dtype=np.uint64)])[starts])


_T = TypeVar("_T")


def _in_threads(work: Callable[[Integers], _T], sets: Integers) -> Iterator[_T]:
    """Yield what `work` gives for some sets at once, in their order."""
    parts = [sets[start : start + _AT_ONCE] for start in range(0, len(sets), _AT_ONCE)]
    with ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1)) as threads:
        yield from threads.map(work, parts)
