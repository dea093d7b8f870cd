"""How near the words, or values, of one column are to those of others: late interaction (ColBERT's MaxSim)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers, Similarities, Vectors

_NOTHING = -1.0
"""The likeness where a side has no unit."""
_NEARLY = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """The cosine of each unit with the nearest one of the other column, at least 0; nan where there is no unit.

    Khattab and Zaharia, SIGIR 2020.
    """

    ahead: Similarities
    """(others, units) of the one column's units, in each of the others."""
    back: Similarities
    """(others, units) of the others' units, in the one."""

    @classmethod
    def of(cls, units: Vectors, one: int, others: Integers) -> Nearest:
        """Compare a column with others, by places in `units`, (columns, units, d), of unit length or 0."""
        mine, theirs = units[one], units[others]
        is_mine, is_theirs = mine.any(axis=1), theirs.any(axis=2)
        cosines = np.maximum((theirs.reshape(-1, mine.shape[1]) @ mine.T).reshape(*theirs.shape[:2], -1), 0)
        return cls(
            np.where(is_mine, cosines.max(axis=1), np.float32(np.nan)),
            np.where(is_theirs, cosines.max(axis=2), np.float32(np.nan)),
        )

    def means(self) -> tuple[Floats, Floats]:
        """Return the mean of either side's units, (others,) each."""
        return _mean(self.ahead), _mean(self.back)

    def near(self) -> tuple[Floats, Floats]:
        """Return the share of either side's units that have a near one, (others,) each."""
        return _mean(_as_near(self.ahead)), _mean(_as_near(self.back))


def _as_near(likenesses: Similarities) -> Similarities:
    near = np.where(likenesses >= _NEARLY, np.float32(1), np.float32(0))
    return np.where(np.isnan(likenesses), likenesses, near)


def _mean(likenesses: Similarities) -> Floats:
    is_there = ~np.isnan(likenesses)
    count = is_there.sum(axis=1)
    total = np.where(is_there, likenesses, 0).sum(axis=1, dtype=np.float64)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), _NOTHING))
