"""The terms of columns as rows: what a term index is built from, taken out of one, joined and put in another order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Flags, Hashes, Integers
from lakeindex.arrays.ragged import ranges

STRENGTH_STEP = 0.1
"""Log counts are kept in a byte, in tenths."""


@dataclass(frozen=True, slots=True, eq=False)
class TermRows:
    """The terms of several columns, one column's after the other's."""

    hashes: Hashes
    """Ascending within a column."""
    strengths: npt.NDArray[np.uint8] | None
    """The logarithm of each term's count in its column; None where all counts are one."""
    starts: Integers
    """(columns + 1,) where each column's terms start."""
    complete: Flags
    """(columns,) False where only a column's smallest hashes are here, a sketch of more."""
    is_weighed: bool = True
    """Whether a term that a column has more often counts more when columns are compared."""

    @classmethod
    def of(
        cls, hashes: Hashes, counts: Integers | None, starts: Integers, complete: Flags, is_weighed: bool = True
    ) -> TermRows:
        """Take in terms with their counts; without counts all are 1."""
        return cls(hashes, None if counts is None else strengths_of(counts), starts, complete, is_weighed)

    def __len__(self) -> int:
        return len(self.complete)

    def take(self, columns: Integers) -> TermRows:
        """Return some of the columns, in the order asked for."""
        lengths = np.diff(self.starts)[columns]
        entries = ranges(self.starts[:-1][columns], lengths)
        return TermRows(
            hashes=self.hashes[entries],
            strengths=None if self.strengths is None else self.strengths[entries],
            starts=np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]),
            complete=self.complete[columns],
            is_weighed=self.is_weighed,
        )

    def joined(self, others: TermRows) -> TermRows:
        """Put other columns of the same family behind these."""
        # Rows without a term say nothing of how their family counts: an index of nothing but such has forgotten it.
        told = [rows for rows in (self, others) if len(rows.hashes)]
        counted = [rows.strengths for rows in told if rows.strengths is not None]
        return TermRows(
            hashes=np.concatenate([self.hashes, others.hashes]),
            strengths=np.concatenate(counted) if counted else None,
            starts=np.concatenate([self.starts, self.starts[-1] + others.starts[1:]]),
            complete=np.concatenate([self.complete, others.complete]),
            is_weighed=any(rows.is_weighed for rows in told),
        )


def strengths_of(counts: Integers) -> npt.NDArray[np.uint8]:
    """Return the logarithms of counts, in steps of STRENGTH_STEP."""
    return np.minimum(np.rint(np.log1p(counts) / STRENGTH_STEP), 255).astype(np.uint8)
