"""Join columns of different granularity: moments of the finer one are truncated to a period of the coarser one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from lakeindex.join.condition import VALUE, ByExpression, JoinCondition
from lakeindex.join.kinds import MatchKind
from lakeindex.join.side import TEXT, JoinSide, reading
from lakeindex.join.temporal.detect_moments import DistinctValues, Moments, has_moment_type, moment_readings
from lakeindex.join.temporal.grains import Grain, common_grain

# Of several columns, joined as text: the first one, and the others with the separator before them.
_FIRST = f"substr({VALUE}, 1, strpos({VALUE}, chr(31)) - 1)"
_OTHERS = f"substr({VALUE}, strpos({VALUE}, chr(31)))"
_RIGHT = 0.98  # the share of right pairs, where the grains are certain
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
    """The distinct values of the moments alone, where there are further columns."""
    moments: Moments

    beside: str = ""
    """The column of its table that shows the order of day and month; none where its own values do, or none does."""

    @classmethod
    def readings(cls, side: JoinSide, values: DistinctValues) -> tuple[MomentColumn, ...]:
        """Detect what moments a column holds, by each reading that its values have. Raises UnreadableTable.

        Of several columns, the first holds the moments.
        """
        firsts = cls.first_values(side, values)
        return tuple(cls(side, firsts, moments) for moments in moment_readings(side.first, firsts))

    @staticmethod
    def first_values(side: JoinSide, values: DistinctValues) -> DistinctValues:
        """Return the distinct values of a side's first column, given those of all its columns together."""
        return values if side.others is None else values.derived(_FIRST)

    def period(self, grain: Grain) -> str:
        """Write the key of a value: the period, and the values of further columns."""
        if self.side.others is None:
            return grain.beginning(self.moments.moment)
        return f"CAST({grain.beginning(self.moments.moment.replace(VALUE, _FIRST))} AS {TEXT}) || {_OTHERS}"


def temporal_condition(
    left: MomentColumn, right: MomentColumn, assumptions: Sequence[tuple[float, str]] = ()
) -> JoinCondition | None:
    """Match moments of the same period, of the coarser column's grain; None where the grains have no common period.

    Times are matched where they are the same. The precision is at most the probability that the grains were detected
    rightly, and less by the probability of each assumption, which the description names.
    Raises UnreadableTable when a file is gone or no longer what it was.
    """
    grain = common_grain(left.moments.grain, right.moments.grain)
    if grain is None or _are_equal_anyway(left, right) or not _hold_years(left, right):
        return None
    certain = min(left.moments.certainty, right.moments.certainty) * prod(chance for chance, _ in assumptions)
    return JoinCondition(
        match=str(MatchKind.TEMPORAL),
        rule=ByExpression(left.period(grain), right.period(grain)),
        precision=_RIGHT * certain,
        matched=float("nan"),
        description="; ".join([_description(left.moments, right.moments, grain), *(text for _, text in assumptions)]),
    )


def _are_equal_anyway(left: MomentColumn, right: MomentColumn) -> bool:
    one, other = left.moments, right.moments
    return has_moment_type(left.side.first) and (one.grain, one.format) == (other.grain, other.format)


def _hold_years(left: MomentColumn, right: MomentColumn) -> bool:
    """Return whether numbers of years, if a column holds such, cover most years of the other column."""
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


def _description(left: Moments, right: Moments, grain: Grain) -> str:
    if grain is Grain.TIME:
        description = "both columns are of times, however they are written"
    elif left.grain is right.grain:
        description = f"both columns are of {grain}s, however they are written"
    else:
        side, finer = ("left", left.grain) if right.grain is grain else ("right", right.grain)
        description = f"{finer}s of the {side} column are taken to their {grain}"
    if left.is_zoned or right.is_zoned:
        description += ", in UTC"
    if left.is_year or right.is_year:
        description += "; numbers of four digits are taken for years"
    return description
