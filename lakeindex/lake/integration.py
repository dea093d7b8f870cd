"""What is done with the tuples of an index's tables: linked, and rid of duplicates."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.integrate.alignment import AlignedPair
from lakeindex.integrate.link.link_records import MATCH, dedupe_records, link_records
from lakeindex.integrate.records import Records, read_records
from lakeindex.open_index import OpenIndex
from lakeindex.types.lake import TableId


@dataclass(frozen=True, slots=True, eq=False)
class LinkedTables:
    """The tuples of two tables that are the same thing; for duplicates both are the same table."""

    left: Records
    right: Records
    aligned: tuple[AlignedPair, ...]
    pairs: pa.Table
    """As LINK_SCHEMA."""

    @property
    def matches(self) -> pa.Table:
        """The pairs that count as matches."""
        return self.pairs.filter(pc.field("probability") >= pc.scalar(MATCH))

    def describe(self) -> str:
        """Return in a sentence how many rows match, and by which columns."""
        if not self.aligned:
            return f"{self.left.table} and {self.right.table} have no column in common: no rows match"
        columns = ", ".join(one.left if one.left == one.right else f"{one.left} ({one.right})" for one in self.aligned)
        return f"{self.matches.num_rows} of {self.pairs.num_rows} likely pairs match, compared by {columns}"

    def side_by_side(self) -> pa.Table:
        """Return the matches with their values, left and right of each attribute, by falling probability."""
        pairs = self.matches.sort_by([("probability", "descending"), ("left_row", "ascending")])
        sides = [("left", self.left, pairs["left_row"]), ("right", self.right, pairs["right_row"])]
        for one in self.aligned:
            for (side, records, rows), name in zip(sides, (one.left, one.right), strict=True):
                pairs = pairs.append_column(f"{side} {name}", records.values[name].take(rows))
        return pairs


def link_tables(opened: OpenIndex, left: str, right: str) -> LinkedTables:
    """Link the tuples of two tables. Raises NotFound with the nearest names, UnreadableTable, InvalidSetting."""
    opened.require_rows()
    sides = read_records(opened.tables, TableId(left)), read_records(opened.tables, TableId(right))
    aligned = aligned_by_name(*sides)
    return LinkedTables(*sides, aligned, link_records(*sides, aligned))


def find_duplicates(opened: OpenIndex, table: str) -> LinkedTables:
    """Link the tuples of one table. Raises as `link_tables`."""
    opened.require_rows()
    records = read_records(opened.tables, TableId(table))
    return LinkedTables(records, records, aligned_by_name(records, records), dedupe_records(records))


def aligned_by_name(left: Records, right: Records) -> tuple[AlignedPair, ...]:
    """Align the columns of one name."""
    return tuple(AlignedPair(name, name, 1.0) for name in left.names if name in right.names)
