"""The relationships of a lake: which columns refer to which keys, decided for all of them together."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from lakeindex.catalog.directory import Directory
from lakeindex.join.lake_tables import LakeTables
from lakeindex.lake_map.foreign_keys.composite_references import (
    CompositeReferences,
    declared_composites,
    find_composite_references,
)
from lakeindex.lake_map.foreign_keys.count_orphans import OrphanCounter
from lakeindex.lake_map.foreign_keys.key_columns import KeyColumns
from lakeindex.lake_map.foreign_keys.reference import references_table
from lakeindex.lake_map.foreign_keys.single_references import find_single_references
from lakeindex.lake_map.formats.schema_graph import SchemaGraph
from lakeindex.lake_map.formats.write_text import TextFormat, write_text
from lakeindex.lake_map.known_references import KnownReferences
from lakeindex.search.searcher import Searcher
from lakeindex.types.frames import Frames


@dataclass(frozen=True, slots=True, eq=False)
class Relationships(Frames):
    """The relationships of a lake, and what is to be said of them."""

    table: pa.Table
    """RELATIONSHIPS_SCHEMA, by child table and column in the order of the lake; composite ones after the others."""
    directory: Directory
    remarks: tuple[str, ...] = ()

    def text(self, form: str) -> str:
        """Write them in a text format: mermaid, dbml, dot, dbt or sql. Raises ValueError for another one."""
        return write_text(SchemaGraph.of(self.table, self.directory), TextFormat(form))

    def to_arrow(self) -> pa.Table:
        """Return the relationships, a row a pair of columns."""
        return self.table


def find_relationships(
    searcher: Searcher, tables: LakeTables | None, known: KnownReferences, min_probability: float
) -> Relationships:
    """Find the foreign keys of a lake; orphans are counted in the rows of `tables`, if any, where sketches don't tell.

    What is known is never overwritten: a known reference stays, and its column refers to nothing else.
    """
    columns = KeyColumns(searcher.directory)
    counter = None if tables is None else OrphanCounter(tables)
    single = find_single_references(searcher, columns, known, counter, min_probability)
    composite = CompositeReferences([], 0)
    if tables is not None:
        composite = find_composite_references(searcher, columns, tables, known, min_probability)
    several = [*declared_composites(known, columns, counter), *composite.references]
    found = references_table([*single.references, *several], searcher.directory)
    remarks = [*known.remarks, *_remarks(searcher, len(found), single.circular)]
    remarks += _left_out(0 if counter is None else counter.skipped, composite.left_out)
    return Relationships(found, searcher.directory, tuple(remarks))


def _left_out(counts: int, composite: int) -> list[str]:
    """Say what was not looked at, so that the answer comes in bounded time."""
    remarks = []
    if counts:
        remarks.append(f"references whose orphans are estimated, as counting all rows takes too long: {counts:,}")
    if composite:
        remarks.append(f"pairs of tables not looked at that may share a key of several columns: {composite:,}")
    return remarks


def _remarks(searcher: Searcher, found: int, circular: int) -> list[str]:
    remarks = []
    count = len(searcher.directory.visible_tables())
    if not found and count < 2:
        remarks.append(
            "there is one table alone, and no column of it refers to another" if count else "there is no table"
        )
    elif not found:
        remarks.append(f"no column of the {count:,} tables refers to a key of one of them")
    if circular:
        left_out = "1 reference is" if circular == 1 else f"{circular:,} references are"
        remarks.append(f"{left_out} left out that would close a circle of keys with the same values")
    return remarks
