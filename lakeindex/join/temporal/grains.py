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


_FINEST_FIRST = tuple(Grain)


def common_grain(one: Grain, other: Grain) -> Grain | None:
    """Return the coarser of two grains; None where periods of the finer one cross its bounds, as weeks do."""
    finer, coarser = sorted((one, other), key=_FINEST_FIRST.index)
    if finer is Grain.WEEK and coarser is not Grain.WEEK:
        return None
    return coarser
