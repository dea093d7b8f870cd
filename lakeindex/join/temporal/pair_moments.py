"""Find how the values of two columns are moments that meet, where either may have several readings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from lakeindex.canonical.column_reading import DateOrder
from lakeindex.errors import InvalidSetting
from lakeindex.join.condition import JoinCondition
from lakeindex.join.key_conditions import require_comparable
from lakeindex.join.side import JoinSide
from lakeindex.join.temporal.assumptions import (
    Assumption,
    assumption_of_numbers,
    assumption_of_order,
    assumption_of_zone,
)
from lakeindex.join.temporal.date_orders import order_beside
from lakeindex.join.temporal.day_orders import DayOrder
from lakeindex.join.temporal.detect_moments import (
    DistinctValues,
    Moments,
    has_moment_type,
    has_number_type,
    may_count_time,
    number_readings,
)
from lakeindex.join.temporal.grains import Grain, common_grain
from lakeindex.join.temporal.meeting import Meeting, meeting_of
from lakeindex.join.temporal.number_moments import NUMBER_MOMENTS
from lakeindex.join.temporal.period_match import MomentColumn, temporal_condition

Pair = tuple[MomentColumn, MomentColumn]

_ORDERS: dict[DateOrder | None, DayOrder] = {
    DateOrder.DAY_FIRST: DayOrder.DMY,
    DateOrder.MONTH_FIRST: DayOrder.MDY,
}
_TRIED = f"read as {', or as '.join(one.name for one in NUMBER_MOMENTS)}, the numbers meet too few moments"


def moment_condition(
    left: JoinSide, left_values: DistinctValues, right: JoinSide, right_values: DistinctValues
) -> JoinCondition | None:
    """Match the moments of two columns that are the same, or that lie in the same period; None where there are none.

    Of columns that can be read in several ways, the readings are taken by which most moments meet; the precision and
    the description say what of that is a guess. Numbers are only moments where those of the other column are none.
    Raises UnreadableTable when a file is gone or no longer what it was.
    """
    pairs = list(_pairs((left, left_values), (right, right_values)))
    if not pairs:
        return None
    if len(pairs) == 1 and not any(one.moments.is_guess for one in pairs[0]):
        return _condition(pairs[0], None, 0)
    counted = [(pair, meeting_of(*pair, grain)) for pair in pairs if (grain := _grain(pair)) is not None]
    ranked = sorted(counted, key=lambda one: (one[1].met, _likelihood(one[0])), reverse=True)
    for place, (pair, meeting) in enumerate(ranked):
        otherwise = [other.met for rival, other in ranked if _differs_in_order(pair, rival)]
        found = _condition(pair, meeting, max(otherwise, default=0)) if meeting.met or place == 0 else None
        if found is not None:
            return found
    return None


def likely_readings(left: JoinSide, right: JoinSide) -> tuple[Moments, Moments] | None:
    """Return the readings of two columns by which their moments lie in one range, those first that meet; None for none.

    Raises UnreadableTable when a file is gone or no longer what it was.
    """
    pairs = _pairs((left, DistinctValues.of(left)), (right, DistinctValues.of(right)))
    counted = [(pair, meeting_of(*pair, Grain.TIME)) for pair in pairs]
    within = [(pair, meeting) for pair, meeting in counted if meeting.is_in_range]
    best = max(within, key=lambda one: (one[1].met, _likelihood(one[0])), default=None)
    return None if best is None else (best[0][0].moments, best[0][1].moments)


def require_comparable_moments(left: JoinSide, right: JoinSide) -> None:
    """Raise InvalidSetting for two types whose values are never equal, and say what was tried of numbers and dates."""
    try:
        require_comparable(left, right)
    except InvalidSetting as error:
        sides = left.first, right.first
        if any(map(has_number_type, sides)) and any(map(has_moment_type, sides)):
            raise InvalidSetting(f"{error}; {_TRIED}") from error
        raise


def _pairs(left: tuple[JoinSide, DistinctValues], right: tuple[JoinSide, DistinctValues]) -> Iterator[Pair]:
    lefts = _readings(*left)
    if not lefts and not may_count_time(left[0].first):
        return
    rights = _readings(*right)
    yield from product(lefts, rights)
    # Two columns of numbers join as numbers.
    if any(not one.moments.is_number for one in rights) and all(one.moments.is_year for one in lefts):
        yield from product(_numbers(*left), rights)
    if any(not one.moments.is_number for one in lefts) and all(one.moments.is_year for one in rights):
        yield from product(lefts, _numbers(*right))


def _readings(side: JoinSide, values: DistinctValues) -> tuple[MomentColumn, ...]:
    """Return the readings of a column, those alone that another column of its table speaks for, if one does."""
    readings = MomentColumn.readings(side, values)
    shown = order_beside(side) if len(readings) > 1 else None
    if shown is None:
        return readings
    order, beside = shown
    kept = tuple(replace(one, beside=beside) for one in readings if one.moments.order is order)
    return kept or readings


def _numbers(side: JoinSide, values: DistinctValues) -> tuple[MomentColumn, ...]:
    firsts = MomentColumn.first_values(side, values)
    return tuple(MomentColumn(side, firsts, one) for one in number_readings(side.first, firsts))


def _grain(pair: Pair) -> Grain | None:
    return common_grain(pair[0].moments.grain, pair[1].moments.grain)


def _share_order(pair: Pair) -> bool:
    return pair[0].moments.order is pair[1].moments.order


def _likelihood(pair: Pair) -> tuple[bool, int]:
    """Order pairs that meet alike: those of one order first, and then those in which the index reads the columns."""
    as_read = [_ORDERS.get(one.side.first.reading.date_order) is one.moments.order for one in pair]
    return _share_order(pair), sum(as_read)


def _differs_in_order(pair: Pair, rival: Pair) -> bool:
    """Return whether a rival reads the same numbers in another order; two columns whose orders are both open share one.

    What equal orders make meet, they do whichever it is.
    """
    if pair is rival or any(
        one.moments.numbers is not other.moments.numbers for one, other in zip(pair, rival, strict=True)
    ):
        return False
    return not (_share_order(pair) and _share_order(rival))


def _condition(pair: Pair, meeting: Meeting | None, met_otherwise: int) -> JoinCondition | None:
    grain = _grain(pair)
    if grain is None:
        return None
    assumptions: list[Assumption | None] = [assumption_of_zone(*pair, grain)]
    if meeting is not None:
        assumptions.append(assumption_of_order(*pair, meeting.met, met_otherwise))
        for column in (one for one in pair if one.moments.numbers is not None):
            of_numbers = assumption_of_numbers(column, meeting, grain, column is pair[0])
            if of_numbers is None:
                return None
            assumptions.append(of_numbers)
    made = [one for one in assumptions if one is not None]
    return temporal_condition(*pair, [(one.precision, one.text) for one in made])
