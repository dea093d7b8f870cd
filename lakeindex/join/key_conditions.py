"""Ways for values to meet that a key of each decides: they are equal, or equal once written alike."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lakeindex.errors import InvalidSetting
from lakeindex.join.condition import VALUE, ByExpression, Meeting
from lakeindex.join.count_rows import MISSING
from lakeindex.join.kinds import MatchKind
from lakeindex.join.side import JoinSide
from lakeindex.sql import BLANKS, literal

# The normal forms of profiles, in SQL: a test holds them together. But dates are put in order only where it is beyond
# doubt, and signs that tell C from C++ stay where words do.
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
class KeyForm:
    """A way to write values alike."""

    base: str
    """DuckDB SQL with VALUE for the value as text: what two values must share to be taken for one another without any
    doubt; NULL for what stands for nothing."""
    of_base: str
    """The same with VALUE for the base: what they must share besides."""
    told: str

    @property
    def key(self) -> str:
        """DuckDB SQL with VALUE for the value as text."""
        return self.of_base.replace(VALUE, self.base)


def normal_value(value: str = VALUE) -> str:
    """Write the form in which joins are counted: trimmed, in lower case, `7.0` as `7`; NULL for `n/a` and the like."""
    normal = _replaced(f"lower(trim({value}, {BLANKS}))", _WHOLE_NUMBER, r"\1")
    return f"nullif({_replaced(normal, _MISSING, '')}, '')"


def normal_words(value: str = VALUE) -> str:
    """Write it besides without accents, and with blanks for punctuation; a number keeps its sign and point."""
    return _words(normal_value(value))


def normal_key(value: str = VALUE) -> str:
    """Write it without any blanks, signs and leading zeros; a number keeps its sign and point."""
    return _key(normal_value(value))


def _words(normal: str) -> str:
    words = f"nullif(trim({_replaced(f'strip_accents({_dated(normal)})', NO_WORD, ' ', 'g')}), '')"
    return f"CASE WHEN {_is_number(normal)} THEN {normal} ELSE {words} END"


def _key(normal: str) -> str:
    key = f"nullif({_replaced(f'strip_accents({_dated(normal)})', NO_KEY, '', 'g')}, '')"
    return _replaced(f"CASE WHEN {_is_number(normal)} THEN {normal} ELSE {key} END", _LEADING_ZEROS, r"\1")


def exact_meeting(left: JoinSide, right: JoinSide) -> Meeting:
    """Let values meet that are equal. Raises InvalidSetting where none of the two types ever are."""
    require_comparable(left, right)
    told = "values are equal" if left.sql_type == right.sql_type else "values are equal as text"
    return Meeting(str(MatchKind.EXACT), ByExpression(VALUE, VALUE), 1.0, float("nan"), told)


def normalised_forms(left: JoinSide, right: JoinSide) -> tuple[KeyForm, ...]:
    """List the ways to write the values of two columns alike, those that change them least first.

    None for columns whose equal values are written alike already: whole numbers, days.
    Raises InvalidSetting where none of the two types are ever equal.
    """
    require_comparable(left, right)
    types = {left.sql_type, right.sql_type}
    if all(map(_INTEGER.fullmatch, types)) or (len(types) == 1 and "VARCHAR" not in types):
        return ()
    if all(_INTEGER.fullmatch(one) or _FRACTION.fullmatch(one) for one in types):
        number = f"TRY_CAST({VALUE} AS DOUBLE)"
        return (KeyForm(number, VALUE, "numbers are equal, however many decimals they are written with"),)
    base = normal_value()
    return (
        KeyForm(base, VALUE, "values are equal but for case and surrounding blanks"),
        KeyForm(base, _words(VALUE), "values are equal but for case, accents, punctuation and the order of a date"),
        KeyForm(base, _key(VALUE), "letters and digits are equal, but for case, accents and leading zeros"),
    )


def require_comparable(left: JoinSide, right: JoinSide) -> None:
    """Raise InvalidSetting where no value of one type is ever written like one of the other."""
    if not are_comparable(left, right):
        raise InvalidSetting(
            f"{left} holds {_kind(left.sql_type)} and {right} {_kind(right.sql_type)}, which are never equal: "
            f"join other columns, or ask what joins with `lakeindex query`"
        )


def are_comparable(left: JoinSide, right: JoinSide) -> bool:
    """Tell whether any value of one type can be written like one of the other."""
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
