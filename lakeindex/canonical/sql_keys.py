"""Canonical keys and words of values as SQL: the rewrites of `arrow_keys` in DuckDB, by a test the same."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lakeindex.canonical.column_reading import ColumnReading
from lakeindex.canonical.folding import fold_character, fold_sql
from lakeindex.canonical.rewrites import (
    KEYS,
    LEADING_ZEROS,
    TIMES,
    UUIDS,
    WORDS,
    ZEROS,
    ZONED,
    Rewrites,
    dates,
    numbers,
)
from lakeindex.sql import literal

OFFSET = r" ?([+-]\d\d):?(\d\d)$", r"\1:\2"
"""A rewrite of offsets to how DuckDB takes them."""


@dataclass(frozen=True, slots=True)
class Occurring:
    """What occurs in columns, beyond which no rewrite has to be written: statements stay short."""

    characters: str
    """The characters beyond ASCII."""
    has_dates: bool = True
    has_numbers: bool = True
    """Whether there are numbers with a sign, a separator or a point; with characters beyond ASCII there may be."""

    def folded(self) -> Occurring:
        """Return what occurs once the characters that people can't see are folded."""
        folded = {part for one in self.characters for part in fold_character(one, is_bare=False)}
        return replace(self, characters="".join(sorted(folded)))


def ordered_sql(value: str, reading: ColumnReading, occurring: Occurring) -> str:
    """Write a normal value, SQL itself, folded, with dates in the order of ISO 8601 and times with a zone in UTC."""
    folded = rewritten_sql(fold_sql(value, occurring.characters), UUIDS)
    if not (occurring.has_dates or occurring.characters):
        return folded
    ordered = rewritten_sql(folded, dates(reading))
    return rewritten_sql(_in_utc(ordered) if reading.is_zoned else ordered, TIMES)


def key_sql(ordered: str, reading: ColumnReading, occurring: Occurring) -> str:
    """Write the key of an ordered value: letters and digits alone; of numbers also their point and minus."""
    marked = marked_sql(ordered, reading, occurring)
    return f"nullif({rewritten_sql(marked, (*KEYS, *LEADING_ZEROS))}, '')"


def marked_sql(ordered: str, reading: ColumnReading, occurring: Occurring) -> str:
    """Write an ordered value with the point and the minus of a number marked."""
    may_be = occurring.has_numbers or occurring.characters
    return rewritten_sql(ordered, numbers(reading)) if may_be else ordered


def words_sql(ordered: str) -> str:
    """Write the words of an ordered value, with a blank between."""
    return f"nullif({rewritten_sql(f'trim({rewritten_sql(ordered, WORDS)})', ZEROS)}, '')"


def rewritten_sql(value: str, rewrites: Rewrites) -> str:
    """Write rewrites of an SQL value, one after the other."""
    for one in rewrites:
        flags = ", 'g'" if one.is_global else ""
        value = f"regexp_replace({value}, {literal(one.pattern)}, {literal(one.by)}{flags})"
    return value


def _in_utc(value: str) -> str:
    """Write a time with a zone in UTC, with a `z`; what is no time of the calendar stays as it is."""
    # A lambda, as the value is needed more than once.
    offset = ", ".join(map(literal, OFFSET))
    instant = f"TRY_CAST(upper(regexp_replace(x, {offset})) AS TIMESTAMP WITH TIME ZONE) AT TIME ZONE 'UTC'"
    in_utc = f"coalesce(CAST({instant} AS VARCHAR) || 'z', x)"
    written = f"CASE WHEN regexp_matches(x, {literal(ZONED)}) THEN {in_utc} ELSE x END"
    return f"list_transform([{value}], lambda x: {written})[1]"
