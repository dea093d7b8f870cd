"""What people want to know of a match beside its score: how to join, what meets, how many rows come of it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from lakeindex.reasons.answer_text import HOW_THEY_MEET, figures_of
from lakeindex.types.matches import Cardinality, JoinKind, Match

HOW_TO_JOIN = {
    JoinKind.EQUI: "on equal values",
    JoinKind.TRANSFORM: "on values that are equal once written alike, or once a program has changed them",
    JoinKind.FUZZY: "on values that are spelled alike",
    JoinKind.NUMERIC: "on numbers that are near one another, as few are equal",
    JoinKind.TEMPORAL: "on times: the same moment written otherwise, or the period that it lies in",
    JoinKind.SEMANTIC: "on values that mean the same, or through a table that maps one to the other",
    JoinKind.UNKNOWN: "no way to make values meet is known",
}
_DIRECTIONS = {
    Cardinality.ONE_TO_ONE: "a left row meets at most one right row, and the other way round",
    Cardinality.ONE_TO_MANY: "a left row may meet several right rows",
    Cardinality.MANY_TO_ONE: "a left row meets at most one right row",
    Cardinality.MANY_TO_MANY: "a left row may meet several right rows, and the other way round",
}
_COUNTED = {"counted": "counted in the files", "at least": "counted in the files, and more may meet"}
_VERDICTS = {True: "accepted", False: "not accepted"}


def verdict(match: Match) -> str:
    """Say in a few words how sure a join is."""
    if match.accepted is None:
        return f"{match.score:.1%} by the sources that were asked, which is no probability"
    return f"{match.score:.1%} sure that they join: {_VERDICTS[match.accepted]}"


def facts_of(match: Match) -> Iterator[tuple[str, str]]:
    """Yield what is known of the join, each with its label."""
    more = f"; more meet{HOW_THEY_MEET[match.match]}" if match.kind is JoinKind.EQUI and match.meets_otherwise else ""
    yield "kind", f"{match.kind}: {HOW_TO_JOIN[match.kind]}{more}"
    yield "cardinality", f"{match.cardinality}: {_DIRECTIONS[match.cardinality]}"
    yield "values that meet", _values_that_meet(match)
    if match.measured is not None:
        least = "" if match.exact else "at least "
        if match.measured.how:
            yield "they meet where", match.measured.how
        yield (
            "joined",
            (
                f"{least}{match.measured.match_rate:.0%} of the left rows find a partner, {least}"
                f"{_counted(match.measured.rows, 'joined row')}"
            ),
        )
    if match.note:
        yield "note", match.note if match.measured is not None else f"not counted: {match.note}"


def join_command(match: Match) -> str:
    """Write the command that joins the columns; in a shell it takes every name for a name."""
    names = [match.query.table, match.query.name, match.column.table, match.column.name]
    dashes = ["--"] if any(name.startswith("-") for name in names) else []
    return shlex.join(["lakeindex", "join", *dashes, *names])


def _values_that_meet(match: Match) -> str:
    written = f"{match.containment:.0%} of the left ones as written, {match.reverse_containment:.0%} of the right ones"
    if match.meets_otherwise:
        written += f"; {match.matched:.0%} and {match.reverse_matched:.0%}{HOW_THEY_MEET[match.match]}"
    return f"{written} ({_COUNTED.get(figures_of(match), 'estimated from sketches')})"


def _counted(number: int, name: str) -> str:
    return f"{number:,} {name}" if number == 1 else f"{number:,} {name}s"
