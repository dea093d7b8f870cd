"""Matches in words, for people: the columns of one table together, and what meets, as written and otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lakeindex.types.lake import TableId
from lakeindex.types.matches import Match, ValueMatch

HOW_THEY_MEET = {
    ValueMatch.EXACT: " as written",
    ValueMatch.NORMALISED: " once written alike",
    ValueMatch.TEMPORAL: " by their time",
    ValueMatch.TRANSFORM: " by a program",
    ValueMatch.FUZZY: " by likeness",
    ValueMatch.SEMANTIC: " by meaning",
}
_NAMED = 6


@dataclass(frozen=True, slots=True)
class TableMatches:
    """The matches of one table, best first."""

    matches: tuple[Match, ...]

    @property
    def best(self) -> Match:
        """The best of them."""
        return self.matches[0]

    def describe_others(self) -> str:
        """Name the others, in brackets behind a blank; nothing where there are none."""
        others = [match.column.name for match in self.matches[1:]]
        if not others:
            return ""
        count = "1 more column" if len(others) == 1 else f"{len(others)} more columns"
        more = ", ..." if len(others) > _NAMED else ""
        return f" (and {count} of this table: {', '.join(others[:_NAMED])}{more})"


def by_table(matches: Iterable[Match]) -> list[TableMatches]:
    """Put the matches of each table together, those with the best match first."""
    groups: dict[TableId, list[Match]] = {}
    for match in matches:
        groups.setdefault(match.column.table, []).append(match)
    return [TableMatches(tuple(group)) for group in groups.values()]


def share_that_meets(match: Match) -> str:
    """Return which share of the query's distinct values meets: `80%`, or `0% as written, 100% once written alike`."""
    as_written = f"{match.containment:.0%}"
    if not match.meets_otherwise or f"{match.matched:.0%}" == as_written:
        return as_written
    return f"{as_written} as written, {match.matched:.0%}{HOW_THEY_MEET[match.match]}"


def figures_of(match: Match) -> str:
    """Return what the figures are: counted, at least so much as was counted, or estimated."""
    if match.exact:
        return "counted"
    counted = match.measured is not None and match.matched == match.measured.matched
    return "at least" if counted else "estimated"
