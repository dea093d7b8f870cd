"""Values that mean the same by a lookup table of the lake: `CA` and `California` that stand in one of its rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Texts
from lakeindex.integrate.link.tuples import AttributeValues
from lakeindex.integrate.records import Records, read_records
from lakeindex.join.find_bridges import BridgeSearch
from lakeindex.join.lake_tables import LakeTables
from lakeindex.search.searcher import Searcher
from lakeindex.types.lake import ColumnId

_FEWEST_USED = 2
"""Rows of a lookup table whose both values the compared columns must have: one alone may be by chance."""
_NOTHING: Any = pa.scalar("", pa.large_string())


@dataclass(frozen=True, slots=True, eq=False)
class Equivalents:
    """Values of an attribute that are another value written in another way, each once."""

    keys: Texts
    """(values,) their canonical forms; none is among the other ones."""
    other_texts: Texts
    """(values,) what each is equivalent to, as written; no two are the same."""
    other_keys: Texts
    """(values,) the canonical forms of these."""

    def __len__(self) -> int:
        return len(self.keys)

    @classmethod
    def of(cls, records: Records, first: str, second: str) -> Equivalents:
        """Take what two columns of a lookup table have beside each other, where one has just one of the other.

        Nothing is taken where the second column isn't of texts with letters.
        """
        columns = [records.keys(first), records.keys(second), records.texts(second)]
        rows = pa.table(dict(zip(("key", "other", "text"), columns, strict=True))).drop_null()
        rows = rows.group_by(["key", "other"]).aggregate([("text", "min")])
        is_one_to_one = _is_single(rows["key"]) & _is_single(rows["other"])
        is_text = pc.match_substring_regex(rows["text_min"], r"\pL").to_numpy()
        is_one_of_both = pc.is_in(rows["key"], rows["other"]).to_numpy()
        kept = rows.filter(pa.array(is_one_to_one & is_text & ~is_one_of_both)).sort_by("key").combine_chunks()
        values: list[Any] = [kept[name].combine_chunks() for name in ("key", "text_min", "other")]
        return cls(*values)

    def used(self, sides: Iterable[Texts]) -> int:
        """Return how many values stand beside an equivalent one in columns, given as canonical forms."""
        every: Any = pa.concat_arrays([one.drop_null() for one in sides]).unique()
        is_used: Any = pc.and_(pc.is_in(self.keys, every), pc.is_in(self.other_keys, every))
        return int(pc.sum(is_used).as_py() or 0)

    def put_into(self, values: AttributeValues) -> AttributeValues:
        """Return values with each that has an equivalent one in its place."""
        at: Any = pc.index_in(values.keys, self.keys)
        texts, keys = (
            pc.if_else(pc.is_null(at), old, new.take(at))
            for old, new in ((values.texts, self.other_texts), (values.keys, self.other_keys))
        )
        return AttributeValues(values.name, texts, keys, values.as_written)


def find_equivalents(searcher: Searcher, tables: LakeTables, left: ColumnId, right: ColumnId) -> Equivalents | None:
    """Find the equivalent values of two columns that are one attribute, in tables whose columns join with both.

    The two may be one column. Raises UnreadableTable when the file of a table is gone.
    """
    sides = [read_records(tables, one.table, [one.name]).keys(one.name) for one in dict.fromkeys((left, right))]
    found: list[tuple[int, Equivalents]] = []
    for of_left, of_right in BridgeSearch(searcher, tables, left, right).columns():
        if of_left.table in (left.table, right.table):
            continue
        lookup = read_records(tables, of_left.table, [of_left.name, of_right.name])
        ways = [
            Equivalents.of(lookup, *names) for names in ((of_left.name, of_right.name), (of_right.name, of_left.name))
        ]
        found += [(one.used(sides), one) for one in ways]
    best = max(found, key=lambda one: one[0], default=None)
    return best[1] if best is not None and best[0] >= _FEWEST_USED else None


def _is_single(values: Any) -> Flags:
    codes = values.combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False)
    return np.asarray(np.bincount(codes)[codes] == 1) if len(codes) else np.zeros(0, bool)
