"""The order of day and month that the columns beside one of dates show."""

from __future__ import annotations

from collections.abc import Iterator

from lakeindex.join.side import TEXT, JoinSide, reading
from lakeindex.join.temporal.day_orders import DayOrder
from lakeindex.sql import literal, quoted

_MOST_BESIDE = 50
_MONTHS, _DAYS = 12, 31
_TWO_NUMBERS = r"^\s*(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d\d)([tT ].*)?$"


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
