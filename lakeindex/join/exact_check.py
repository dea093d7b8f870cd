"""Count the matches of a query in the lake's files: what is counted changes no probability and no rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa

from lakeindex.errors import UnreadableTable
from lakeindex.join.count_rows import CountedColumn, RowCounter
from lakeindex.join.lake_tables import LakeTables
from lakeindex.types.matches import Match


def count_matches(matches: Sequence[Match], tables: LakeTables, outside: pa.Table | None = None) -> list[Match]:
    """Count matches of one query; what can't be counted keeps its estimates, with a note.

    A query column from outside the lake is the first of the table `outside`.
    """
    if not matches:
        return []
    try:
        query, *columns = _columns(matches, tables, outside)
        with RowCounter(tables.database.connection, query, outside) as counter:
            return [_counted(match, counter, column) for match, column in zip(matches, columns, strict=True)]
    except UnreadableTable as error:
        return [replace(match, note=str(error)) for match in matches]


def _columns(matches: Sequence[Match], tables: LakeTables, outside: pa.Table | None) -> list[CountedColumn]:
    others = [match.column for match in matches]
    if outside is None:
        return tables.counted_columns([matches[0].query, *others])
    return [CountedColumn.outside(outside), *tables.counted_columns(others)]


def _counted(match: Match, counter: RowCounter, column: CountedColumn) -> Match:
    try:
        measure = counter.measure(column)
    except UnreadableTable as error:
        return replace(match, note=str(error))
    return replace(
        match,
        measured=measure,
        containment=measure.containment,
        reverse_containment=measure.reverse_containment,
        cardinality=measure.cardinality,
    )
