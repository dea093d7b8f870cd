"""The terms of columns as rows: an inverted index is built from them and returns them, joined or in another order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Flags, Hashes, Integers
from lakeindex.arrays.ragged import ranges
from lakeindex.index.term_stats import strengths_of


@dataclass(frozen=True, slots=True, eq=False)
class TermRows:
    """The terms of several columns, one column after the other."""

    hashes: Hashes
    """Ascending within a column."""
    strengths: npt.NDArray[np.uint8] | None
    """The logarithm of each term's count in its column; None where all counts are one."""
    starts: Integers
    """(columns + 1,) where each column's terms start."""
    complete: Flags
    """(columns,) False where the terms are a sketch: the column's smallest hashes only."""
    is_weighed: bool = True
    """Whether the count of a term in its column weighs when columns are compared."""

    @classmethod
    def of(
        cls, hashes: Hashes, counts: Integers | None, starts: Integers, complete: Flags, is_weighed: bool = True
    ) -> TermRows:
        """Make rows of terms with their counts; without counts all are 1."""
        return cls(hashes, None if counts is None else strengths_of(counts), starts, complete, is_weighed)

    def __len__(self) -> int:
        return len(self.complete)

    def take(self, columns: Integers) -> TermRows:
        """Return some of the columns, in the order given."""
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
        # Whether a family has counts is unknown of rows without a term, as an index of only such keeps no strengths.
        filled = [rows for rows in (self, others) if len(rows.hashes)]
        counted = [rows.strengths for rows in filled if rows.strengths is not None]
        return TermRows(
            hashes=np.concatenate([self.hashes, others.hashes]),
            strengths=np.concatenate(counted) if counted else None,
            starts=np.concatenate([self.starts, self.starts[-1] + others.starts[1:]]),
            complete=np.concatenate([self.complete, others.complete]),
            is_weighed=any(rows.is_weighed for rows in filled),
        )
