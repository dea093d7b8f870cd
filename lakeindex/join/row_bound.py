"""How many rows a join can give at most, as far as it is known without counting them."""

from __future__ import annotations

from lakeindex.join.estimate.estimate import Expected
from lakeindex.join.kinds import How
from lakeindex.join.side import JoinSide

_DOUBT = 2.0  # times what sketches promise at most: so many rows may come without being counted before


def most_pairs(left: JoinSide, right: JoinSide, expected: Expected | None) -> float:
    """Bound the pairs by all there could be, and by what sketches promise."""
    pairs = left.rows * right.rows
    return pairs if expected is None else min(pairs, _DOUBT * expected.rows.high)


def rows_of(pairs: float, how: How, left: JoinSide, right: JoinSide) -> float:
    """Bound the rows of a join of at most so many pairs."""
    if how is How.ANTI:
        return left.rows
    return pairs + {How.INNER: 0, How.LEFT: left.rows, How.FULL: left.rows + right.rows}[how]
