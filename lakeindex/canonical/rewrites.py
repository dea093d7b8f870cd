r"""The rewrites that lead to a canonical key: regular expressions of RE2, which Arrow and DuckDB both run.

Each is anchored, changes the values that it matches and leaves all others as they are. They apply to normal values,
trimmed and in lower case, whose characters are folded:

dates    the order of ISO 8601, two digits for day and month       "8.3.2024" → "2024-03-08"
times    seconds, no zero decimals, no midnight                    "2024-03-08t12:00" → "2024-03-08 12:00:00"
numbers  no separators, signs or zeros that mean nothing           "+1.234,50" → "1234.5"
keys     letters and digits alone, without leading zeros           "{0f-1a}" → "f1a"
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from lakeindex.canonical.column_reading import ColumnReading, DateOrder


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One rewrite: what `pattern` matches becomes `by`."""

    pattern: str
    by: str
    is_global: bool = False
    """Whether every match is replaced, not the first alone."""


Rewrites: TypeAlias = tuple[Rewrite, ...]

POINT, MINUS = "\ue000", "\ue001"
"""What stands for the point and the minus of a number in a key, which has no other signs: private-use characters."""

_DAY = r"(0?[1-9]|[12]\d|3[01])"
_MONTH = r"(0?[1-9]|1[0-2])"
_CLOCK = r"[t ]+\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?"
_ZONE = r" ?(?:z|utc|gmt|[+-]\d\d(?::?\d\d)?)"
_REST = rf"((?:{_CLOCK}(?:{_ZONE})?)?)"
_ISO = r"\d{4}-\d\d-\d\d"

MAY_BE_DATED = r"^\d{1,4}[-/.]\d{1,2}[-/.]\d"
"""A cheap test that nearly all values fail which are no dates."""
ZONED = rf"^({_ISO}) (\d\d):(\d\d)(?::(\d\d))?(\.\d+)?{_ZONE}$"
"""A time with a zone, once its date is in order."""

_YEAR_FIRST = Rewrite(rf"^(\d{{4}})[-/.]{_MONTH}[-/.]{_DAY}{_REST}$", r"\1-\2-\3\4")
_DOTTED = Rewrite(rf"^{_DAY}\.{_MONTH}\.(\d{{4}}){_REST}$", r"\3-\2-\1\4")
_BY_ORDER = {
    DateOrder.DAY_FIRST: Rewrite(rf"^{_DAY}[-/]{_MONTH}[-/](\d{{4}}){_REST}$", r"\3-\2-\1\4"),
    DateOrder.MONTH_FIRST: Rewrite(rf"^{_MONTH}[-/]{_DAY}[-/](\d{{4}}){_REST}$", r"\3-\1-\2\4"),
}
_PADDED = (
    Rewrite(r"^(\d{4})-(\d)-", r"\1-0\2-"),
    Rewrite(r"^(\d{4}-\d\d)-(\d)([t ].*)?$", r"\1-0\2\3"),
    Rewrite(rf"^({_ISO})[t ]+(\d?\d:)", r"\1 \2"),
    Rewrite(rf"^({_ISO}) (\d:)", r"\1 0\2"),
    Rewrite(rf"^({_ISO} \d\d:\d\d:\d\d),(\d)", r"\1.\2"),
)
TIMES: Rewrites = (
    Rewrite(rf"^({_ISO} \d\d:\d\d)(z?)$", r"\1:00\2"),
    Rewrite(rf"^({_ISO} \d\d:\d\d:\d\d\.\d*[1-9])0+(z?)$", r"\1\2"),
    Rewrite(rf"^({_ISO} \d\d:\d\d:\d\d)\.0+(z?)$", r"\1\2"),
    Rewrite(rf"^({_ISO}) 00:00:00z?$", r"\1"),
)
"""For dates in order, once a time with a zone is in UTC, which a `z` marks."""


def dates(reading: ColumnReading) -> Rewrites:
    """Return the rewrites that put dates into the order of ISO 8601, as the column is read."""
    ordered = () if reading.date_order is None else (_BY_ORDER[reading.date_order],)
    return (_YEAR_FIRST, _DOTTED, *ordered, *_PADDED)


WHOLE_NUMBERS = (r"^([+-]?\d+)\.(?:00?|0{4,})$", r"^([+-]?(?:0\d*|\d{4,}))\.000$")
"""Whole numbers with zero decimals, but for `1.000`, which may be a thousand."""
MAY_BE_SIGNED = r"^[+-][.]?\d|^[.]\d|^\d+[.,'’ e]"
"""A cheap test that all numbers pass which are written in more than digits."""

_PLAIN = r"[+-]?\d*"
_GROUPED = r"[+-]?[1-9]\d{0,2}(?:[,'’ ]\d{3})+"
_POINT_GROUPED = r"[+-]?[1-9]\d{0,2}(?:[. ]\d{3})+"
_EXPONENT = r"(?:e[+-]?\d+)?"
_CERTAIN_COMMA = (
    Rewrite(rf"^({_POINT_GROUPED}),(\d+)$", rf"\1{POINT}\2"),
    Rewrite(r"^([+-]?(?:0|[1-9]\d*)),(\d{1,2}|\d{4,})$", rf"\1{POINT}\2"),
    Rewrite(r"^([+-]?(?:0|[1-9]\d{3,})),(\d{3})$", rf"\1{POINT}\2"),
)
_EITHER_COMMA = Rewrite(r"^([+-]?[1-9]\d{0,2}),(\d{3})$", rf"\1{POINT}\2")
_POINT_DECIMALS = Rewrite(rf"^({_GROUPED}|{_PLAIN})\.(\d+{_EXPONENT})$", rf"\1{POINT}\2")
# Beside decimal commas, three digits after a point are a thousand.
_NO_THOUSAND = (
    Rewrite(rf"^({_PLAIN})\.(\d{{1,2}}|\d{{4,}})$", rf"\1{POINT}\2"),
    Rewrite(r"^([+-]?(?:0|\d{4,}))\.(\d{3})$", rf"\1{POINT}\2"),
)
_NO_LAST_ZEROS = (
    Rewrite(rf"^({MINUS}?[\d., '’]*{POINT}\d*[1-9])0+$", r"\1"),
    Rewrite(rf"^({MINUS}?[\d., '’]*){POINT}0*$", r"\1"),
)
PLAIN_DECIMAL = r"^\d+\.\d+$"
"""A test that most decimal numbers pass."""
PLAIN_DECIMALS: Rewrites = (_POINT_DECIMALS, *_NO_LAST_ZEROS)
"""What of the rewrites of numbers changes plain decimals, where the comma is none."""
_SIGNED = (
    Rewrite(rf"^[+]({POINT}?\d)", r"\1"),
    Rewrite(rf"^-({POINT}?\d[\d.,'’ {POINT}]*{_EXPONENT})$", rf"{MINUS}\1"),
    Rewrite(rf"^({MINUS}?[\d{POINT}]+)e-0*(\d+)$", rf"\1e{MINUS}\2"),
    Rewrite(rf"^({MINUS}?[\d{POINT}]+)e\+?0*(\d+)$", r"\1e\2"),
    *_NO_LAST_ZEROS,
    Rewrite(rf"^({MINUS}?){POINT}", rf"\10{POINT}"),
    Rewrite(rf"^{MINUS}0+$", "0"),
)


def numbers(reading: ColumnReading) -> Rewrites:
    """Return the rewrites that mark what counts of a number, as the column is read: its point and its minus."""
    points = (_EITHER_COMMA, *_NO_THOUSAND) if reading.has_decimal_comma else (_POINT_DECIMALS,)
    return (*_CERTAIN_COMMA, *points, *_SIGNED)


UUIDS: Rewrites = (Rewrite(r"^\{?urn:uuid:", ""),)
KEYS: Rewrites = (Rewrite(rf"[^\p{{L}}\p{{N}}{POINT}{MINUS}]+", "", is_global=True),)
LEADING_ZEROS: Rewrites = (Rewrite(rf"^({MINUS}?)0+(\d)", r"\1\2"),)
"""For what KEYS leave."""
WORDS: Rewrites = (Rewrite(r"[^\p{L}\p{N}]+", " ", is_global=True),)
ZEROS: Rewrites = (Rewrite(r"^0+(\d+)$", r"\1"),)
"""For what WORDS leave, once it is trimmed."""
