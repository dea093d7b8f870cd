"""What is done with the tuples of an index's tables: linked, and rid of duplicates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.integrate.align.align import align
from lakeindex.integrate.alignment import AlignedPair
from lakeindex.integrate.find_equivalents import LookupSearch, with_equivalents
from lakeindex.integrate.link.kept_verdicts import Keeping
from lakeindex.integrate.link.link_records import (
    MATCH,
    Linked,
    LinkOptions,
    dedupe_records,
    link_records,
)
from lakeindex.integrate.link.review import kept_pairs, review_table, unsure_pairs, write_review
from lakeindex.integrate.records import Records, read_records
from lakeindex.open_index import OpenIndex
from lakeindex.types.frames import Frames
from lakeindex.types.lake import ColumnId, TableId


@dataclass(frozen=True, slots=True, eq=False)
class LinkedTables(Frames):
    """The tuples of two tables that are the same thing; for duplicates both are the same table."""

    left: Records
    right: Records
    aligned: tuple[AlignedPair, ...]
    linked: Linked
    keeping: Keeping | None = None
    """What became of the verdicts of a review file, where one was given."""
    obeyed: int = 0
    """Verdicts on rows of the tables that were obeyed."""

    @property
    def pairs(self) -> pa.Table:
        """All pairs that are somewhat likely: left_row, right_row, probability."""
        return self.linked.pairs

    @property
    def explanation(self) -> pa.Table | None:
        """What makes up the log-odds of the pair that was asked for: attribute, left, right, agreement, log_odds."""
        return self.linked.explanation

    def to_arrow(self) -> pa.Table:
        """Return all pairs that are somewhat likely, as `pairs`."""
        return self.pairs

    @property
    def matches(self) -> pa.Table:
        """The pairs that count as matches."""
        return self.pairs.filter(pc.field("probability") >= pc.scalar(MATCH))

    def describe(self) -> str:
        """Return in a sentence how many rows match, and by which columns."""
        if not self.aligned:
            tables = f"{self.left.table} and {self.right.table}"
            return f"{tables} have no column in common in which both have values: no rows match"
        columns = ", ".join(one.left if one.left == one.right else f"{one.left} ({one.right})" for one in self.aligned)
        matches, pairs = self.matches.num_rows, self.pairs.num_rows
        count = f"{matches:,} pairs of rows match, of {pairs:,} that may; compared by {columns}"
        left_out = f"; {self.linked.left_out:,} rows are in blocks too large to compare"
        obeyed = f"; {self.obeyed:,} verdicts are obeyed (--kept lists them)"
        return count + (left_out if self.linked.left_out else "") + (obeyed if self.obeyed else "")

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
    """A review file, whose verdicts the index keeps from then on."""
    explain: tuple[int, int] | None = None
    """The rows of a pair to be explained."""


def link_tables(opened: OpenIndex, left: str, right: str, request: LinkRequest) -> LinkedTables:
    """Link the tuples of two tables. Raises NotFound with the nearest names, UnreadableTable, InvalidSetting."""
    sides = _read(opened, left), _read(opened, right)
    aligned = _aligned(opened, *sides)
    options, keeping = _options(opened, request, sides, aligned)
    left_side, right_side = _with_equivalents(opened, sides, aligned)
    linked = link_records(left_side, right_side, aligned, options)
    return LinkedTables(*sides, aligned, linked, keeping, len(options.verdicts))


def find_duplicates(opened: OpenIndex, table: str, request: LinkRequest) -> LinkedTables:
    """Link the tuples of one table. Raises as `link_tables`."""
    records = _read(opened, table)
    aligned = _aligned(opened, records, records)
    options, keeping = _options(opened, request, (records, records), aligned)
    (compared,) = _with_equivalents(opened, [records], aligned)
    return LinkedTables(records, records, aligned, dedupe_records(compared, options), keeping, len(options.verdicts))


def kept_verdicts(opened: OpenIndex, left: str, right: str) -> pa.Table:
    """Return the pairs of rows, of two tables or within one, that verdicts are kept on, as a review file has them.

    Raises as `link_tables`.
    """
    first = _read(opened, left)
    sides = first, first if right == left else _read(opened, right)
    pairs = kept_pairs(*sides, opened.link_verdicts.on([one.table for one in sides]))
    return review_table(*sides, _aligned(opened, *sides), pairs)


def _read(opened: OpenIndex, table: str) -> Records:
    opened.require_rows()
    return read_records(opened.tables, TableId(table))


def _aligned(opened: OpenIndex, left: Records, right: Records) -> tuple[AlignedPair, ...]:
    if left is right:
        return tuple(AlignedPair(name, name, 1.0) for name in left.names)
    # A column in which a table has no value compares nothing; it would only tell the table from the other one.
    found = align([left.table, right.table], opened.searcher).pairs(left.table, right.table)
    return tuple(one for one in found if _has_values(left, one.left) and _has_values(right, one.right))


def _has_values(records: Records, name: str) -> bool:
    return not len(records) or records.values[name].null_count < len(records)


def _options(
    opened: OpenIndex, request: LinkRequest, sides: tuple[Records, Records], aligned: Sequence[AlignedPair]
) -> tuple[LinkOptions, Keeping | None]:
    """Return how to link, by all verdicts that are kept, those of a review file that was given among them."""
    kept = opened.link_verdicts
    keeping = None if request.verdicts is None else kept.keep(request.verdicts, *sides)
    alone = None if keeping is None else keeping.alone
    verdicts = kept.on([one.table for one in sides]) if alone is None else alone
    return LinkOptions(request.block, verdicts, request.explain), keeping


def _with_equivalents(
    opened: OpenIndex, sides: Sequence[Records], aligned: Sequence[AlignedPair]
) -> tuple[Records, ...]:
    """Return tables with what lookup tables say of the values of the columns that are compared."""
    own = frozenset(ColumnId(one.table, name) for one in sides for name in one.names)
    attributes = [
        list(dict.fromkeys([ColumnId(sides[0].table, one.left), ColumnId(sides[-1].table, one.right)]))
        for one in aligned
    ]
    return with_equivalents(LookupSearch(opened.searcher, opened.tables, own), sides, attributes)
