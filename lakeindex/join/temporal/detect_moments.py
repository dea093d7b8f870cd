"""Detect the format and the granularity of a column's moments from its distinct values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from lakeindex.join.condition import VALUE
from lakeindex.join.key_conditions import normal_value
from lakeindex.join.side import TEXT, JoinSide, reading
from lakeindex.join.temporal.date_formats import IN_UTC, MOMENT_FORMATS, YEAR, MomentFormat
from lakeindex.join.temporal.grains import Grain
from lakeindex.types.names import words_of

_LEAST_SHARE = 0.95
_SAMPLED = 1000
_FEWEST = 3  # moments: that fewer are all the first of a month is no evidence
_UNSURE = 0.8
_NAMED_YEAR = frozenset(("year", "yr", "yyyy", "jahr", "annee", "année", "anno", "ano", "año", "any", "jaar", "år"))
_OTHER_YEAR = frozenset(("fiscal", "fy", "financial", "school", "academic"))

_MOMENT_TYPE = re.compile(r"DATE|TIMESTAMP.*")
_NUMBER_TYPE = re.compile(r"U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DOUBLE|FLOAT|DECIMAL.*")
ZONED = "TIMESTAMP WITH TIME ZONE"
"""The type of moments with a time zone."""

# The share of moments of the next finer grain that lie at the beginning of such a period by chance; the coarsest first.
_CHANCES = {
    Grain.YEAR: 1 / 365,
    Grain.QUARTER: 1 / 91,
    Grain.MONTH: 1 / 30,
    Grain.WEEK: 1 / 7,
    Grain.DAY: 1 / 24,
    Grain.HOUR: 1 / 60,
    Grain.MINUTE: 1 / 60,
}
_OF_DAYS = frozenset((Grain.YEAR, Grain.QUARTER, Grain.MONTH, Grain.WEEK))


@dataclass(frozen=True, slots=True)
class DistinctValues:
    """The distinct values of a column."""

    cursor: duckdb.DuckDBPyConnection
    relation: str
    """A table or SELECT in brackets with one column, `value`, as text."""

    @classmethod
    def of(cls, side: JoinSide) -> DistinctValues:
        """Select them from a column's table."""
        return cls(
            side.connection.cursor(),
            f"(SELECT DISTINCT {side.text('side')} AS value FROM ({side.source}) AS side)",
        )

    def derived(self, expression: str) -> DistinctValues:
        """Return the distinct results of an expression: DuckDB SQL with VALUE for each value."""
        value = expression.replace(VALUE, "value")
        return DistinctValues(self.cursor, f"(SELECT DISTINCT {value} AS value FROM {self.relation})")

    def sampled(self, count: int) -> DistinctValues:
        """Return a part of them, the same every time."""
        return DistinctValues(self.cursor, f"(SELECT value FROM {self.relation} ORDER BY hash(value) LIMIT {count:d})")

    def aggregated(self, selected: Sequence[str], derived: str = "value") -> tuple[int, ...]:
        """Select aggregates of an expression of each value, which is named `one`; NULL is left out."""
        sql = f"SELECT {', '.join(selected)} FROM (SELECT {derived} AS one FROM {self.relation}) WHERE one IS NOT NULL"
        (row,) = self.cursor.execute(sql).fetchall()
        return tuple(int(figure or 0) for figure in row)


@dataclass(frozen=True, slots=True)
class Moments:
    """What a column's values are as moments."""

    moment: str
    """DuckDB SQL with VALUE for a value as text: its TIMESTAMP, in UTC if it had a zone; NULL for what is none."""
    grain: Grain
    certainty: float
    """The probability that they are moments of this grain, and not numbers or finer moments that only look so."""
    format: str
    """Their format: in columns with the same format and grain, equal moments are equal values."""

    @property
    def is_year(self) -> bool:
        """Whether they are numbers of years."""
        return self.format == YEAR.pattern

    @property
    def is_zoned(self) -> bool:
        """Whether they had a time zone."""
        return IN_UTC in self.moment


def has_moment_type(side: JoinSide) -> bool:
    """Return whether a column has a type for days or times."""
    return _MOMENT_TYPE.fullmatch(side.sql_type) is not None


def has_number_type(side: JoinSide) -> bool:
    """Return whether a column has a type for numbers."""
    return _NUMBER_TYPE.fullmatch(side.sql_type) is not None


def moments_of(side: JoinSide, values: DistinctValues) -> Moments | None:
    """Detect what moments a column holds; None where its values are none.

    Raises UnreadableTable when its file is gone or no longer what it was.
    """
    with reading(str(side)):
        if has_moment_type(side):
            zoned = f"CAST(TRY_CAST({VALUE} AS TIMESTAMPTZ){IN_UTC} AS TIMESTAMP)"
            moment = zoned if side.sql_type == ZONED else f"TRY_CAST({VALUE} AS TIMESTAMP)"
            return _grained(moment, side.sql_type, values)
        found = _format_of(side, values)
        if found is None:
            return None
        if found.grain is None:
            return _grained(found.moment, found.pattern, values)
        return Moments(found.moment, found.grain, _certainty(side, found, values), found.pattern)


def _format_of(side: JoinSide, values: DistinctValues) -> MomentFormat | None:
    """Find the format in which nearly all values are written."""
    formats = [one for one in MOMENT_FORMATS if side.sql_type == TEXT or (one.is_number and has_number_type(side))]
    # A few values exclude most formats, at no cost.
    likely = [one for one, share in _shares(formats, values.sampled(_SAMPLED)) if share > _LEAST_SHARE / 2]
    best, share = max(_shares(likely, values), key=lambda one: one[1], default=(None, 0.0))
    return best if share >= _LEAST_SHARE else None


def _shares(formats: Sequence[MomentFormat], values: DistinctValues) -> list[tuple[MomentFormat, float]]:
    """Return for each format the share of the values that have it."""
    if not formats:
        return []
    counted = [f"count({one.moment.replace(VALUE, 'one')})" for one in formats]
    distinct, *counts = values.aggregated(("count(*)", *counted), normal_value("value"))
    return [(one, count / distinct if distinct else 0.0) for one, count in zip(formats, counts, strict=True)]


def _certainty(side: JoinSide, moment_format: MomentFormat, values: DistinctValues) -> float:
    if moment_format is not YEAR:
        (distinct,) = values.aggregated(("count(*)",))
        return 1.0 - float(moment_format.chance**distinct)
    words = frozenset(words_of(side.column).split())
    return 1.0 if words & _NAMED_YEAR and not words & _OTHER_YEAR else _UNSURE


def _grained(moment: str, format: str, values: DistinctValues) -> Moments:
    """Find the coarsest grain such that all moments are the beginning of a period, or all are its last day."""
    grains = [grain for grain in _CHANCES if format != "DATE" or grain in _OF_DAYS]
    begins = [f"bool_and({grain.truncated('one')} = one)" for grain in grains]
    ends = [_are_last_days(grain) if grain in _OF_DAYS else "false" for grain in grains]
    finite = f"CASE WHEN isfinite({moment}) THEN {moment} END".replace(VALUE, "value")
    distinct, *are = values.aggregated(("count(DISTINCT one)", *begins, *ends), finite)
    if distinct >= _FEWEST:
        for grain, is_first, is_last in zip(grains, are[: len(grains)], are[len(grains) :], strict=True):
            if is_first or is_last:
                which = format if is_first else f"{format}, by the last day"
                return Moments(moment, grain, 1.0 - _CHANCES[grain] ** distinct, which)
    return Moments(moment, Grain.DAY if format == "DATE" else Grain.TIME, 1.0, format)


def _are_last_days(grain: Grain) -> str:
    morrow = "one + INTERVAL 1 DAY"
    return f"bool_and({Grain.DAY.truncated('one')} = one AND {grain.truncated(morrow)} = {morrow})"
