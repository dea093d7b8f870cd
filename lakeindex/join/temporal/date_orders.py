"""The order of day and month in a column of dates: shown by its values, by a column beside it, or open."""

from __future__ import annotations

from collections.abc import Iterator

from lakeindex.errors import InvalidSetting
from lakeindex.join.side import TEXT, JoinSide, reading
from lakeindex.join.temporal.day_orders import DayOrder
from lakeindex.join.temporal.detect_moments import DistinctValues, moment_readings
from lakeindex.sql import literal, quoted

_MOST_BESIDE = 50
_FIRST_ROWS = 200
_MONTHS, _DAYS = 12, 31
_TWO_NUMBERS = r"^\s*(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d\d)([tT ].*)?$"


def date_order_of(side: JoinSide, values: DistinctValues | None = None) -> DayOrder | None:
    """Return the order in which a column of text writes its dates in numbers.

    None where it holds no such dates, and where no day after the twelfth shows the order.
    Raises UnreadableTable when its file is gone or no longer what it was.
    """
    if side.sql_type != TEXT:
        return None
    readings = moment_readings(side.first, DistinctValues.of(side.first) if values is None else values)
    return readings[0].order if len(readings) == 1 else None


def are_of_different_orders(left: JoinSide, right: JoinSide) -> bool:
    """Return whether equal texts of two columns are different days: the one has the day first, the other the month.

    Raises UnreadableTable when a file is gone or no longer what it was.
    """
    sides = left.first, right.first
    if any(side.sql_type != TEXT for side in sides) or not all(map(_begins_with_dates, sides)):
        return False
    one, other = map(date_order_of, sides)
    return one is not other and one is not None and other is not None


def require_one_order(left: JoinSide, right: JoinSide) -> None:
    """Raise InvalidSetting where equal texts of two columns are different days.

    Raises UnreadableTable when a file is gone or no longer what it was.
    """
    if are_of_different_orders(left, right):
        one, other = map(date_order_of, (left.first, right.first))
        raise InvalidSetting(
            f"{left} writes its dates as {one}, and {right} as {other}: equal texts are different days; join them "
            f"with --match temporal"
        )


def _begins_with_dates(side: JoinSide) -> bool:
    """Return whether the first rows hold dates in numbers: most columns are excluded without being read."""
    value = side.text("side")
    first = f"(SELECT {value} AS value FROM ({side.source}) AS side WHERE {value} IS NOT NULL LIMIT {_FIRST_ROWS})"
    readings = moment_readings(side, DistinctValues(side.connection.cursor(), first))
    return any(one.order is not None for one in readings)


def order_beside(side: JoinSide) -> tuple[DayOrder, str] | None:
    """Return the order that other columns of a side's table show, and the first that does; None where they disagree.

    Raises UnreadableTable when its file is gone or no longer what it was.
    """
    places = [place for place, (_, kind) in enumerate(side.columns) if kind == TEXT and place not in side.places]
    names = [side.columns[place][0] for place in places[:_MOST_BESIDE]]
    if not names:
        return None
    largest = ", ".join(_largest(f"side.{quoted(name)}", part) for name in names for part in (1, 2))
    with reading(str(side.table)):
        cursor = side.connection.cursor()
        (row,) = cursor.sql(f"SELECT {largest} FROM ({side.row_source}) AS side").fetchall()
    shown = list(_shown(names, row[::2], row[1::2]))
    return shown[0] if len({order for order, _ in shown}) == 1 else None


def _largest(value: str, part: int) -> str:
    matches = f"regexp_matches({value}, {literal(_TWO_NUMBERS)})"
    number = f"CAST(regexp_extract({value}, {literal(_TWO_NUMBERS)}, {part}) AS INTEGER)"
    return f"coalesce(max(CASE WHEN {matches} THEN {number} END), 0)"


def _shown(names: list[str], firsts: tuple[int, ...], seconds: tuple[int, ...]) -> Iterator[tuple[DayOrder, str]]:
    for name, first, second in zip(names, firsts, seconds, strict=True):
        if 0 < second <= _MONTHS < first <= _DAYS:
            yield DayOrder.DMY, name
        if 0 < first <= _MONTHS < second <= _DAYS:
            yield DayOrder.MDY, name
