"""Count the answers to a query in the source files, each as the join of both columns would be made."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pyarrow as pa

from lakeindex.catalog.lake_views import ViewedTable
from lakeindex.errors import InvalidSetting, UnreadableTable
from lakeindex.join.choose import Chooser
from lakeindex.join.condition import EQUAL_VALUES
from lakeindex.join.count_rows import measure
from lakeindex.join.key_conditions import are_comparable
from lakeindex.join.kinds import MatchKind
from lakeindex.join.lake_tables import CountedColumn, LakeTables
from lakeindex.join.stored_column import ColumnStore, StoredColumn
from lakeindex.match.join_kinds import counted_kind
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import JoinMeasure, Match, ValueMatch

if TYPE_CHECKING:
    from lakeindex.join.find_bridges import BridgeSearch
    from lakeindex.join.fuzzy.candidates import ValueModel
    from lakeindex.search.searcher import Searcher

_PRECISION = 0.9
"""That of `lakeindex join` unless another is asked for."""
_NONE: frozenset[MatchKind] = frozenset()
_ON_VALUES = frozenset((MatchKind.EXACT, MatchKind.NORMALISED, MatchKind.TEMPORAL))
_ALL = frozenset(MatchKind)
_PROMISED_MORE = 0.01
"""So much more of the values has to meet by the sketches than is equal, for normal forms to be tried by default."""
_QUICKLY_NORMALISED, _OF_REJECTED = 50_000, 2_000
"""Distinct values of both columns of a pair up to which this is tried by default, and where it isn't accepted."""
_NEARLY_ALL = 0.95
"""The share of its values that have to meet by the sketches where it isn't accepted."""
_MOST_COMPARED = 20_000
"""Distinct values of both columns of a pair up to which likeness is tried, where everything is to be tried."""
_SECONDS = 20.0
"""Of one query, after which what is slow isn't tried any more."""

_NOT_TRIED = {
    "quick": "more may meet: `lakeindex explain` and --probe N try programs, likeness and tables between them, too",
    "large": "more may meet: programs and likeness are not tried among so many values",
    "late": f"more may meet: programs and likeness are tried for {_SECONDS:g} seconds, which were over",
}


@dataclass(frozen=True, slots=True)
class Lookups:
    """What the choice of a condition looks up beyond the two columns; nothing where all is to be quick."""

    searcher: Searcher
    model: ValueModel


@dataclass(slots=True)
class MatchCounter:
    """Counts the matches of one query, whose column is read once."""

    tables: LakeTables
    lookups: Lookups | None = None
    """Given, every kind of match is tried that `lakeindex join` tries; otherwise those that take no time."""
    outside: pa.Table | None = None
    """A query column from outside the lake is its first."""
    copied: ColumnId | None = None
    """The column of the lake that the query column is, or is a copy of; None where the lake has none like it."""
    _until: float = field(default=0.0, init=False)

    def count(self, matches: Sequence[Match]) -> list[Match]:
        """Count matches of one query; what can't be counted keeps its estimates, with a note."""
        if not matches:
            return []
        self._until = time.monotonic() + _SECONDS
        outside = self.outside
        ids = {match.column.table for match in matches} | (set() if outside is not None else {matches[0].query.table})
        views = {view.id: view for view in self.tables.viewed(sorted(ids))}
        try:
            query = (
                self.tables.counted_column(matches[0].query, views)
                if outside is None
                else CountedColumn.outside(outside)
            )
            with ColumnStore(self.tables.database.connection, outside) as store:
                stored = store.read(query)
                return [self._counted(match, store, stored, views) for match in matches]
        except UnreadableTable as error:
            return [replace(match, note=str(error)) for match in matches]

    def _counted(
        self, match: Match, store: ColumnStore, query: StoredColumn, views: Mapping[TableId, ViewedTable]
    ) -> Match:
        try:
            candidate = store.read(self.tables.counted_column(match.column, views))
            measured, why = self._measured(match, store, query, candidate)
            store.forget(candidate)
        except UnreadableTable as error:
            return replace(match, note=str(error))
        measured = replace(measured, is_final=not why)
        counted = replace(
            match,
            kind=counted_kind(match.kind, measured, bool(match.accepted)),
            measured=measured,
            note=_NOT_TRIED[why] if why else "",
            containment=measured.containment,
            reverse_containment=measured.reverse_containment,
            cardinality=measured.cardinality,
        )
        if why and match.matched > measured.matched:
            return counted  # the sketches know of more than was tried
        return replace(
            counted, match=measured.match, matched=measured.matched, reverse_matched=measured.reverse_matched
        )

    def _measured(
        self, match: Match, store: ColumnStore, query: StoredColumn, candidate: StoredColumn
    ) -> tuple[JoinMeasure, str]:
        """Count a match; return, too, why not all was tried that may match more, or nothing."""
        rule = EQUAL_VALUES if are_comparable(query.side, candidate.side) else None
        measured = measure(store, query, candidate, rule)
        if not len(query.values) or measured.match_rate == 1:  # nothing can match more than all
            return measured, ""
        kinds, why = self._kinds(match, measured, len(query.values) + len(candidate.values))
        if kinds:
            measured = self._chosen(match, store, query, candidate, kinds)
        return measured, "" if measured.match_rate == 1 else why

    def _kinds(self, match: Match, equal: JoinMeasure, values: int) -> tuple[frozenset[MatchKind], str]:
        """Return the kinds of match to try for a pair with so many distinct values, and why others are not tried.

        What is to be quick is only tried where there is a reason: normal forms where the sketches know of more values
        that meet than are equal, periods where both hold dates.
        """
        if self.lookups is not None:
            if values > _MOST_COMPARED:
                return _ON_VALUES, "large"
            return (_ALL, "") if time.monotonic() < self._until else (_ON_VALUES, "late")
        promises_more = match.matched > equal.matched + _PROMISED_MORE or match.match is ValueMatch.TEMPORAL
        is_likely = match.accepted or match.matched >= _NEARLY_ALL
        most = _QUICKLY_NORMALISED if match.accepted else _OF_REJECTED
        return (_ON_VALUES if promises_more and is_likely and values <= most else _NONE), "quick"

    def _chosen(
        self, match: Match, store: ColumnStore, query: StoredColumn, candidate: StoredColumn,
        kinds: frozenset[MatchKind],
    ) -> JoinMeasure:  # fmt: skip
        """Count the condition that a join would choose among some kinds; nothing where it refuses to join."""
        lookups = self.lookups
        chooser = Chooser(
            query.side,
            candidate.side,
            _PRECISION,
            None if lookups is None else lookups.model,
            None if MatchKind.SEMANTIC not in kinds else self._bridges(match),
            kinds=kinds,
        )
        try:
            condition, _ = chooser.choose(MatchKind.AUTO)
        except InvalidSetting:
            return measure(store, query, candidate, None)
        measured = measure(store, query, candidate, condition.rule, ValueMatch(condition.match))
        return replace(measured, how="" if condition.rule == EQUAL_VALUES else condition.description)

    def _bridges(self, match: Match) -> BridgeSearch | None:
        if self.copied is None or self.lookups is None:
            return None
        from lakeindex.join.find_bridges import BridgeSearch

        return BridgeSearch(self.lookups.searcher, self.tables, self.copied, match.column)
