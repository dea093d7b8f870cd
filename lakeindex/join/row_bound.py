"""How many rows a join can give at most, as far as it is known without counting them."""

from __future__ import annotations

from lakeindex.join.estimate.estimate import JoinEstimate
from lakeindex.join.kinds import How
from lakeindex.join.side import JoinSide

_DOUBT = 2.0  # times the upper end of the estimate: so many rows may come without being counted before


def most_pairs(left: JoinSide, right: JoinSide, estimate: JoinEstimate | None) -> float:
    """Bound the pairs by all combinations of rows, and by the estimate from sketches."""
    pairs = left.rows * right.rows
    return pairs if estimate is None else min(pairs, _DOUBT * estimate.rows.high)


def most_rows(pairs: float, how: How, left: JoinSide, right: JoinSide) -> float:
    """Bound the rows of a join with at most so many pairs."""
    if how is How.ANTI:
        return left.rows
    return pairs + {How.INNER: 0, How.LEFT: left.rows, How.FULL: left.rows + right.rows}[how]
