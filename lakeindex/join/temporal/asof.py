"""Let each left row meet the right rows of the nearest moment: the rate of a day, the bracket of an income."""

from __future__ import annotations

import re

from lakeindex.errors import InvalidSetting
from lakeindex.join.condition import EARLIER, LATER, VALUE, ByMoment, Meeting
from lakeindex.join.kinds import AsOf, Direction, MatchKind, chosen
from lakeindex.join.side import TEXT, JoinSide
from lakeindex.join.temporal.date_formats import IN_UTC
from lakeindex.join.temporal.detect_moments import ZONED, DistinctValues, is_of_moments, is_of_numbers, moments_of
from lakeindex.join.temporal.tolerance import microseconds_of, number_of

_INTEGER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER")
_NANOSECONDS = "TIMESTAMP_NS"
_TOLD = {
    Direction.BACKWARD: "each left row meets the latest right {moment} at or before its own",
    Direction.FORWARD: "each left row meets the earliest right {moment} at or after its own",
    Direction.NEAREST: "each left row meets the right {moment} nearest to its own",
}


def asof_meeting(left: JoinSide, right: JoinSide, asked: AsOf) -> Meeting:
    """Let each left moment meet the nearest right one, among rows that agree in the further columns of both sides.

    All right rows of the chosen moment are partners. Raises InvalidSetting for columns that hold no moments, or not of
    one sort, and for a direction or tolerance that makes no sense; UnreadableTable when a file is gone.
    """
    direction, sides = chosen(Direction, asked.direction, "direction"), (left.first, right.first)
    are_numbers = all(map(is_of_numbers, sides))
    moments = _numbers(*sides) if are_numbers else _moments(*sides)
    tolerance: float | None = None
    if asked.tolerance is not None:
        tolerance = number_of(asked.tolerance) if are_numbers else microseconds_of(asked.tolerance)
    distance = f"({LATER} - {EARLIER})" if are_numbers else f"date_diff('microsecond', {EARLIER}, {LATER})"
    told = _TOLD[direction].format(moment="number" if are_numbers else "moment")
    if asked.tolerance is not None:
        told += f", at most {asked.tolerance} apart"
    if left.others is not None:
        told += ", where the other columns are equal"
    way = ByMoment(*moments, direction, tolerance, distance)
    return Meeting(str(MatchKind.ASOF), way, 1.0, float("nan"), told)


def _numbers(left: JoinSide, right: JoinSide) -> tuple[str, str]:
    """Write both numbers alike, so that equal ones are also equal as text; NaN is no number."""
    types = left.sql_type, right.sql_type
    if all(map(_INTEGER.fullmatch, types)) or (types[0] == types[1] and types[0] not in ("FLOAT", "DOUBLE")):
        return VALUE, VALUE
    number = f"nullif(CAST({VALUE} AS DOUBLE), CAST('nan' AS DOUBLE))"
    return number, number


def _moments(left: JoinSide, right: JoinSide) -> tuple[str, str]:
    if left.sql_type == right.sql_type == _NANOSECONDS:
        return VALUE, VALUE
    one, other = _moment(left), _moment(right)
    if one is None or other is None:
        kinds = f"{_held(left, one)} and {_held(right, other)}"
        raise InvalidSetting(
            f"an as-of join needs two columns of dates or times, or two of numbers, but {kinds}: name other columns"
        )
    return one, other


def _moment(side: JoinSide) -> str | None:
    """Write the TIMESTAMP of a value of the column; None where the column holds none."""
    if side.sql_type == ZONED:
        return f"CAST({VALUE}{IN_UTC} AS TIMESTAMP)"
    if is_of_moments(side):
        return VALUE if side.sql_type == "TIMESTAMP" else f"CAST({VALUE} AS TIMESTAMP)"
    found = moments_of(side, DistinctValues.of(side))
    if found is None:
        return None
    return found.moment if side.sql_type == TEXT else found.moment.replace(VALUE, f"CAST({VALUE} AS {TEXT})")


def _held(side: JoinSide, moment: str | None) -> str:
    what = "numbers" if is_of_numbers(side) else "values that are neither dates nor numbers"
    return f"{side} holds {what if moment is None else 'dates or times'}"
