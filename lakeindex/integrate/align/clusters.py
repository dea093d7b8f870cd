"""Put columns of many tables into clusters, none with two columns of a table."""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers


def cluster(log_odds: Floats, tables: Integers) -> Integers:
    """Return the number of each column's cluster, (n,), by the log-odds of each two, (n, n), symmetric.

    Agglomerative clustering with average linkage: the two clusters are merged whose columns are, on average, likeliest
    to be the same, while that is likelier than not, and unless both have a column of one table (the constraint of
    ALITE; Khatiwada et al., VLDB 2022). Numbers are those of the first columns.
    """
    merging = _Merging.of(log_odds, tables)
    while merging.merge():
        pass
    return merging.numbers


class _Merging:
    """Clusters that are being merged; that of a number is kept in the row and column of its first column."""

    def __init__(self, totals: Floats, members: np.ndarray, numbers: Integers) -> None:
        self._means = totals
        self._sizes = np.ones(len(totals))
        self._members = members
        self.numbers = numbers
        self._nearest = totals.argmax(axis=1) if len(totals) else numbers
        self._best = totals.max(axis=1, initial=-np.inf)

    @classmethod
    def of(cls, log_odds: Floats, tables: Integers) -> _Merging:
        """Start with a cluster a column."""
        means = np.array(log_odds, np.float64)
        means[tables[:, None] == tables[None, :]] = -np.inf
        _, places = np.unique(tables, return_inverse=True)
        members = np.zeros((len(tables), int(places.max(initial=-1)) + 1), bool)
        members[np.arange(len(tables)), places] = True
        return cls(means, members, np.arange(len(tables)))

    def merge(self) -> bool:
        """Merge the likeliest two clusters; return whether there were any."""
        if not len(self._best):
            return False
        first = int(self._best.argmax())
        if self._best[first] <= 0:
            return False
        one, other = sorted((first, int(self._nearest[first])))
        self._put_together(one, other)
        self._update(one, other)
        return True

    def _put_together(self, one: int, other: int) -> None:
        sizes = self._sizes[[one, other]]
        row = (self._means[one] * sizes[0] + self._means[other] * sizes[1]) / sizes.sum()
        self._sizes[one] = sizes.sum()
        self._members[one] |= self._members[other]
        row[(self._members & self._members[one]).any(axis=1)] = -np.inf
        row[np.isnan(row)] = -np.inf
        self._means[one], self._means[:, one] = row, row
        self._means[other], self._means[:, other] = -np.inf, -np.inf
        self.numbers[self.numbers == other] = one

    def _update(self, one: int, other: int) -> None:
        """Find the nearest clusters anew of those whose nearest has changed."""
        self._best[other] = -np.inf
        stale = np.flatnonzero(np.isin(self._nearest, (one, other)) & (self._best > -np.inf))
        stale = np.union1d(stale, [one])
        self._nearest[stale] = self._means[stale].argmax(axis=1)
        self._best[stale] = self._means[stale].max(axis=1)
        # Average linkage is reducible: a merged cluster is no nearer to a third than the nearer of both was.
