"""Find the lookup tables of the lake whose columns name the values of an attribute in several ways."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Texts
from lakeindex.integrate.conflicts.typed_values import Kind, read_values
from lakeindex.integrate.equivalents import Equivalents
from lakeindex.integrate.records import Records, read_records
from lakeindex.join.find_bridges import joining_columns
from lakeindex.join.lake_tables import LakeTables
from lakeindex.search.searcher import Searcher
from lakeindex.types.lake import ColumnId, TableId

_FEWEST_USED = 2
"""Rows of a lookup table whose both values the compared columns must have: one alone may be by chance."""
_ONE_TO_ONE = 0.5
"""The least share of a lookup table's rows in which one value stands beside one other, which is of another column."""
_MOST_TABLES, _MOST_COLUMNS = 5, 12
"""Tables that are read for an attribute, and columns of each, the first ones."""
_MOST_SEARCHED = 20
"""Columns of an attribute whose joins are searched for: those with the most different values."""


@dataclass(frozen=True, slots=True)
class LookupSearch:
    """A search for lookup tables among the tables of a lake."""

    searcher: Searcher
    lake: LakeTables
    attributes: frozenset[ColumnId] = field(default_factory=frozenset)
    """Columns that are attributes in their own right; no two of a table say the same."""

    def equivalents(self, columns: Sequence[tuple[ColumnId, Records]]) -> Equivalents | None:
        """Find the equivalent values of columns that are one attribute, in a table that names these in several ways.

        Raises UnreadableTable when the file of a table is gone.
        """
        sides = [records.written_keys(column.name).drop_null() for column, records in columns]
        if not _are_texts([records.texts(column.name).drop_null() for column, records in columns], sides):
            return None
        values: Any = pa.concat_arrays(sides).unique()
        found = [self._of_table(table, values) for table in self._tables([column for column, _ in columns], sides)]
        best = max(found, key=lambda one: one[0], default=None)
        return None if best is None else best[1]

    def _tables(self, columns: Sequence[ColumnId], sides: Sequence[Texts]) -> list[TableId]:
        """Return the tables of which a column joins with one of the attribute's, the best first.

        Those of which several columns are attributes are rather tables of the same things: they come last.
        """
        scores: defaultdict[TableId, float] = defaultdict(float)
        by_size = sorted((-len(side.unique()), column) for column, side in zip(columns, sides, strict=True))
        for _, column in by_size[:_MOST_SEARCHED]:
            for table, others in joining_columns(self.searcher, column).items():
                varied = [score for other, score in others.items() if self._is_varied(other)]
                scores[table] = max(scores[table], *varied, 0.0)
        own = Counter(one.table for one in self.attributes)
        ranked = sorted((own[table], -score, table) for table, score in scores.items() if score > 0)
        return [table for *_, table in ranked[:_MOST_TABLES]]

    def _is_varied(self, column: ColumnId) -> bool:
        """Return whether a column hardly repeats its values, as that of a lookup table does."""
        directory = self.searcher.directory
        key = directory.key_of(column)
        facts = directory.facts
        return bool(facts.distinct[key] >= _ONE_TO_ONE * (facts.rows[key] - facts.nulls[key]))

    def _of_table(self, table: TableId, values: Texts) -> tuple[int, Equivalents | None]:
        """Return how many of an attribute's values stand beside another one in a table, and what these are.

        All become the values of the column that has most of them.
        """
        names = self.searcher.directory.column_names(table)[:_MOST_COLUMNS]
        records = read_records(self.lake, table, names)
        counts = {name: _count_in(records.written_keys(name), values) for name in names}
        target = max(counts, key=lambda name: counts[name])
        others = [name for name in names if name != target and counts[name] >= _FEWEST_USED]
        own = {ColumnId(table, name) for name in (target, *others)} & self.attributes
        pairs = [
            Equivalents.of(records.written_keys(name), records.texts(target), records.written_keys(target))
            for name in others
            if not {ColumnId(table, name), ColumnId(table, target)} <= own
        ]
        used = [(one.used(values), one) for one in pairs if len(one) >= _ONE_TO_ONE * one.rows]
        used = [(count, one) for count, one in used if count >= _FEWEST_USED]
        return sum(count for count, _ in used), Equivalents.of_all([one for _, one in used]) if used else None


def with_equivalents(
    search: LookupSearch, records: Sequence[Records], attributes: Iterable[Sequence[ColumnId]]
) -> tuple[Records, ...]:
    """Return records whose columns know the equivalent values of the attribute that each of them is.

    `attributes` are the columns of each that is compared. Raises UnreadableTable when the file of a table is gone.
    """
    by_table: dict[TableId, dict[str, Equivalents]] = {one.table: {} for one in records}
    places = {one.table: one for one in records}
    for columns in attributes:
        found = search.equivalents([(one, places[one.table]) for one in columns])
        if found is not None:
            for one in columns:
                by_table[one.table][one.name] = found
    return tuple(replace(one, equivalents=by_table[one.table]) for one in records)


def _count_in(keys: Texts, values: Texts) -> int:
    is_among: Any = pc.is_in(keys.unique().drop_null(), values)
    return int(pc.sum(is_among).as_py() or 0)


def _are_texts(texts: Sequence[Texts], keys: Sequence[Texts]) -> bool:
    """Return whether values are names: numbers, days and times stand beside others for many reasons."""
    table = pa.table({"text": pa.concat_arrays(texts), "key": pa.concat_arrays(keys)}).drop_null()
    counted: Any = table.group_by(["text", "key"]).aggregate([([], "count_all")]).combine_chunks()
    if not counted.num_rows:
        return False
    values = [counted[name].combine_chunks() for name in ("text", "key", "count_all")]
    return read_values(values[0], values[1], values[2].to_numpy()).kind in (Kind.TEXT, Kind.SET)
