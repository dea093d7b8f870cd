"""The joins of a table with others, as the lake answers them: each of its columns is queried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lakeindex.lake_map.paths.join_path import Hop
from lakeindex.search.reranking_searcher import RerankingSearcher
from lakeindex.search.scored_candidates import ScoredCandidates
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import Cardinality

_ANSWERS = 25
"""Answers of a column that are taken."""
_A_PAIR = 2
"""Joins of one pair of tables that are taken: two columns may both refer to one table."""


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

    def expand(self, table: TableId) -> None:
        """Find the joins of a table. Raises NotFound with the nearest names."""
        for hop in self._answered(table):
            for one in (hop, hop.back):
                joins = self._known.setdefault(one.left.table, {})
                known = joins.get((one.left, one.right))
                if known is None or known.probability < one.probability:
                    joins[one.left, one.right] = one

    def hops(self, table: TableId) -> list[Hop]:
        """Return the joins of a table that are known, the most likely few with each other table, best first."""
        counts: dict[TableId, int] = {}
        kept = []
        for hop in sorted(self._known.get(table, {}).values(), key=lambda one: (-one.probability, one)):
            counts[hop.right.table] = counts.get(hop.right.table, 0) + 1
            if counts[hop.right.table] <= _A_PAIR:
                kept.append(hop)
        return kept

    def _answered(self, table: TableId) -> Iterator[Hop]:
        directory = self.searching.searcher.directory
        ids = [directory.id_of(key) for key in directory.keys_of_table(table).tolist()]
        queries = map(self.searching.searcher.column, ids)
        for column, found in zip(ids, self.searching.search_many(queries, self.budget), strict=True):
            yield from self._hops_of(column, found)

    def _hops_of(self, column: ColumnId, found: ScoredCandidates) -> Iterator[Hop]:
        places = found.answers()[:_ANSWERS]
        is_key = bool(found.pairs.query.is_key[0])
        for place in places[found.scores[places] >= self.least].tolist():
            other = self.searching.searcher.directory.id_of(int(found.keys[place]))
            cardinality = Cardinality.of(is_key, bool(found.pairs.candidates.is_key[place]))
            if not (self.are_keyed and cardinality is Cardinality.MANY_TO_MANY):
                yield Hop(column, other, float(found.scores[place]), cardinality)
