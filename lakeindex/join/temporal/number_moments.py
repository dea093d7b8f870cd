"""Numbers that stand for moments: days as spreadsheets count them, and seconds or parts of them since 1970."""

from __future__ import annotations

from dataclasses import dataclass

from lakeindex.join.condition import VALUE
from lakeindex.join.temporal.grains import Grain
from lakeindex.types.names import words_of

_NUMBER = f"TRY_CAST({VALUE} AS DECIMAL(38, 9))"
_TO_1970 = 2_209_161_600  # seconds from 1899-12-30, the day 0 of spreadsheets
_DAY = 86_400_000_000
_FIRST_SERIAL, _LAST_SERIAL = 61, 109_574
"""1900-03-01, as spreadsheets count a 29 February 1900 before it, and 2199-12-31."""
_FIRST_SECOND, _LAST_SECOND = -2_208_988_800, 7_258_118_399
"""1900 and 2199."""

_MOMENT_WORDS = frozenset(
    ("at", "created", "date", "datetime", "datum", "day", "dob", "dt", "epoch", "fecha", "instant", "jour",
     "modified", "moment", "posted", "posting", "since", "stamp", "tag", "time", "timestamp", "ts", "unix",
     "updated", "when", "zeit")
)  # fmt: skip
_OTHER_WORDS = frozenset(
    ("amount", "code", "count", "id", "key", "no", "nr", "number", "plz", "postal", "postcode", "price", "qty",
     "quantity", "ref", "sku", "total", "value", "zip")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NumberMoments:
    """One way in which numbers stand for moments."""

    name: str
    """What the numbers are, for people."""
    moment: str
    """DuckDB SQL with VALUE for a number as text: its TIMESTAMP; NULL outside the years 1900 to 2199."""
    is_zoned: bool
    """Whether the moment is in UTC, and not in an unnamed zone."""
    tick: int
    """The microseconds from one whole number to the next."""
    grain: Grain
    """The finest that whole numbers have."""


def _since_1970(unit: str, factor: str, per_second: int) -> NumberMoments:
    low, high = _FIRST_SECOND * per_second, _LAST_SECOND * per_second
    moment = f"make_timestamp(CAST(floor({_NUMBER} * {factor}) AS BIGINT))"
    return NumberMoments(
        f"{unit} since 1970", f"CASE WHEN {_NUMBER} BETWEEN {low} AND {high} THEN {moment} END", True,
        max(1_000_000 // per_second, 1), Grain.TIME,
    )  # fmt: skip


# Fractions of a day are rarely written with enough digits for more than whole seconds.
_SERIAL = f"make_timestamp((CAST(round({_NUMBER} * 86400) AS BIGINT) - {_TO_1970}) * 1000000)"
NUMBER_MOMENTS = (
    NumberMoments(
        "days since 1899-12-30, as spreadsheets count them",
        f"CASE WHEN {_NUMBER} >= {_FIRST_SERIAL} AND {_NUMBER} < {_LAST_SERIAL + 1} THEN {_SERIAL} END",
        False, _DAY, Grain.DAY,
    ),
    _since_1970("seconds", "1000000", 1),
    _since_1970("milliseconds", "1000", 1_000),
    _since_1970("microseconds", "1", 1_000_000),
    _since_1970("nanoseconds", "0.001", 1_000_000_000),
)  # fmt: skip
"""Their ranges only overlap near 1900 and 1970: hardly any column of numbers fits two of them and meets another."""


def is_named_for_moments(column: str) -> bool | None:
    """Return whether a column's name says that it holds moments; None where it says neither that nor another thing."""
    words = frozenset(words_of(column).split())
    if words & _MOMENT_WORDS:
        return True
    return False if words & _OTHER_WORDS else None
