"""Formats in which days, times and coarser moments are written as text or as a whole number."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lakeindex.join.condition import VALUE
from lakeindex.join.temporal.day_orders import DayFormat, Zone, day_formats
from lakeindex.join.temporal.grains import Grain
from lakeindex.sql import BLANKS, literal

_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_MONTH_NAME = (
    "(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?"
    "|dec(ember)?)[.]?"
)
BEGINNING = f"([0-9]|q[1-4]|{_MONTH_NAME})"
"""The regular expression of how a value begins that has one of the formats, trimmed and in lower case."""
_YEAR = r"([12]\d{3})"
_MONTH = "(0?[1-9]|1[0-2])"
_DAY = r"(0?[1-9]|[12]\d|3[01])"
_PLAIN = f"lower(trim({VALUE}, {BLANKS}))"
_YEAR_AHEAD, _YEAR_BEHIND = f"substr({VALUE}, 1, 4)", f"right({VALUE}, 4)"
_DIGITS = r"(19\d\d|20\d\d)(0[1-9]|1[0-2])"


@dataclass(frozen=True, slots=True)
class MomentFormat:
    """A format of moments."""

    grain: Grain | None
    """Of moments in this format; None where it depends on the moments."""
    pattern: str
    """The regular expression of a whole value, trimmed and in lower case."""
    parsed: str
    """DuckDB SQL with VALUE for such a value: the TIMESTAMP of its beginning."""
    chance: float = 0.0
    """The share of other numbers with as many digits that happen to have this format."""
    is_number: bool = False
    """Whether it is written as a whole number."""
    is_zoned: bool = False
    """Whether it has a time zone, and the TIMESTAMP is in UTC."""
    days: DayFormat | None = None
    """How its day is written, where that is in numbers."""

    @property
    def moment(self) -> str:
        """DuckDB SQL with VALUE for any value as text: its TIMESTAMP, NULL in another format."""
        return f"CASE WHEN {self.matches} THEN {self.parsed.replace(VALUE, _PLAIN)} END"

    @property
    def matches(self) -> str:
        """DuckDB SQL with VALUE for any value as text: whether it looks so, be there such a day or not."""
        return f"regexp_matches({_PLAIN}, {literal(self.pattern)})"


def _arranged(grain: Grain | None, pattern: str, by: str) -> MomentFormat:
    """Make a format whose parts only have to be put in the order of ISO 8601."""
    # In upper case, as DuckDB wants the T between day and time.
    parsed = f"TRY_CAST(upper(regexp_replace({VALUE}, {literal(pattern)}, {literal(by)})) AS TIMESTAMP)"
    return MomentFormat(grain, pattern, parsed)


def _days(form: DayFormat) -> MomentFormat:
    return MomentFormat(None, form.pattern, form.parsed, is_zoned=form.zone is not Zone.NONE, days=form)


def _digits(grain: Grain, digits: str, by: str, chance: float) -> MomentFormat:
    return replace(_arranged(grain, f"^{digits}([.]0+)?$", by), chance=chance, is_number=True)


def _month(pattern: str, year: str, number: str) -> MomentFormat:
    written = f"{year} || '-' || lpad(CAST({number} AS VARCHAR), 2, '0') || '-01'"
    return MomentFormat(Grain.MONTH, pattern, f"TRY_CAST({written} AS TIMESTAMP)")


def _named_day(pattern: str) -> MomentFormat:
    """Make the format of a day whose month is a word, without digits and words besides day, month and year."""
    month, day = (
        f"regexp_replace({VALUE}, {literal(one)}, {literal(chr(92) + '1')})"
        for one in ("^(?:.*[ ./-])?([a-z]{3}).*$", r"^[^0-9]*(\d+).*$")
    )
    number = f"lpad(CAST((strpos({literal(_MONTHS)}, {month}) + 2) // 3 AS VARCHAR), 2, '0')"
    return MomentFormat(
        None, pattern, f"TRY_CAST({_YEAR_BEHIND} || '-' || {number} || '-' || lpad({day}, 2, '0') AS TIMESTAMP)"
    )


def _quarter(pattern: str, year: str, number: str) -> MomentFormat:
    written = f"{year} || '-' || lpad(CAST(CAST({number} AS INTEGER) * 3 - 2 AS VARCHAR), 2, '0') || '-01'"
    return MomentFormat(Grain.QUARTER, pattern, f"TRY_CAST({written} AS TIMESTAMP)")


def _week(pattern: str, year: str, number: str) -> MomentFormat:
    # The first week of ISO 8601 has 4 January in it. Every engine adds days to a date, but not every one an interval.
    first = Grain.WEEK.truncated(f"TRY_CAST({year} || '-01-04' AS TIMESTAMP)")
    days = f"(CAST({number} AS INTEGER) - 1) * 7"
    return MomentFormat(Grain.WEEK, pattern, f"CAST(CAST({first} AS DATE) + {days} AS TIMESTAMP)")


_NAMED_MONTH = f"(strpos({literal(_MONTHS)}, substr({VALUE}, 1, 3)) + 2) // 3"

YEAR = _digits(Grain.YEAR, _YEAR, r"\1-01-01", 1.0)
MOMENT_FORMATS = (
    *map(_days, day_formats()),
    _arranged(Grain.MONTH, f"^{_YEAR}[-/]{_MONTH}$", r"\1-\2-01"),
    _arranged(Grain.MONTH, f"^{_MONTH}[-/]{_YEAR}$", r"\2-\1-01"),
    _month(f"^{_MONTH_NAME}[ /,-]+{_YEAR}$", _YEAR_BEHIND, _NAMED_MONTH),
    _named_day(f"^{_MONTH_NAME}[ /-]*{_DAY}(st|nd|rd|th)?[ ,/-]+{_YEAR}$"),
    _named_day(f"^{_DAY}(st|nd|rd|th|[.])?[ /-]*{_MONTH_NAME}[ ,/-]+{_YEAR}$"),
    _quarter(f"^{_YEAR}[ /-]?q[1-4]$", _YEAR_AHEAD, f"right({VALUE}, 1)"),
    _quarter(f"^q[1-4][ /-]?{_YEAR}$", _YEAR_BEHIND, f"substr({VALUE}, 2, 1)"),
    _week(rf"^{_YEAR}[ -]?w(0[1-9]|[1-4]\d|5[0-3])$", _YEAR_AHEAD, f"right({VALUE}, 2)"),
    _digits(Grain.MONTH, _DIGITS, r"\1-\2-01", 0.12),
    _digits(Grain.DAY, rf"{_DIGITS}(0[1-9]|[12]\d|3[01])", r"\1-\2-\3", 0.04),
    YEAR,
)  # fmt: skip
"""Values in none of these formats are no moments. Of several that a column has, the first is the plainest."""
