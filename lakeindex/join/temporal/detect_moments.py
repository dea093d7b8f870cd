"""Detect the format and the granularity of a column's moments from its distinct values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lakeindex.catalog.sql_process.cursor import SqlCursor
from lakeindex.join.condition import VALUE
from lakeindex.join.key_conditions import normal_value
from lakeindex.join.side import TEXT, ZONED_TYPES, JoinSide, reading
from lakeindex.join.temporal.date_formats import BEGINNING, MOMENT_FORMATS, YEAR, MomentFormat
from lakeindex.join.temporal.day_orders import IN_UTC, DayOrder
from lakeindex.join.temporal.grains import Grain
from lakeindex.join.temporal.number_moments import NUMBER_MOMENTS, NumberMoments
from lakeindex.sql import literal
from lakeindex.types.names import words_of

_LEAST_SHARE = 0.95
_SAMPLED = 1000
_FEWEST = 3  # moments: that fewer are all the first of a month is no evidence
_UNSURE = 0.8
_NAMED_YEAR = frozenset(("year", "yr", "yyyy", "jahr", "annee", "année", "anno", "ano", "año", "any", "jaar", "år"))
_OTHER_YEAR = frozenset(("fiscal", "fy", "financial", "school", "academic"))
_MAY_BE = f"CASE WHEN regexp_matches({VALUE}, {literal(f'^{BEGINNING}')}) THEN true END"

_MOMENT_TYPE = re.compile(r"DATE|TIMESTAMP.*")
_NUMBER_TYPE = re.compile(r"U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DOUBLE|FLOAT|DECIMAL.*")

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

    cursor: SqlCursor
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
    is_zoned: bool = False
    """Whether they had a time zone, or count from a moment in UTC."""
    order: DayOrder | None = None
    """In which order day, month and year are written in numbers."""
    has_short_year: bool = False
    """Whether years have two digits."""
    is_number: bool = False
    """Whether they are written as numbers."""
    numbers: NumberMoments | None = None
    """What numbers they are, where they are numbers that count time."""
    is_guess: bool = False
    """Whether the values have another reading as well as this one."""

    @property
    def is_year(self) -> bool:
        """Whether they are numbers of years."""
        return self.format == YEAR.pattern


def has_moment_type(side: JoinSide) -> bool:
    """Return whether a column has a type for days or times."""
    return _MOMENT_TYPE.fullmatch(side.sql_type) is not None


def has_number_type(side: JoinSide) -> bool:
    """Return whether a column has a type for numbers."""
    return _NUMBER_TYPE.fullmatch(side.sql_type) is not None


def moments_of(side: JoinSide, values: DistinctValues) -> Moments | None:
    """Detect what moments a column holds; None where its values are none, or where they can be read in several ways.

    Raises UnreadableTable when its file is gone or no longer what it was.
    """
    readings = moment_readings(side, values)
    return readings[0] if len(readings) == 1 else None


def moment_readings(side: JoinSide, values: DistinctValues) -> tuple[Moments, ...]:
    """Detect the ways in which a column's values are moments: more than one where the order of day and month is open.

    Raises UnreadableTable when its file is gone or no longer what it was.
    """
    with reading(str(side)):
        if has_moment_type(side):
            is_zoned = side.sql_type in ZONED_TYPES
            # Sides write the offset behind each moment, also behind an infinite one.
            written = f"replace({VALUE}, 'infinity+00', 'infinity')"
            zoned = f"CAST(TRY_CAST({written} AS TIMESTAMPTZ){IN_UTC} AS TIMESTAMP)"
            moment = zoned if is_zoned else f"TRY_CAST({VALUE} AS TIMESTAMP)"
            return (replace(_grained(moment, side.sql_type, values), is_zoned=is_zoned),)
        found = _formats_of(side, values)
        return tuple(_moments(side, one, values, len(found) > 1) for one in found)


def may_count_time(side: JoinSide) -> bool:
    """Return whether a column may hold numbers, be it as text."""
    return side.sql_type == TEXT or has_number_type(side)


def number_readings(side: JoinSide, values: DistinctValues) -> tuple[Moments, ...]:
    """List the ways in which nearly all values of a column are numbers that count time; most columns have none.

    Raises UnreadableTable when its file is gone or no longer what it was.
    """
    if not may_count_time(side):
        return ()
    with reading(str(side)):
        moments = {one.moment: one for one in NUMBER_MOMENTS}
        likely = [one for one, share in _shares(list(moments), values.sampled(_SAMPLED)) if share > _LEAST_SHARE / 2]
        found = [moments[one] for one, share in _shares(likely, values) if share >= _LEAST_SHARE]
        return tuple(
            replace(
                _grained(one.moment, one.name, values),
                is_zoned=one.is_zoned,
                is_number=True,
                numbers=one,
                is_guess=True,
            )
            for one in found
        )


def _moments(side: JoinSide, found: MomentFormat, values: DistinctValues, is_guess: bool) -> Moments:
    if found.grain is not None:
        certainty = _certainty(side, found, values)
        return Moments(found.moment, found.grain, certainty, found.pattern, is_number=found.is_number)
    order, has_short_year = (None, False) if found.days is None else (found.days.order, found.days.has_short_year)
    moments = _grained(found.moment, found.pattern, values)
    return replace(
        moments,
        is_zoned=found.is_zoned,
        order=order,
        has_short_year=has_short_year,
        is_guess=is_guess or has_short_year,
    )


def _formats_of(side: JoinSide, values: DistinctValues) -> list[MomentFormat]:
    """Find the format in which nearly all values are written; several where only the order of their days is open."""
    formats = [one for one in MOMENT_FORMATS if side.sql_type == TEXT or (one.is_number and has_number_type(side))]
    # A few values exclude most formats, or all of them, at no cost.
    if dict(_shares([_MAY_BE], values.sampled(_SAMPLED)))[_MAY_BE] < _LEAST_SHARE / 2:
        return []
    fits = {one.pattern: f"CASE WHEN {one.matches} THEN true END" for one in formats}
    sampled = dict(_shares(list(fits.values()), values.sampled(_SAMPLED)))
    likely = {one.moment: one for one in formats if sampled[fits[one.pattern]] > _LEAST_SHARE / 2}
    shares = [(likely[moment], share) for moment, share in _shares(list(likely), values)]
    best, most = max(shares, key=lambda one: one[1], default=(None, 0.0))
    if best is None or most < _LEAST_SHARE:
        return []
    if best.days is None or not best.days.is_open:
        return [best]
    tied = [one for one, share in shares if share == most and one.days is not None and one.days.is_open]
    # Of one order, the first is the plainest.
    return list({one.days.order: one for one in reversed(tied) if one.days is not None}.values())[::-1]


def _shares(expressions: Sequence[str], values: DistinctValues) -> list[tuple[str, float]]:
    """Return for each expression, SQL with VALUE, the share of the values for which it is not NULL."""
    if not expressions:
        return []
    counted = [f"count({one.replace(VALUE, 'one')})" for one in expressions]
    distinct, *counts = values.aggregated(("count(*)", *counted), normal_value("value"))
    return [(one, count / distinct if distinct else 0.0) for one, count in zip(expressions, counts, strict=True)]


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
