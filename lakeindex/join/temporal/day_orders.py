"""Formats of days written in numbers: the order of day, month and year, with or without a time and a zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from lakeindex.join.condition import VALUE
from lakeindex.sql import literal

IN_UTC = " AT TIME ZONE 'UTC'"


class DayOrder(StrEnum):
    """In which order day, month and year are written; the likeliest first where nothing tells them apart."""

    YMD = "year, month, day"
    DMY = "day, month, year"
    MDY = "month, day, year"


class Clock(StrEnum):
    """How the time of a day is written, if it is."""

    PLAIN = "24 hours"
    LEAP = "24 hours, with leap seconds"
    HALF_DAYS = "AM and PM"


class Zone(StrEnum):
    """How the zone of a time is written."""

    NONE = "none"
    OFFSET = "an offset from UTC"
    NAMED = "the name of a zone, or an offset"


_MONTH = "(?:0?[1-9]|1[0-2])"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR, _SHORT_YEAR = r"\d{4}", r"\d\d"
_PARTS = {
    DayOrder.YMD: ("({year}){sign}({month}){sign}({day})", r"\1-\2-\3"),
    DayOrder.DMY: ("({day}){sign}({month}){sign}({year})", r"\3-\2-\1"),
    DayOrder.MDY: ("({month}){sign}({day}){sign}({year})", r"\3-\1-\2"),
}
_CLOCKS = {
    Clock.PLAIN: r"(?:[t ]((?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.]\d+)?)?|24:00(?::00(?:[.]0+)?)?))",
    Clock.LEAP: r"(?:[t ]((?:[01]?\d|2[0-3]):[0-5]\d(?::(?:[0-5]\d|60)(?:[.]\d+)?)?))",
    Clock.HALF_DAYS: r"(?:[t ](0?[1-9]|1[0-2])(:[0-5]\d(?::[0-5]\d(?:[.]\d+)?)?)? ?([ap])[.]?m[.]?)",
}
_OFFSET = r"[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?"
_ZONES = {
    Zone.NONE: "",
    Zone.OFFSET: f" ?(z|{_OFFSET})",
    Zone.NAMED: rf"(?: ?(z|{_OFFSET})(?: ?\[[a-z0-9_+/-]+\])?| ?\[?([a-z][a-z0-9_+/-]*)\]?)",
}
# Abbreviations that mean one offset wherever they are used; others are left to the zones that DuckDB knows.
_ABBREVIATIONS = {
    "+00": "utc|gmt|wet", "+01": "cet|west", "+02": "cest|eet", "+03": "eest|msk", "+09": "jst|kst",
    "-04": "edt", "-05": "est|cdt", "-06": "mdt", "-07": "pdt", "-08": "pst",
}  # fmt: skip
_FIRST_SHORT_YEAR = 70  # 70 is 1970, and 69 is 2069, as in POSIX


@dataclass(frozen=True, slots=True)
class DayFormat:
    """A format of days in numbers."""

    order: DayOrder
    sign: str
    """A regular expression of what separates the numbers."""
    clock: Clock
    zone: Zone
    has_short_year: bool = False

    @property
    def is_open(self) -> bool:
        """Whether only a day after the twelfth shows the order; days with points have the day before the month."""
        return self.has_short_year or (self.order is not DayOrder.YMD and self.sign != "[.]")

    @property
    def pattern(self) -> str:
        """The regular expression of a whole value, trimmed and in lower case."""
        written, _ = _PARTS[self.order]
        year = _SHORT_YEAR if self.has_short_year else _YEAR
        day = written.format(year=year, month=_MONTH, day=_DAY, sign=self.sign)
        clock = _CLOCKS[self.clock]
        if self.clock is Clock.PLAIN and self.zone is Zone.NONE:
            clock += "?"
        return f"^{day}{clock}{_ZONES[self.zone]}$"

    @property
    def parsed(self) -> str:
        """DuckDB SQL with VALUE for such a value: its TIMESTAMP, in UTC where it has a zone; NULL for no such day."""
        if self.zone is Zone.NONE:
            return self._cast(self._iso, "TIMESTAMP")
        # The blank before an offset goes, as DuckDB drops an offset behind one.
        return f"CAST({self._cast(self._iso, 'TIMESTAMPTZ')}{IN_UTC} AS TIMESTAMP)"

    @property
    def _iso(self) -> str:
        """SQL for the value as ISO 8601, with a blank before the time and none before an offset."""
        _, day = _PARTS[self.order]
        time = r" \4"
        if self.clock is Clock.HALF_DAYS:
            return self._with_half_days(day)
        if self.zone is Zone.NONE:
            return f"trim({self._full_year(self._replaced(VALUE, day + time))})"
        if self.zone is Zone.OFFSET:
            return self._full_year(self._replaced(VALUE, day + time + r"\5"))
        written = self._full_year(self._replaced(VALUE, day + time + r"\5 \6"))
        for offset, names in _ABBREVIATIONS.items():
            written = f"regexp_replace({written}, {literal(f' ({names})$')}, {literal(offset)})"
        return f"trim({written})"

    def _with_half_days(self, day: str) -> str:
        hour = rf"CAST({self._replaced(VALUE, chr(92) + '4')} AS INTEGER)"
        is_later = f"{self._replaced(VALUE, chr(92) + '6')} = 'p'"
        hours = f"lpad(CAST({hour} % 12 + CASE WHEN {is_later} THEN 12 ELSE 0 END AS VARCHAR), 2, '0')"
        minutes = self._replaced(VALUE, r"\5")
        rest = f"CASE WHEN {minutes} = '' THEN ':00' ELSE {minutes} END"
        zone = f" || {self._replaced(VALUE, chr(92) + '7')}" if self.zone is Zone.OFFSET else ""
        return f"{self._full_year(self._replaced(VALUE, day))} || ' ' || {hours} || {rest}{zone}"

    def _full_year(self, iso: str) -> str:
        if not self.has_short_year:
            return iso
        century = f"CASE WHEN substr({iso}, 1, 2) >= '{_FIRST_SHORT_YEAR}' THEN '19' ELSE '20' END"
        return f"{century} || {iso}"

    def _cast(self, iso: str, kind: str) -> str:
        plain = f"TRY_CAST(upper({iso}) AS {kind})"
        if self.clock is not Clock.LEAP:
            return plain
        # A leap second is the first one of the next minute, as for POSIX.
        before = f"TRY_CAST(replace(upper({iso}), ':60', ':59') AS {kind}) + INTERVAL 1 SECOND"
        return f"CASE WHEN {VALUE} LIKE '%:60%' THEN {before} ELSE {plain} END"

    def _replaced(self, value: str, by: str) -> str:
        return f"regexp_replace({value}, {literal(self.pattern)}, {literal(by)})"


def day_formats() -> Iterator[DayFormat]:
    """List the formats; what a format can hold besides, a later one of the same order can, too."""
    ways = ((Clock.PLAIN, Zone.NONE), (Clock.PLAIN, Zone.OFFSET), (Clock.HALF_DAYS, Zone.NONE),
            (Clock.HALF_DAYS, Zone.OFFSET), (Clock.LEAP, Zone.NONE), (Clock.LEAP, Zone.NAMED))  # fmt: skip
    for clock, zone in ways:
        yield DayFormat(DayOrder.YMD, "[-/.]", clock, zone)
        for sign in ("[.]", "[-/]"):
            yield DayFormat(DayOrder.DMY, sign, clock, zone)
            yield DayFormat(DayOrder.MDY, sign, clock, zone)
    for clock in (Clock.PLAIN, Clock.HALF_DAYS):
        for order in (DayOrder.DMY, DayOrder.MDY, DayOrder.YMD):
            yield DayFormat(order, "[-/.]", clock, Zone.NONE, has_short_year=True)
