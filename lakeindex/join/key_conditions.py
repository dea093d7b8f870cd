"""Join conditions on keys: values are equal, or their normal forms are, as each column is read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lakeindex.canonical.folding import fold_sql
from lakeindex.canonical.rewrites import MINUS, POINT, WHOLE_NUMBERS, Rewrite
from lakeindex.canonical.sql_keys import Occurring, key_sql, marked_sql, ordered_sql, rewritten_sql
from lakeindex.errors import InvalidSetting
from lakeindex.join.condition import EQUAL_VALUES, VALUE, ByExpression, JoinCondition
from lakeindex.join.kinds import MatchKind
from lakeindex.join.lake_tables import MISSING
from lakeindex.join.side import JoinSide
from lakeindex.sql import BLANKS, literal

_MISSING = f"^({'|'.join(map(re.escape, MISSING))})$"
# Unlike the words of a profile, these keep the signs that distinguish C from C++, and the point of a number.
_WORDS = (
    Rewrite(rf"[^\p{{L}}\p{{N}}#+%$€£{POINT}{MINUS}]+", " ", is_global=True),
    Rewrite(r"^ ", ""),
    Rewrite(r" $", ""),
)
_GUESSED = 0.75
"""The precision of equality where a column's reading is a guess."""
NOTHING_KNOWN = Occurring("")
_DATE = re.compile(r"DATE|TIME.*")
_INTEGER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER")
_FRACTION = re.compile(r"DOUBLE|FLOAT|DECIMAL.*")


@dataclass(frozen=True, slots=True)
class NormalForm:
    """A normal form of values, whose keys are compared."""

    base: str
    """DuckDB SQL with VALUE for the value as text; values with the same base surely mean the same. NULL for markers of
    a missing value."""
    of_left: str
    """DuckDB SQL with VALUE for the base of a left value: its key."""
    of_right: str
    description: str
    """What is compared, in words, for people."""
    is_sure: bool = True
    """Whether values with the same base are the same, in columns that are read differently."""

    @property
    def rule(self) -> ByExpression:
        """The condition by which values of both columns match."""
        return ByExpression(self.of_left.replace(VALUE, self.base), self.of_right.replace(VALUE, self.base))


def normal_value(value: str = VALUE) -> str:
    """Write the normal value, by which joins are counted: trimmed, in lower case, `7.0` as `7`; NULL for `n/a` etc."""
    normal = f"lower(trim({value}, {BLANKS}))"
    for pattern in WHOLE_NUMBERS:
        normal = _replaced(normal, pattern, r"\1")
    return f"nullif({_replaced(normal, _MISSING, '')}, '')"


def exact_condition(left: JoinSide, right: JoinSide, occurring: Occurring = NOTHING_KNOWN) -> JoinCondition:
    """Match values that are equal; where the columns are read differently, values that are equal as they are read.

    Raises InvalidSetting for two types whose values are never equal.
    """
    require_comparable(left, right)
    rule, description = EQUAL_VALUES, "values are equal" + ("" if left.sql_type == right.sql_type else " as text")
    if are_read_differently(left, right):
        form = _key_form(left, right, occurring)
        rule, description = form.rule, f"values are equal as each column is read ({_readings(left, right)})"
    is_guess = rule != EQUAL_VALUES and (left.reading.is_guess or right.reading.is_guess)
    return JoinCondition(str(MatchKind.EXACT), rule, _GUESSED if is_guess else 1.0, float("nan"), description)


def normal_forms(left: JoinSide, right: JoinSide, occurring: Occurring = NOTHING_KNOWN) -> tuple[NormalForm, ...]:
    """List the normal forms for the values of two columns, those that change them least first.

    `occurring` is what occurs in the columns. Empty for columns whose equal values are written in
    one way only: whole numbers, days. Raises InvalidSetting for two types whose values are never equal.
    """
    require_comparable(left, right)
    types = {left.sql_type, right.sql_type}
    if all(map(_INTEGER.fullmatch, types)) or (len(types) == 1 and "VARCHAR" not in types):
        return ()
    if all(_INTEGER.fullmatch(one) or _FRACTION.fullmatch(one) for one in types):
        number = f"TRY_CAST({VALUE} AS DOUBLE)"
        return (NormalForm(number, VALUE, VALUE, "numbers are equal, however many decimals they are written with"),)
    key = _key_form(left, right, occurring)
    if are_read_differently(left, right):
        return (key,)
    base = _alike(occurring)
    words = [f"nullif({rewritten_sql(_marked(one, occurring), _WORDS)}, '')" for one in (left, right)]
    return (
        NormalForm(base, VALUE, VALUE, "values are equal but for case, blanks around them and what can't be seen"),
        NormalForm(base, words[0], words[1], "values are equal but for case, accents, punctuation and the way in which "
                   "dates and numbers are written"),
        key,
    )  # fmt: skip


def _key_form(left: JoinSide, right: JoinSide, occurring: Occurring) -> NormalForm:
    folded = occurring.folded()
    keys = [key_sql(ordered_sql(VALUE, one.reading, folded), one.reading, folded) for one in (left, right)]
    description = "letters and digits are equal, but for case, accents and leading zeros"
    guesses = [f"{one}: {one.reading.note}" for one in (left, right) if one.reading.is_guess]
    if guesses:
        description += f" (a guess: {'; '.join(guesses)})"
    return NormalForm(_alike(occurring), keys[0], keys[1], description, not are_read_differently(left, right))


def _alike(occurring: Occurring) -> str:
    """Write the normal value without differences of characters that people can't see."""
    value = normal_value()
    alike = fold_sql(value, occurring.characters, is_bare=False)
    return value if alike == value else f"nullif(trim({alike}), '')"


def _marked(side: JoinSide, occurring: Occurring) -> str:
    """Write a base value with its dates in order and the point and minus of a number marked."""
    folded = occurring.folded()
    return marked_sql(ordered_sql(VALUE, side.reading, folded), side.reading, folded)


def are_read_differently(left: JoinSide, right: JoinSide) -> bool:
    """Return whether equal texts mean different things: 03/04/2024 in March and in April, 1.234 with three decimals."""
    orders = {left.reading.date_order, right.reading.date_order} - {None}
    return len(orders) == 2 or left.reading.has_decimal_comma != right.reading.has_decimal_comma


def _readings(left: JoinSide, right: JoinSide) -> str:
    orders = [f"{one}: {one.reading.date_order} in dates" for one in (left, right) if one.reading.date_order]
    commas = [f"{one}: decimal commas" for one in (left, right) if one.reading.has_decimal_comma]
    return "; ".join([*orders, *commas])


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


def _replaced(value: str, pattern: str, by: str, flags: str = "") -> str:
    return f"regexp_replace({value}, {literal(pattern)}, {literal(by)}{f', {literal(flags)}' if flags else ''})"
