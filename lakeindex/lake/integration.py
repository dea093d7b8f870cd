"""What is done with the tuples of an index's tables: linked, and rid of duplicates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.integrate.align.align import align
from lakeindex.integrate.alignment import AlignedPair
from lakeindex.integrate.link.equivalents import Equivalents, find_equivalents
from lakeindex.integrate.link.link_records import (
    MATCH,
    Linked,
    LinkOptions,
    dedupe_records,
    link_records,
)
from lakeindex.integrate.link.review import read_verdicts, review_table, unsure_pairs, write_review
from lakeindex.integrate.link.verdicts import RowVerdicts
from lakeindex.integrate.records import Records, read_records
from lakeindex.open_index import OpenIndex
from lakeindex.types.lake import ColumnId, TableId


@dataclass(frozen=True, slots=True, eq=False)
class LinkedTables:
    """The tuples of two tables that are the same thing; for duplicates both are the same table."""

    left: Records
    right: Records
    aligned: tuple[AlignedPair, ...]
    linked: Linked

    @property
    def pairs(self) -> pa.Table:
        """All pairs that are somewhat likely: left_row, right_row, probability."""
        return self.linked.pairs

    @property
    def explanation(self) -> pa.Table | None:
        """What makes up the log-odds of the pair that was asked for: attribute, left, right, agreement, log_odds."""
        return self.linked.explanation

    @property
    def matches(self) -> pa.Table:
        """The pairs that count as matches."""
        return self.pairs.filter(pc.field("probability") >= pc.scalar(MATCH))

    def describe(self) -> str:
        """Return in a sentence how many rows match, and by which columns."""
        if not self.aligned:
            return f"{self.left.table} and {self.right.table} have no column in common: no rows match"
        columns = ", ".join(one.left if one.left == one.right else f"{one.left} ({one.right})" for one in self.aligned)
        matches, pairs = self.matches.num_rows, self.pairs.num_rows
        count = f"{matches:,} pairs of rows match, of {pairs:,} that may; compared by {columns}"
        left_out = f"; {self.linked.left_out:,} rows are in blocks too large to compare"
        return count + (left_out if self.linked.left_out else "")

    def side_by_side(self) -> pa.Table:
        """Return the matches with their values, left and right of each attribute, by falling probability."""
        pairs = self.matches.sort_by([("probability", "descending"), ("left_row", "ascending")])
        sides = [("left", self.left, pairs["left_row"]), ("right", self.right, pairs["right_row"])]
        for one in self.aligned:
            for (side, records, rows), name in zip(sides, (one.left, one.right), strict=True):
                pairs = pairs.append_column(f"{side} {name}", records.values[name].take(rows))
        return pairs

    def write_review(self, path: Path, force: bool = False) -> int:
        """Write the unsure pairs to a CSV file with an empty verdict; return their number. Raises Refused."""
        unsure = unsure_pairs(self.pairs)
        write_review(review_table(self.left, self.right, self.aligned, unsure), path, force)
        return unsure.num_rows


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """How tuples are linked."""

    block: str | None = None
    """The left table's column in which rows must be equal to be compared."""
    verdicts: Path | None = None
    """A review file with verdicts."""
    explain: tuple[int, int] | None = None
    """The rows of a pair to be explained."""

    def options(self, equivalents: Mapping[str, Equivalents]) -> LinkOptions:
        """Read the verdicts. Raises NotFound and InvalidSetting."""
        verdicts = RowVerdicts.none() if self.verdicts is None else read_verdicts(self.verdicts)
        return LinkOptions(self.block, verdicts, self.explain, equivalents)


def link_tables(opened: OpenIndex, left: str, right: str, request: LinkRequest) -> LinkedTables:
    """Link the tuples of two tables. Raises NotFound with the nearest names, UnreadableTable, InvalidSetting."""
    opened.require_rows()
    sides = read_records(opened.tables, TableId(left)), read_records(opened.tables, TableId(right))
    alignment = align([sides[0].table, sides[1].table], opened.searcher)
    aligned = tuple(alignment.pairs(sides[0].table, sides[1].table))
    same = _equivalents(opened, (sides[0].table, sides[1].table), aligned)
    return LinkedTables(*sides, aligned, link_records(*sides, aligned, request.options(same)))


def find_duplicates(opened: OpenIndex, table: str, request: LinkRequest) -> LinkedTables:
    """Link the tuples of one table. Raises as `link_tables`."""
    opened.require_rows()
    records = read_records(opened.tables, TableId(table))
    aligned = tuple(AlignedPair(name, name, 1.0) for name in records.names)
    same = _equivalents(opened, (records.table, records.table), aligned)
    return LinkedTables(records, records, aligned, dedupe_records(records, request.options(same)))


def _equivalents(
    opened: OpenIndex, tables: tuple[TableId, TableId], aligned: Sequence[AlignedPair]
) -> dict[str, Equivalents]:
    """Return the equivalent values of each attribute that has some, by its left name."""
    columns = {one.left: (ColumnId(tables[0], one.left), ColumnId(tables[1], one.right)) for one in aligned}
    found = {name: find_equivalents(opened.searcher, opened.tables, *both) for name, both in columns.items()}
    return {name: one for name, one in found.items() if one is not None}
