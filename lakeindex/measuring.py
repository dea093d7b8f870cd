"""Count the matches of a query in the lake's files, and look for programs where values are only similar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lakeindex.errors import UnreadableTable
from lakeindex.integrate.probe import JoinProbe, ProbedColumn
from lakeindex.lake_rows import LakeRows
from lakeindex.types import JoinKind, Match


def measured(matches: Sequence[Match], rows: LakeRows) -> list[Match]:
    """Count matches of one query; what can't be counted keeps its estimates, with a note."""
    if not matches:
        return []
    try:
        query, *columns = rows.probed([matches[0].query, *(match.column for match in matches)])
        with JoinProbe(rows.database.connection, query) as probe:
            counted = [_counted(match, probe, column) for match, column in zip(matches, columns, strict=True)]
        return _with_programs(counted, rows)
    except UnreadableTable as error:
        return [replace(match, note=str(error)) for match in matches]


def _counted(match: Match, probe: JoinProbe, column: ProbedColumn) -> Match:
    try:
        measure = probe.measure(column)
    except UnreadableTable as error:
        return replace(match, note=str(error))
    return replace(
        match,
        measured=measure,
        containment=measure.containment,
        reverse_containment=measure.reverse_containment,
        cardinality=measure.cardinality,
    )


def _with_programs(matches: list[Match], rows: LakeRows) -> list[Match]:
    """Look for programs by which columns meet whose values are only similar, or mean alike."""
    if not any(_is_unexplained(match) for match in matches):
        return matches
    from lakeindex.joining import program_of, rewritable_texts

    asked = rewritable_texts(rows.side(matches[0].query))
    found = [
        program_of(asked, rewritable_texts(rows.side(match.column))) if _is_unexplained(match) else None
        for match in matches
    ]
    return [
        match if program is None else replace(match, kind=JoinKind.TRANSFORM, program=program)
        for match, program in zip(matches, found, strict=True)
    ]


def _is_unexplained(match: Match) -> bool:
    """Tell whether columns were counted and found to be only similar, or to mean alike."""
    return match.kind in (JoinKind.FUZZY, JoinKind.SEMANTIC) and match.measured is not None
