"""Let columns of different grain meet: the finer one is taken to the period of the coarser one that it lies in."""

from __future__ import annotations

from dataclasses import dataclass

from lakeindex.join.condition import VALUE, ByExpression, Meeting
from lakeindex.join.kinds import MatchKind
from lakeindex.join.side import TEXT, JoinSide, reading
from lakeindex.join.temporal.detect_moments import DistinctValues, Moments, is_of_moments, moments_of
from lakeindex.join.temporal.grains import Grain, common_grain

# Of several columns whose texts were set apart, the first, and the others with what sets them apart.
_FIRST = f"substr({VALUE}, 1, strpos({VALUE}, chr(31)) - 1)"
_OTHERS = f"substr({VALUE}, strpos({VALUE}, chr(31)))"
_RIGHT = 0.98  # of the pairs, where there is no doubt about the grains
_LEAST_COVERED = 0.5

_COVERED = """
SELECT count(*), count(*) FILTER ("year" IN (SELECT {year} FROM {years}))
FROM (SELECT DISTINCT {year_of_moment} AS "year" FROM {moments}) WHERE "year" IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class MomentColumn:
    """A column of moments, and its distinct values."""

    side: JoinSide
    values: DistinctValues
    """Those of the moments alone, where further columns have to meet together with them."""
    moments: Moments

    @classmethod
    def of(cls, side: JoinSide, values: DistinctValues) -> MomentColumn | None:
        """Find out what moments it holds; None where its values are none. Raises UnreadableTable.

        Of several columns the first is taken for that of the moments.
        """
        firsts = values if side.others is None else values.derived(_FIRST)
        moments = moments_of(side.first, firsts)
        return None if moments is None else cls(side, firsts, moments)

    def period(self, grain: Grain) -> str:
        """Write what two values share that meet: the period, and what further columns hold."""
        if self.side.others is None:
            return grain.truncated(self.moments.moment)
        return f"CAST({grain.truncated(self.moments.moment.replace(VALUE, _FIRST))} AS {TEXT}) || {_OTHERS}"


def temporal_meeting(left: MomentColumn, right: MomentColumn) -> Meeting | None:
    """Let moments meet that lie in the same period of the coarser column; None where there are no such periods.

    Its precision is at most the probability that the grains are what they look like.
    Raises UnreadableTable when a file is gone or no longer what it was.
    """
    grain = common_grain(left.moments.grain, right.moments.grain)
    if grain is None or grain is Grain.TIME or _are_equal_anyway(left, right) or not _hold_years(left, right):
        return None
    return Meeting(
        match=str(MatchKind.TEMPORAL),
        way=ByExpression(left.period(grain), right.period(grain)),
        precision=_RIGHT * min(left.moments.certainty, right.moments.certainty),
        matched=float("nan"),
        told=_told(left.moments, right.moments, grain),
    )


def _are_equal_anyway(left: MomentColumn, right: MomentColumn) -> bool:
    one, other = left.moments, right.moments
    return is_of_moments(left.side.first) and (one.grain, one.written) == (other.grain, other.written)


def _hold_years(left: MomentColumn, right: MomentColumn) -> bool:
    """Tell whether numbers that stand for years, if there are such, are most of the years of the other column."""
    for years, column in ((left, right), (right, left)):
        if years.moments.is_year:
            return not column.moments.is_year and _covered(years, column) >= _LEAST_COVERED
    return True


def _covered(years: MomentColumn, column: MomentColumn) -> float:
    sql = _COVERED.format(
        year=years.moments.moment.replace(VALUE, "value"),
        years=years.values.relation,
        year_of_moment=Grain.YEAR.truncated(column.moments.moment.replace(VALUE, "value")),
        moments=column.values.relation,
    )
    with reading(f"the join of {years.side} with {column.side}"):
        ((distinct, covered),) = years.values.cursor.execute(sql).fetchall()
    return covered / distinct if distinct else 0.0


def _told(left: Moments, right: Moments, grain: Grain) -> str:
    if left.grain is right.grain:
        told = f"both columns are of {grain}s, however they are written"
    else:
        side, finer = ("left", left.grain) if right.grain is grain else ("right", right.grain)
        told = f"{finer}s of the {side} column are taken to their {grain}"
    if left.is_zoned or right.is_zoned:
        told += ", in UTC"
    return f"{told}; numbers of four digits are taken for years" if left.is_year or right.is_year else told
