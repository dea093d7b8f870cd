"""How near the cells of one column are to those of another, summed up a pair of columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Integers, Vectors


@dataclass(frozen=True, slots=True, eq=False)
class NearestCells:
    """The likeness of each cell of one column to the nearest cell of another, a row a pair of columns (MaxSim)."""

    likenesses: Vectors
    """(pairs, cells) the cosine with the nearest cell, 0 or more."""
    is_cell: Flags
    """(pairs, cells) where there is a cell."""
    count: Integers
    """(pairs,) how many cells there are."""

    @classmethod
    def of(cls, likenesses: Vectors, is_cell: Flags) -> NearestCells:
        """Count the cells of each pair."""
        return cls(likenesses, is_cell, is_cell.sum(axis=1))

    def mean(self) -> Floats:
        """Return the mean likeness of each pair's cells, (pairs,), 0 without cells."""
        return np.asarray(np.where(self.is_cell, self.likenesses, 0).sum(axis=1) / np.maximum(self.count, 1))

    def share_above(self, least: float) -> Floats:
        """Return the share of each pair's cells whose likeness is above `least`, (pairs,), 0 without cells."""
        return np.asarray((self.is_cell & (self.likenesses > least)).sum(axis=1) / np.maximum(self.count, 1))

    def best(self) -> Floats:
        """Return the highest likeness of each pair, (pairs,), minus infinity without cells."""
        return np.asarray(np.where(self.is_cell, self.likenesses, -np.inf).max(axis=1))

    def worst(self) -> Floats:
        """Return the lowest likeness of each pair, (pairs,), infinity without cells."""
        return np.asarray(np.where(self.is_cell, self.likenesses, np.inf).min(axis=1))

    def median(self) -> Floats:
        """Return the median likeness of each pair, (pairs,), infinity without cells."""
        ascending = np.sort(np.where(self.is_cell, self.likenesses, np.inf), axis=1)
        rows, count = np.arange(len(ascending)), np.maximum(self.count, 1)
        return np.asarray((ascending[rows, (count - 1) // 2] + ascending[rows, count // 2]) / 2)
