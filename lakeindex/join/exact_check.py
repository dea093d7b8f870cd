"""Count the matches of a query in the lake's files, and look for programs where values are only similar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lakeindex.errors import UnreadableTable
from lakeindex.join.count_rows import JoinProbe, ProbedColumn
from lakeindex.join.lake_tables import LakeRows
from lakeindex.types.matches import JoinKind, Match

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts
    from lakeindex.join.rescore_transformed import Rewriter


def measured(matches: Sequence[Match], rows: LakeRows, rewriter: Callable[[], Rewriter]) -> list[Match]:
    """Count matches of one query; what can't be counted keeps its estimates, with a note.

    Where a program makes values meet, the match is judged anew, by what `rewriter` makes.
    """
    if not matches:
        return []
    try:
        query, *columns = rows.probed([matches[0].query, *(match.column for match in matches)])
        with JoinProbe(rows.database.connection, query) as probe:
            counted = [_counted(match, probe, column) for match, column in zip(matches, columns, strict=True)]
        return _with_programs(counted, rows, rewriter)
    except UnreadableTable as error:
        return [replace(match, note=str(error)) for match in matches]


def ranked(matches: Sequence[Match]) -> list[Match]:
    """Put matches in the order of their scores, which counting may have changed; equals stay as they were."""
    ordered = sorted(matches, key=lambda match: -match.score)
    return [replace(match, rank=rank) for rank, match in enumerate(ordered, 1)]


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


def _with_programs(matches: list[Match], rows: LakeRows, rewriter: Callable[[], Rewriter]) -> list[Match]:
    """Look for programs by which columns meet whose values are only similar, or mean alike."""
    if not any(_is_unexplained(match) for match in matches):
        return matches
    from lakeindex.join.choose import rewritable_texts

    asked = rewritable_texts(rows.side(matches[0].query))
    return [
        _rewritten(match, asked, rewritable_texts(rows.side(match.column)), rewriter)
        if _is_unexplained(match)
        else match
        for match in matches
    ]


def _rewritten(match: Match, asked: Texts, offered: Texts, rewriter: Callable[[], Rewriter]) -> Match:
    from lakeindex.join.choose import transformation_of

    found = transformation_of(asked, offered)
    return match if found is None else rewriter().judged(match, found, asked if found.is_of_left else offered)


def _is_unexplained(match: Match) -> bool:
    """Tell whether columns were counted and found to be only similar, or to mean alike."""
    return match.kind in (JoinKind.FUZZY, JoinKind.SEMANTIC) and match.measured is not None
