"""Join conditions on keys: values are equal, or their normal forms are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lakeindex.errors import InvalidSetting
from lakeindex.join.condition import EQUAL_VALUES, VALUE, JoinCondition
from lakeindex.join.kinds import MatchKind
from lakeindex.join.lake_tables import MISSING
from lakeindex.join.side import JoinSide
from lakeindex.sql import BLANKS, literal

# The normal forms of profiles, in SQL: a test compares both. Unlike there, only unambiguous dates are reordered, and
# words keep the signs that distinguish C from C++.
_MISSING = f"^({'|'.join(map(re.escape, MISSING))})$"
_WHOLE_NUMBER = r"^([+-]?\d+)\.0+$"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$"
_DATES = (
    (r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})([t ]00:00(:00(\.0+)?)?z?)?$", r"\1-\2-\3"),
    (r"^(\d{1,2})\.(\d{1,2})\.(\d{4})$", r"\3-\2-\1"),
    (r"^(\d{4})-(\d)-", r"\1-0\2-"),
    (r"^(\d{4}-\d\d)-(\d)$", r"\1-0\2"),
)
NO_WORD = r"[^\p{L}\p{N}#+%$€£]+"
NO_KEY = r"[^\p{L}\p{N}]+"
_LEADING_ZEROS = r"^0+(\d)"

_DATE = re.compile(r"DATE|TIME.*")
_INTEGER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER")
_FRACTION = re.compile(r"DOUBLE|FLOAT|DECIMAL.*")


@dataclass(frozen=True, slots=True)
class NormalForm:
    """A normal form of values, whose keys are compared."""

    base: str
    """DuckDB SQL with VALUE for the value as text; values with the same base surely mean the same. NULL for markers of
    a missing value."""
    of_base: str
    """DuckDB SQL with VALUE for the base: the key."""
    description: str
    """What is compared, in words, for people."""

    @property
    def key(self) -> str:
        """DuckDB SQL for the key, with VALUE for the value as text."""
        return self.of_base.replace(VALUE, self.base)


def normal_value(value: str = VALUE) -> str:
    """Write the normal value, by which joins are counted: trimmed, in lower case, `7.0` as `7`; NULL for `n/a` etc."""
    normal = _replaced(f"lower(trim({value}, {BLANKS}))", _WHOLE_NUMBER, r"\1")
    return f"nullif({_replaced(normal, _MISSING, '')}, '')"


def normal_words(value: str = VALUE) -> str:
    """Write the normal value without accents, and with blanks for punctuation; a number keeps its sign and point."""
    return _words(normal_value(value))


def normal_key(value: str = VALUE) -> str:
    """Write the normal value without accents, blanks, signs and leading zeros; a number keeps its sign and point."""
    return _key(normal_value(value))


def _words(normal: str) -> str:
    words = f"nullif(trim({_replaced(f'strip_accents({_dated(normal)})', NO_WORD, ' ', 'g')}), '')"
    return f"CASE WHEN {_is_number(normal)} THEN {normal} ELSE {words} END"


def _key(normal: str) -> str:
    key = f"nullif({_replaced(f'strip_accents({_dated(normal)})', NO_KEY, '', 'g')}, '')"
    return _replaced(f"CASE WHEN {_is_number(normal)} THEN {normal} ELSE {key} END", _LEADING_ZEROS, r"\1")


def exact_condition(left: JoinSide, right: JoinSide) -> JoinCondition:
    """Match values that are equal. Raises InvalidSetting for two types whose values are never equal."""
    require_comparable(left, right)
    description = "values are equal" if left.sql_type == right.sql_type else "values are equal as text"
    return JoinCondition(str(MatchKind.EXACT), EQUAL_VALUES, 1.0, float("nan"), description)


def normal_forms(left: JoinSide, right: JoinSide) -> tuple[NormalForm, ...]:
    """List the normal forms for the values of two columns, those that change them least first.

    Empty for columns whose equal values are written in one way only: whole numbers, days.
    Raises InvalidSetting for two types whose values are never equal.
    """
    require_comparable(left, right)
    types = {left.sql_type, right.sql_type}
    if all(map(_INTEGER.fullmatch, types)) or (len(types) == 1 and "VARCHAR" not in types):
        return ()
    if all(_INTEGER.fullmatch(one) or _FRACTION.fullmatch(one) for one in types):
        number = f"TRY_CAST({VALUE} AS DOUBLE)"
        return (NormalForm(number, VALUE, "numbers are equal, however many decimals they are written with"),)
    base = normal_value()
    return (
        NormalForm(base, VALUE, "values are equal but for case and surrounding blanks"),
        NormalForm(base, _words(VALUE), "values are equal but for case, accents, punctuation and the order of a date"),
        NormalForm(base, _key(VALUE), "letters and digits are equal, but for case, accents and leading zeros"),
    )


def require_comparable(left: JoinSide, right: JoinSide) -> None:
    """Raise InvalidSetting for two types whose values are never equal."""
    if not are_comparable(left, right):
        raise InvalidSetting(
            f"{left} holds {_kind(left.sql_type)} and {right} {_kind(right.sql_type)}, which are never equal: "
            f"join other columns, or ask what joins with `lakeindex query`"
        )


def are_comparable(left: JoinSide, right: JoinSide) -> bool:
    """Return whether values of both types can be equal as text."""
    kinds = _kind(left.sql_type), _kind(right.sql_type)
    return None in kinds or kinds[0] == kinds[1]


def _kind(sql_type: str) -> str | None:
    if _DATE.fullmatch(sql_type):
        return "dates"
    if _INTEGER.fullmatch(sql_type) or _FRACTION.fullmatch(sql_type):
        return "numbers"
    return "truth values" if sql_type == "BOOLEAN" else None


def _dated(value: str) -> str:
    for pattern, order in _DATES:
        value = _replaced(value, pattern, order)
    return value


def _is_number(value: str) -> str:
    return f"regexp_matches({value}, {literal(_NUMBER)})"


def _replaced(value: str, pattern: str, by: str, flags: str = "") -> str:
    return f"regexp_replace({value}, {literal(pattern)}, {literal(by)}{f', {literal(flags)}' if flags else ''})"
