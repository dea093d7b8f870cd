"""Steps that rewrite a date or a number in another format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from lakeindex.join.transform.characters import literal

READ_FORMATS = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d/%m/%y",
    "%m/%d/%y",
    "%B %d, %Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
)
"""The formats in which dates are read; days and months may have one digit."""

_UNPADDED = tuple(form.replace("%d", "%-d").replace("%m", "%-m") for form in READ_FORMATS if form != "%Y%m%d")
WRITE_FORMATS = tuple(dict.fromkeys((*READ_FORMATS, *_UNPADDED, "%Y", "%Y-%m", "%B %Y", "%B", "%b")))
"""The formats in which dates are written."""

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_PATTERNS = {
    "%Y": r"(?P<Y>[0-9]{4})",
    "%y": r"(?P<y>[0-9]{2})",
    "%m": r"(?P<m>[0-9]{1,2})",
    "%d": r"(?P<d>[0-9]{1,2})",
    "%B": "(?P<B>" + "|".join(_MONTHS) + ")",
    "%b": "(?P<b>" + "|".join(month[:3] for month in _MONTHS) + ")",
}


@dataclass(frozen=True, slots=True)
class Redate:
    """Read a date in one format of strptime and write it in another."""

    read: str
    write: str

    @property
    def size(self) -> float:
        """The complexity of the step."""
        return 0.5

    @property
    def is_whole(self) -> bool:
        """Whether the written format has day, month and year."""
        return {one.lower() for one in re.findall("[A-Za-z]", self.write)} in ({*"dmy"}, {*"dby"})

    def sql(self, value: str) -> str:
        """Write it as DuckDB SQL."""
        looks = f"regexp_full_match({value}, {literal('(?i)' + _plain_pattern(self.read))})"
        read = f"CASE WHEN {looks} THEN try_strptime({value}, {literal(self.read)}) END"
        return f"strftime({read}, {literal(self.write)})"

    def on(self, text: str) -> str | None:
        """Apply the step to a text."""
        read = read_date(text, self.read)
        return None if read is None else _written(read, self.write)

    def describe(self, of: str) -> str:
        """Describe in words what it does."""
        return f"the date {of or 'of the value'} written as {self.write} instead of {self.read}"


@dataclass(frozen=True, slots=True)
class Renumber:
    """Write a decimal number without thousands separators and without zeros at the end of its fraction."""

    thousands: str
    """The separator, `,` or `.`; the other one starts the fraction, and is written as a point."""

    @property
    def size(self) -> float:
        """The complexity of the step."""
        return 0.4

    @property
    def _point(self) -> str:
        return "." if self.thousands == "," else ","

    @property
    def _pattern(self) -> str:
        return rf"[+-]?[0-9]+(\{self.thousands}[0-9]{{3}})*(\{self._point}[0-9]+)?"

    def sql(self, value: str) -> str:
        """Write it as DuckDB SQL."""
        bare = f"replace(replace({value}, '{self.thousands}', ''), '{self._point}', '.')"
        short = rf"regexp_replace(regexp_replace({bare}, '(\.[0-9]*[1-9])0+$', '\1'), '\.0+$', '')"
        return f"CASE WHEN regexp_full_match({value}, '{self._pattern}') THEN {short} END"

    def on(self, text: str) -> str | None:
        """Apply the step to a text."""
        if not re.fullmatch(self._pattern, text):
            return None
        bare = text.replace(self.thousands, "").replace(self._point, ".")
        return re.sub(r"\.0+\Z", "", re.sub(r"(\.[0-9]*[1-9])0+\Z", r"\1", bare))

    def describe(self, of: str) -> str:
        """Describe in words what it does."""
        return f'{of or "the value"} as a plain number without "{self.thousands}" between thousands'


@lru_cache(maxsize=1 << 16)
def read_date(text: str, read: str) -> date | None:
    """Read a date; None for a text in another format."""
    match = _pattern(read).fullmatch(text)
    if match is None:
        return None
    found = match.groupdict()
    # By POSIX, two digits from 69 on are of the last century.
    year = int(found["Y"]) if "Y" in found else int(found["y"]) + (1900 if int(found["y"]) >= 69 else 2000)
    month = int(found["m"]) if "m" in found else _month(found.get("B") or found["b"])
    try:
        return date(year, month, int(found["d"]))
    except ValueError:
        return None


def _month(name: str) -> int:
    return next(number for number, month in enumerate(_MONTHS, 1) if month[:3].lower() == name[:3].lower())


def _written(day: date, write: str) -> str:
    # Not strftime, whose names of months depend on the machine's language.
    fields = {
        "%Y": f"{day.year:04d}",
        "%y": f"{day.year % 100:02d}",
        "%-m": str(day.month),
        "%-d": str(day.day),
        "%m": f"{day.month:02d}",
        "%d": f"{day.day:02d}",
        "%B": _MONTHS[day.month - 1],
        "%b": _MONTHS[day.month - 1][:3],
    }
    return re.sub("%-?[A-Za-z]", lambda match: fields[match[0]], write)


@cache
def _pattern(read: str) -> re.Pattern[str]:
    pattern = "".join(_PATTERNS.get(one) or re.escape(one) for one in re.findall("%.|.", read))
    # Eight digits are read by their positions.
    return re.compile(pattern.replace("{1,2}", "{2}") if read == "%Y%m%d" else pattern, re.IGNORECASE)


def _plain_pattern(read: str) -> str:
    return re.sub(r"\?P<\w>", "", _pattern(read).pattern).replace("\\ ", " ").replace("\\-", "-").replace("\\/", "/")
