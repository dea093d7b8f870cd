"""See in a table's rows whether a column refers to a key of the same table: its values lead from row to row to an end.

A column of numbers lies within 1, 2, 3, ... by chance, but hardly ever leads from each row to another without a circle.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from lakeindex.arrays.aliases import Integers
from lakeindex.catalog.sql_process.cursor import SqlCursor
from lakeindex.errors import UnreadableTable
from lakeindex.join.lake_tables import CountedColumn, LakeTables
from lakeindex.join.side import reading
from lakeindex.join.stored_column import as_written
from lakeindex.sql import quoted
from lakeindex.types.columns import Kind
from lakeindex.types.matches import Evidence, Match

SELF_REFERENCE = "self reference"
"""The name of the evidence."""
_MEANING = "the values lead from row to row of the table, and to rows that refer to no other"
_RIGHT = 0.85
"""How probable what is found in the rows is by that alone: on labelled lakes, all 14 were references."""
_MET = 0.9
"""The least share of the rows with a value that refer to a row."""
_TO_ITSELF = 0.05
"""The largest share of the references that lead to their own row; of numbers none does, as chance would have it."""
_MOST_ROWS = 2_000_000

_REFERENCES = """
WITH numbered AS (SELECT row_number() OVER () - 1 AS "row", {child} AS child, {parent} AS parent FROM ({source})),
     keys AS (SELECT parent AS child, min("row") AS target FROM numbered WHERE parent IS NOT NULL GROUP BY 1)
SELECT "row", target, child IS NOT NULL AS has_value FROM numbered LEFT JOIN keys USING (child)
"""


def verified(matches: Iterable[Match], tables: LakeTables, threshold: float) -> list[Match]:
    """Keep the matches of columns of one table of which one refers to the rows of the other; rank them anew.

    Where the table can't be read, matches stay, not accepted, with a note.
    """
    kept = sorted(
        (one for match in matches if (one := _verified(match, tables)) is not None),
        key=lambda one: (-one.score, str(one.column)),
    )
    return [
        replace(one, rank=rank, accepted=one.score >= threshold and not one.note) for rank, one in enumerate(kept, 1)
    ]


def _verified(match: Match, tables: LakeTables) -> Match | None:
    facts = tables.directory.facts.take(np.array([tables.directory.key_of(match.query)]))
    if facts.rows[0] > _MOST_ROWS:
        return replace(match, note=f"whether rows refer to rows is only looked at in up to {_MOST_ROWS:,} of them")
    child, parent = (match.column, match.query) if facts.is_key[0] else (match.query, match.column)
    views = {view.id: view for view in tables.viewed([match.query.table])}
    try:
        targets, valued = _targets(tables, tables.counted_column(child, views), tables.counted_column(parent, views))
    except UnreadableTable as error:
        return replace(match, note=str(error))
    if not _are_references(targets, valued, bool(facts.is_kind(Kind.INTEGER, Kind.DECIMAL)[0])):
        return None
    score = 1 - (1 - match.score) * (1 - _RIGHT)
    shown = Evidence(SELF_REFERENCE, score - match.score, 1.0, _MEANING)
    return replace(match, score=score, evidence=(shown, *match.evidence))


def _targets(tables: LakeTables, child: CountedColumn, parent: CountedColumn) -> tuple[Integers, int]:
    """Return the row that each row refers to, (rows,), its number of rows for none, and how many have a value."""
    sql = _REFERENCES.format(
        child=as_written(f"CAST({quoted(child.name)} AS VARCHAR)"),
        parent=as_written(f"CAST({quoted(parent.name)} AS VARCHAR)"),
        source=child.source,
    )
    with reading(str(child.table)):
        cursor: SqlCursor = tables.database.connection.cursor()
        found: Any = cursor.sql(sql).to_arrow_table()
    targets = np.full(found.num_rows, found.num_rows)
    targets[found["row"].to_numpy()] = found["target"].fill_null(found.num_rows).to_numpy()
    return targets, int(np.count_nonzero(found["has_value"].to_numpy()))


def _are_references(targets: Integers, valued: int, are_numbers: bool) -> bool:
    """Return whether rows refer to rows so that following them comes to an end; a root may refer to itself."""
    rows = len(targets)
    referring = targets < rows
    to_itself = int(np.count_nonzero(targets == np.arange(rows)))
    count = int(np.count_nonzero(referring))
    if not count or count < _MET * valued or to_itself > (0 if are_numbers else _TO_ITSELF * count):
        return False
    ends = np.append(np.where(targets == np.arange(rows), rows, targets), rows)
    for _ in range(rows.bit_length()):  # each step doubles the way
        ends = ends[ends]
    return bool((ends == rows).all())
