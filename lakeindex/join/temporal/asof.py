"""As-of joins: each left row matches the right rows of the nearest moment, as the rate of a day."""

from __future__ import annotations

import re

from lakeindex.errors import InvalidSetting
from lakeindex.join.condition import EARLIER, LATER, VALUE, ByMoment, JoinCondition
from lakeindex.join.kinds import AsOf, Direction, MatchKind, parse_choice
from lakeindex.join.side import TEXT, ZONED_TYPES, JoinSide
from lakeindex.join.temporal.day_orders import IN_UTC
from lakeindex.join.temporal.detect_moments import (
    DistinctValues,
    Moments,
    has_moment_type,
    has_number_type,
    moments_of,
)
from lakeindex.join.temporal.pair_moments import likely_readings
from lakeindex.join.temporal.tolerance import microseconds_of, number_of

_INTEGER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER")
_NANOSECONDS = "TIMESTAMP_NS"
_DESCRIPTIONS = {
    Direction.BACKWARD: "each left row meets the latest right {moment} at or before its own",
    Direction.FORWARD: "each left row meets the earliest right {moment} at or after its own",
    Direction.NEAREST: "each left row meets the right {moment} nearest to its own",
}


def asof_condition(left: JoinSide, right: JoinSide, options: AsOf) -> JoinCondition:
    """Match each left moment with the nearest right one, among rows that are equal in the sides' further columns.

    All right rows of that moment are partners. Raises InvalidSetting for columns that hold no moments, or dates on one
    side and numbers on the other, and for an invalid direction or tolerance; UnreadableTable when a file is gone.
    """
    direction, sides = parse_choice(Direction, options.direction, "direction"), (left.first, right.first)
    _require_single_values(left, right)
    are_numbers = all(map(has_number_type, sides))
    moments, guesses = (_numbers(*sides), ()) if are_numbers else _moments(*sides)
    tolerance: float | None = None
    if options.tolerance is not None:
        tolerance = number_of(options.tolerance) if are_numbers else microseconds_of(options.tolerance)
    distance = f"({LATER} - {EARLIER})" if are_numbers else f"date_diff('microsecond', {EARLIER}, {LATER})"
    description = _DESCRIPTIONS[direction].format(moment="number" if are_numbers else "moment")
    if options.tolerance is not None:
        description += f", at most {options.tolerance} apart"
    if left.others is not None:
        description += ", where the other columns are equal"
    rule = ByMoment(*moments, direction, tolerance, distance)
    return JoinCondition(str(MatchKind.ASOF), rule, 1.0, float("nan"), "; ".join([description, *guesses]))


def _require_single_values(*sides: JoinSide) -> None:
    for side in sides:
        if side.has_lists:
            raise InvalidSetting(
                f"an as-of join needs one moment in each row, but {side} holds lists: join by another --match, which "
                f"takes each element, or name other columns"
            )


def _numbers(left: JoinSide, right: JoinSide) -> tuple[str, str]:
    """Write the numbers of both sides as one type, so that equal ones are equal as text; NULL for NaN."""
    types = left.sql_type, right.sql_type
    if all(map(_INTEGER.fullmatch, types)) or (types[0] == types[1] and types[0] not in ("FLOAT", "DOUBLE")):
        return VALUE, VALUE
    number = f"nullif(CAST({VALUE} AS DOUBLE), CAST('nan' AS DOUBLE))"
    return number, number


def _moments(left: JoinSide, right: JoinSide) -> tuple[tuple[str, str], tuple[str, ...]]:
    """Write the TIMESTAMPs of both sides; return with them, for people, what of that is a guess."""
    if left.sql_type == right.sql_type == _NANOSECONDS:
        return (VALUE, VALUE), ()
    one, other = _moment(left), _moment(right)
    if one is not None and other is not None:
        return (one, other), ()
    found = likely_readings(left, right)
    if found is None:
        kinds = f"{_held(left, one)} and {_held(right, other)}"
        raise InvalidSetting(
            f"an as-of join needs two columns of dates or times, or two of numbers, but {kinds}: name other columns"
        )
    sides = tuple(zip((left, right), found, strict=True))
    written = [moments.moment if side.sql_type == TEXT else _of_text(moments.moment) for side, moments in sides]
    return (written[0], written[1]), tuple(_guess(side, moments) for side, moments in sides if moments.is_guess)


def _guess(side: JoinSide, moments: Moments) -> str:
    if moments.numbers is not None:
        return f"numbers of the column {side.column!r} are taken for {moments.numbers.name}"
    return f"dates of {side.column!r} are read as {moments.order}, which is a guess"


def _of_text(moment: str) -> str:
    return moment.replace(VALUE, f"CAST({VALUE} AS {TEXT})")


def _moment(side: JoinSide) -> str | None:
    """Write the TIMESTAMP of a value of the column; None where the column holds no moments."""
    if side.sql_type in ZONED_TYPES:
        return f"CAST({VALUE}{IN_UTC} AS TIMESTAMP)"
    if has_moment_type(side):
        return VALUE if side.sql_type == "TIMESTAMP" else f"CAST({VALUE} AS TIMESTAMP)"
    found = moments_of(side, DistinctValues.of(side))
    if found is None:
        return None
    return found.moment if side.sql_type == TEXT else _of_text(found.moment)


def _held(side: JoinSide, moment: str | None) -> str:
    what = "numbers" if has_number_type(side) else "values that are neither dates nor numbers"
    return f"{side} holds {what if moment is None else 'dates or times'}"
