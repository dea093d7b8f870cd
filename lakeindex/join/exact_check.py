"""Count the matches of a query in the lake's files: what is counted changes no probability and no rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from lakeindex.catalog.lake_views import ViewedTable
from lakeindex.errors import UnreadableTable
from lakeindex.join.count_rows import CountedColumn, RowCounter
from lakeindex.join.lake_tables import LakeTables
from lakeindex.types.lake import TableId
from lakeindex.types.matches import Match


def count_matches(matches: Sequence[Match], tables: LakeTables, outside: pa.Table | None = None) -> list[Match]:
    """Count matches of one query; what can't be counted keeps its estimates, with a note.

    A query column from outside the lake is the first of the table `outside`.
    """
    if not matches:
        return []
    ids = {match.column.table for match in matches} | (set() if outside is not None else {matches[0].query.table})
    views = {view.id: view for view in tables.viewed(sorted(ids))}
    try:
        query = (
            CountedColumn.outside(outside) if outside is not None else tables.counted_column(matches[0].query, views)
        )
        with RowCounter(tables.database.connection, query, outside) as counter:
            return [_counted(match, counter, tables, views) for match in matches]
    except UnreadableTable as error:
        return [replace(match, note=str(error)) for match in matches]


def _counted(match: Match, counter: RowCounter, tables: LakeTables, views: Mapping[TableId, ViewedTable]) -> Match:
    try:
        measure = counter.measure(tables.counted_column(match.column, views))
    except UnreadableTable as error:
        return replace(match, note=str(error))
    return replace(
        match,
        measured=measure,
        containment=measure.containment,
        reverse_containment=measure.reverse_containment,
        cardinality=measure.cardinality,
    )
