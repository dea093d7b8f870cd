"""The counts of a join."""

from __future__ import annotations

from dataclasses import dataclass

from lakeindex.join.kinds import How


@dataclass(frozen=True, slots=True)
class JoinCounts:
    """The rows of both sides, and how many of them have partners."""

    pairs: int
    """Rows of the inner join."""
    left_rows: int
    left_valued: int
    """Rows with a value that a partner could have."""
    left_matched: int
    """Rows with a partner."""
    right_rows: int
    right_valued: int
    right_matched: int

    def rows(self, how: How) -> int:
        """Return the number of joined rows."""
        if how is How.ANTI:
            return self.left_rows - self.left_matched
        alone = self.left_rows - self.left_matched if how is not How.INNER else 0
        return self.pairs + alone + (self.right_rows - self.right_matched if how is How.FULL else 0)

    @property
    def match_rate(self) -> float:
        """The share of left rows with a value that find a partner; 0 where there is none."""
        return self.left_matched / self.left_valued if self.left_valued else 0.0
