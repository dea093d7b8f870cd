"""What a lake is asked of two columns: why they join, and what people say of that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from lakeindex.errors import InvalidSetting
from lakeindex.types.lake import ColumnId, TableId

if TYPE_CHECKING:
    from lakeindex.lake.answering import Answering
    from lakeindex.open_index import OpenIndex
    from lakeindex.search.scored_candidates import ScoredCandidates
    from lakeindex.types.matches import Match
    from lakeindex.types.pair_facts import ColumnSummary, PairFacts

Pair = tuple[ColumnId, ColumnId]


class JudgedPairs:
    """The commands on a pair of columns, for `Lake`: each is given as to `join`, or as two ColumnIds."""

    opened: OpenIndex
    _answering: Answering

    def explain(
        self,
        left_table: str | ColumnId,
        left_column: str | ColumnId,
        right_table: str | None = None,
        right_column: str | None = None,
        *,
        budget: int | None = None,
        counted: bool = True,
    ) -> Match:
        """Return a pair of columns as `query` does, whatever its rank, counted in the files, with the whole evidence.

        Unless `counted`, its figures are estimates, which take no time. Where no source proposes the right column for
        the left one, it is scored among the candidates nevertheless.
        Raises NotFound for a table or column that doesn't exist, with the nearest names.
        """
        from lakeindex.search.answer import Counting, matches_of

        left, right = self._known(left_table, left_column, right_table, right_column)
        query, key = self.opened.searcher.column(left), self.opened.searcher.directory.key_of(right)
        found = self.opened.reranking.search_with(query, key, self._answering.budget(budget))
        (match,) = matches_of(found, np.array([found.place_of(key)]), self.opened.explainer)
        match = replace(
            match, cross_score=self.opened.explainer.cross_score(found, key), facts=self._facts(found, left, right)
        )
        return self._answering.count([match], Counting(1, is_thorough=True), left)[0] if counted else match

    def accept(
        self,
        left_table: str | ColumnId,
        left_column: str | ColumnId,
        right_table: str | None = None,
        right_column: str | None = None,
        *,
        note: str = "",
    ) -> None:
        """Accept a pair of columns, whatever its probability: that counts at once, and across all builds.

        Raises NotFound with the nearest names, InvalidSetting for columns of one table, LockHeld while somebody else
        goes on writing.
        """
        self.opened.verdicts.give(*self._known(left_table, left_column, right_table, right_column), True, note)

    def reject(
        self,
        left_table: str | ColumnId,
        left_column: str | ColumnId,
        right_table: str | None = None,
        right_column: str | None = None,
        *,
        note: str = "",
    ) -> None:
        """Reject a pair of columns; otherwise as `accept`."""
        self.opened.verdicts.give(*self._known(left_table, left_column, right_table, right_column), False, note)

    def withdraw(
        self,
        left_table: str | ColumnId,
        left_column: str | ColumnId,
        right_table: str | None = None,
        right_column: str | None = None,
    ) -> None:
        """Withdraw the verdict on a pair of columns. Raises NotFound where there is none, LockHeld as `accept`."""
        self.opened.verdicts.withdraw(*self._known(left_table, left_column, right_table, right_column))

    def feedback(self) -> pa.Table:
        """List the pairs that were accepted or rejected, as FEEDBACK_SCHEMA, those of tables that are gone included."""
        return self.opened.verdicts.to_arrow()

    def _known(self, *given: str | ColumnId | None) -> Pair:
        left, right = _pair_of(given)
        return self.opened.known_as(left), self.opened.known_as(right)

    def _facts(self, found: ScoredCandidates, left: ColumnId, right: ColumnId) -> PairFacts:
        from lakeindex.types.pair_facts import PairFacts

        rival = self.opened.explainer.rival(found, self.opened.searcher.directory.key_of(right))
        return PairFacts(self._summary(left), self._summary(right), rival)

    def _summary(self, column: ColumnId) -> ColumnSummary:
        from lakeindex.catalog.listing import summary_of

        return summary_of(self.opened.catalog, column)


def _pair_of(given: tuple[str | ColumnId | None, ...]) -> Pair:
    """Return two columns, given as two tables with a column each, or as two ColumnIds."""
    match given:
        case (ColumnId() as left, ColumnId() as right, None, None):
            return left, right
        case (str(left_table), str(left_column), str(right_table), str(right_column)):
            return ColumnId(TableId(left_table), left_column), ColumnId(TableId(right_table), right_column)
    raise InvalidSetting(
        "two columns are LEFT_TABLE, LEFT_COLUMN, RIGHT_TABLE, RIGHT_COLUMN, all of them text, or two ColumnIds; give "
        "a note or a budget by its name"
    )
