"""The joins of a table with others, as the lake answers them: each of its columns is queried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from lakeindex.arrays.aliases import Integers
from lakeindex.lake_map.paths.join_path import Hop
from lakeindex.search.reranking_searcher import RerankingSearcher
from lakeindex.search.scored_candidates import ScoredCandidates
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import Cardinality

_ANSWERS = 25
"""Answers of a column that are taken."""
_A_PAIR = 2
"""Joins of one pair of tables that are taken: two columns may both refer to one table."""
_NOWHERE = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class JoinGraph:
    """The joins of a lake, found for a table when it is first asked about."""

    searching: RerankingSearcher
    budget: int
    """Pairs that the cross-encoder may score for a column."""
    least: float
    """The least probability of a join."""
    are_keyed: bool = True
    """Whether only joins count of which one column is a key. Two columns that are none may both refer to a third."""
    _known: dict[TableId, dict[tuple[ColumnId, ColumnId], Hop]] = field(default_factory=dict)
    _cut: dict[TableId, list[ColumnId]] = field(default_factory=dict)
    """The columns of each table that have more answers than are taken."""

    def expand(self, table: TableId) -> None:
        """Find the joins of a table. Raises NotFound with the nearest names."""
        directory = self.searching.searcher.directory
        ids = [directory.id_of(key) for key in directory.keys_of_table(table).tolist()]
        self._cut[table] = list(self._learn(ids, _NOWHERE))

    def connect(self, first: TableId, last: TableId) -> None:
        """Find the joins of two tables that were expanded which have no place among the answers: of columns with many.

        So it is with copies of a table, which join with one another.
        """
        directory = self.searching.searcher.directory
        for table, other in ((first, last), (last, first)):
            elsewhere = np.setdiff1d(np.arange(len(directory)), directory.keys_of_table(other))
            list(self._learn(self._cut.get(table, []), elsewhere))

    def hops(self, table: TableId) -> list[Hop]:
        """Return the joins of a table that are known, the most likely few with each other table, best first."""
        counts: dict[TableId, int] = {}
        kept = []
        for hop in sorted(self._known.get(table, {}).values(), key=lambda one: (-one.probability, one)):
            counts[hop.right.table] = counts.get(hop.right.table, 0) + 1
            if counts[hop.right.table] <= _A_PAIR:
                kept.append(hop)
        return kept

    def _learn(self, columns: list[ColumnId], elsewhere: Integers) -> Iterator[ColumnId]:
        """Keep the joins of some columns, with none in `elsewhere`; yield those that have more than are kept."""
        searcher = self.searching.searcher
        queries = (
            replace(one, elsewhere=np.union1d(one.elsewhere, elsewhere)) for one in map(searcher.column, columns)
        )
        for column, found in zip(columns, self.searching.search_many(queries, self.budget), strict=True):
            for hop in self._hops_of(column, found):
                self._keep(hop)
                self._keep(hop.back)
            if np.count_nonzero(found.scores[found.answers()] >= self.least) > _ANSWERS:
                yield column

    def _keep(self, hop: Hop) -> None:
        joins = self._known.setdefault(hop.left.table, {})
        known = joins.get((hop.left, hop.right))
        if known is None or known.probability < hop.probability:
            joins[hop.left, hop.right] = hop

    def _hops_of(self, column: ColumnId, found: ScoredCandidates) -> Iterator[Hop]:
        places = found.answers()[:_ANSWERS]
        is_key = bool(found.pairs.query.is_key[0])
        for place in places[found.scores[places] >= self.least].tolist():
            other = self.searching.searcher.directory.id_of(int(found.keys[place]))
            cardinality = Cardinality.of(is_key, bool(found.pairs.candidates.is_key[place]))
            if not (self.are_keyed and cardinality is Cardinality.MANY_TO_MANY):
                yield Hop(column, other, float(found.scores[place]), cardinality)
