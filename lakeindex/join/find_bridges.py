"""Find columns beside two that join: tables that map the one to the other, and what else the two tables share."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from lakeindex.join.bridge_table import BridgeTable
from lakeindex.join.composite_key import complements
from lakeindex.join.lake_tables import LakeTables
from lakeindex.join.side import JoinSide
from lakeindex.search.searcher import Searcher
from lakeindex.types.lake import ColumnId, TableId

_MOST_MATCHES = 50
_MOST_BRIDGES = 5


@dataclass(frozen=True, slots=True)
class BridgeSearch:
    """A search for tables that map the values of one column to those of another."""

    searcher: Searcher
    lake: LakeTables
    left: ColumnId
    right: ColumnId

    def tables(self) -> Iterator[BridgeTable]:
        """Find bridge tables, the likeliest first. Raises UnreadableTable when the file of one is gone."""
        for of_left, of_right in self.columns():
            yield BridgeTable(self.lake.side(of_left), self.lake.side(of_right))

    def columns(self) -> list[tuple[ColumnId, ColumnId]]:
        """List pairs of columns of one table: one that joins with the left column, and one that does with the right."""
        of_left, of_right = joining_columns(self.searcher, self.left), joining_columns(self.searcher, self.right)
        # The right table itself may hold, beside its column, what the left column has for it.
        of_right[self.right.table][self.right] = 1.0
        pairs = [
            (one_probability * other_probability, one, other)
            for table in (of_left.keys() & of_right.keys()) - {self.left.table}
            for one, one_probability in of_left[table].items()
            for other, other_probability in of_right[table].items()
            if one != other
        ]
        return [(one, other) for _, one, other in heapq.nlargest(_MOST_BRIDGES, pairs)]


def complements_of(
    searcher: Searcher, columns: tuple[ColumnId, ColumnId], sides: tuple[JoinSide, JoinSide]
) -> list[tuple[tuple[str, str], ...]]:
    """List what completes two columns to a key of either table: the fewest further pairs of columns that join."""
    pairs = _joining_besides(searcher, *columns)
    found: list[tuple[tuple[str, str], ...]] = []
    for place, side in enumerate(sides):
        partner = {pair[place]: pair for pair in pairs}
        found += [tuple(partner[name] for name in names) for names in complements(side, list(partner))]
    return list(dict.fromkeys(found))


def _joining_besides(searcher: Searcher, left: ColumnId, right: ColumnId) -> list[tuple[str, str]]:
    """List the other columns of the two tables that join with one another, each with its best partner."""
    pairs: list[tuple[str, str]] = []
    for key in searcher.directory.keys_of_table(left.table).tolist():
        other = searcher.directory.id_of(key)
        partners = {} if other == left else joining_columns(searcher, other).get(right.table, {})
        best = max(partners, key=lambda one: partners[one], default=None)
        if best is not None and best != right:
            pairs.append((other.name, best.name))
    return pairs


def joining_columns(searcher: Searcher, column: ColumnId) -> dict[TableId, dict[ColumnId, float]]:
    """Return the scores of the columns that are found to join with a column, by table."""
    by_table: defaultdict[TableId, dict[ColumnId, float]] = defaultdict(dict)
    found = searcher.search(searcher.column(column))
    for place in found.answers()[:_MOST_MATCHES].tolist():
        if found.scores[place] >= found.threshold:
            other = searcher.directory.id_of(int(found.keys[place]))
            by_table[other.table][other] = float(found.scores[place])
    return by_table
