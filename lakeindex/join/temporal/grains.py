"""The granularity of moments, and which granularity divides which."""

from __future__ import annotations

from enum import StrEnum

from lakeindex.sql import literal


class Grain(StrEnum):
    """The granularity of moments, the finest first; the names are those of `date_trunc`."""

    TIME = "time"
    """Finer than a minute."""
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    """Of ISO 8601: it begins on a Monday."""
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    def truncated(self, moment: str) -> str:
        """Write the beginning of the period of a moment, which is SQL itself."""
        return f"date_trunc({literal(str(self))}, {moment})"

    def beginning(self, moment: str) -> str:
        """Write what is the same for moments that this grain doesn't tell apart: a time itself is its own beginning."""
        return moment if self is Grain.TIME else self.truncated(moment)

    def is_coarser(self, other: Grain) -> bool:
        """Return whether its periods are longer."""
        return _FINEST_FIRST.index(self) > _FINEST_FIRST.index(other)

    @property
    def is_of_days(self) -> bool:
        """Whether its periods are made of whole days."""
        return not Grain.DAY.is_coarser(self)

    @property
    def microseconds(self) -> int:
        """How long its periods are, at the least; 1 for times."""
        return _MICROSECONDS[self]


_FINEST_FIRST = tuple(Grain)
_DAY = 86_400_000_000
_MICROSECONDS = {
    Grain.TIME: 1, Grain.MINUTE: 60_000_000, Grain.HOUR: 3_600_000_000, Grain.DAY: _DAY, Grain.WEEK: 7 * _DAY,
    Grain.MONTH: 28 * _DAY, Grain.QUARTER: 90 * _DAY, Grain.YEAR: 365 * _DAY,
}  # fmt: skip


def common_grain(one: Grain, other: Grain) -> Grain | None:
    """Return the coarser of two grains; None where periods of the finer one cross its bounds, as weeks do."""
    finer, coarser = sorted((one, other), key=_FINEST_FIRST.index)
    if finer is Grain.WEEK and coarser is not Grain.WEEK:
        return None
    return coarser
