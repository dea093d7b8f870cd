"""The references that hold of every row as it is written: a validator would call any other a fault of the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lakeindex.export.described_lake import DescribedLake
from lakeindex.export.metadata_files.lake_files import LakeFile
from lakeindex.lake_map.formats.schema_graph import ForeignKey
from lakeindex.sql import quoted
from lakeindex.types.lake import TableId

if TYPE_CHECKING:
    from lakeindex.lake import Lake


def strict_references(lake: Lake, described: DescribedLake, files: Sequence[LakeFile]) -> list[ForeignKey]:
    """Return the references between these files whose child values are all, letter for letter, of one parent row."""
    known = {one.table.id: one for one in files}
    return [
        one
        for one in described.references
        if not one.orphans and {one.child, one.parent} <= known.keys() and _have_types(known, one) and _holds(lake, one)
    ]


def _have_types(files: Mapping[TableId, LakeFile], key: ForeignKey) -> bool:
    child, parent = files[key.child].types, files[key.parent].types
    pairs = zip(key.child_columns, key.parent_columns, strict=True)
    return all(child[left] == parent[right] for left, right in pairs)


def _holds(lake: Lake, key: ForeignKey) -> bool:
    tables = lake.opened.tables
    cursor = tables.written_rows(key.child)[0]
    child = _values(lake, key.child, key.child_columns)
    parent = _values(lake, key.parent, key.parent_columns)
    places = range(len(key.child_columns))
    filled = " AND ".join(f"c{place} IS NOT NULL" for place in places)
    equal = " AND ".join(f"parent.c{place} = child.c{place}" for place in places)
    statement = (
        f"WITH child AS ({child}), parent AS ({parent}) SELECT "
        f"(SELECT count(*) FROM child WHERE {filled} AND NOT EXISTS (SELECT 1 FROM parent WHERE {equal})), "
        "(SELECT count(*) - (SELECT count(*) FROM (SELECT DISTINCT * FROM parent)) FROM parent)"
    )
    ((orphans, repeated),) = cursor.sql(statement).fetchall()
    return not orphans and not repeated


def _values(lake: Lake, table: TableId, columns: Sequence[str]) -> str:
    """Return the SELECT of the values of columns as they are written."""
    _, select, viewed = lake.opened.tables.written_rows(table)
    directory = lake.opened.searcher.directory
    own = [directory.id_of(key).name for key in directory.keys_of_table(table).tolist()]
    names = dict(zip(own, (name for name, _ in viewed.columns), strict=True))
    listed = (f"CAST({quoted(names[one])} AS VARCHAR) AS c{place}" for place, one in enumerate(columns))
    return f"SELECT {', '.join(listed)} FROM ({select})"
