"""Detect drift: columns that joined well in one generation of the index and don't in a later one.

A join breaks because one of its sides changed. So only columns that changed are queried for their joins in the earlier
generation; the containments of these joins are then measured in the later one, which needs no ranking.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.catalog.directory import Directory
from lakeindex.catalog.table_globs import TableGlobs
from lakeindex.config.profile_limits import RawValues
from lakeindex.config.ranges import GENERATION
from lakeindex.config.settings import Settings
from lakeindex.drift.broken_joins import BrokenJoin, Reason, WatchedJoins, WatchRules
from lakeindex.drift.containment_drop import (
    NO_CONTAINMENT,
    BothDirections,
    ContainmentEstimate,
    containment_estimates,
    lost_share,
)
from lakeindex.drift.table_history import TableHistory
from lakeindex.errors import InvalidSetting, StaleArtifact
from lakeindex.match.answer_calibration import AnswerCalibration
from lakeindex.match.join_kinds import join_kinds
from lakeindex.search.reranking_searcher import RerankingSearcher
from lakeindex.search.scored_candidates import ScoredCandidates
from lakeindex.search.searcher import Searcher
from lakeindex.store.generations import Generation, open_generation, published
from lakeindex.store.sandbox_check import require_sandbox_checked
from lakeindex.types.columns import Family, TermSet
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import JoinKind
from lakeindex.types.pairs import Pairs

_AS_MUCH = 0.9
"""Samples that are asked to be of one size differ by less."""
_CANDIDATES = 400
"""Columns that each source proposes as joins of a column; joins that no source proposes aren't compared."""


@dataclass(frozen=True, slots=True)
class _TrackedColumn:
    """A column of the earlier generation, and its key in the later one."""

    id: ColumnId
    """With the present name of its table, if that is still there."""
    key: int
    key_now: int | None
    """None where it is gone."""
    reason: Reason
    """The reason why a join with it is broken, if it is."""


@dataclass(frozen=True, slots=True)
class _ConfidentJoin:
    """A confident join of the earlier generation, in one direction."""

    column: _TrackedColumn
    other: _TrackedColumn
    kind: JoinKind
    score: float
    is_of_parent: bool
    """Whether the column is a key and the other is none: then the other may lack some of its values."""
    before: ContainmentEstimate
    now: ContainmentEstimate

    def to_broken_join(self) -> BrokenJoin:
        reasons = (self.column.reason, self.other.reason)
        return BrokenJoin(
            self.column.id,
            self.other.id,
            self.kind,
            self.score,
            self.before.value,
            self.now.value,
            next(reason for reason in reversed(Reason) if reason in reasons),
        )


@dataclass(frozen=True, slots=True)
class _DriftCheck:
    """Two generations that are compared."""

    before: Searcher
    now: Searcher
    calibration: AnswerCalibration
    """Of the earlier generation."""
    tables: TableHistory
    rules: WatchRules
    keys: dict[TableId, dict[str, int]] = field(default_factory=dict)
    """The columns of tables in the later generation, once they are looked up."""
    best: dict[int, frozenset[int]] = field(default_factory=dict)
    """The best joins of columns, once they are looked up."""

    def changed_columns(self) -> Iterator[_TrackedColumn]:
        """Yield the columns of changed tables that are gone or have other values."""
        directory = self.before.directory
        for table in filter(directory.has_table, self.tables.changed):
            for key in directory.keys_of_table(table).tolist():
                column = self.track(key)
                if column.key_now is None or not _equal(_values(self.before, key), _values(self.now, column.key_now)):
                    yield column

    def track(self, key: int) -> _TrackedColumn:
        """Find a column of the earlier generation in the later one."""
        column = self.before.directory.id_of(key)
        table = self.tables.name_now(column.table)
        if table not in self.keys:
            self.keys[table] = _keys_by_name(self.now.directory, table)
        key_now = self.keys[table].get(column.name)
        if self.keys[table]:
            reason = Reason.COLUMN if key_now is None else Reason.VALUES
        else:
            reason = Reason.UNREADABLE if table in self.tables.unreadable else Reason.TABLE
        return _TrackedColumn(ColumnId(table, column.name), key, key_now, reason)

    def joins_of(self, column: _TrackedColumn) -> Iterator[_ConfidentJoin]:
        """Yield the confident joins of a column, in both directions, with their containments then and now."""
        searched = self.before.search(self.before.column_at(column.key), _CANDIDATES)
        found = searched.calibrated(self.calibration)
        places = self._confident(column.key, found)
        others = [self.track(key) for key in found.keys[places].tolist()]
        kinds, scores = join_kinds(found.pairs), found.scores[places].tolist()
        is_key, are_keys = bool(found.pairs.query.is_key[0]), found.pairs.candidates.is_key[places].tolist()
        before = _measure(self.before, column.key, [other.key for other in others])
        now = self._measure_now(column, others)
        facts = zip(others, [kinds[place] for place in places.tolist()], scores, are_keys, before, now, strict=True)
        for other, kind, score, other_is_key, was, became in facts:
            common = kind, score
            yield _ConfidentJoin(column, other, *common, is_key and not other_is_key, was[0], became[0])
            yield _ConfidentJoin(other, column, *common, other_is_key and not is_key, was[1], became[1])

    def _confident(self, key: int, found: ScoredCandidates) -> Integers:
        """Return the places of the confident joins: the surest ones, and others that are the best of one side."""
        contained, scores = _is_contained(found.pairs, self.rules.least_containment), found.signals.scores
        is_sure = (scores >= self.rules.sure_score) | _are_best(scores, contained, found.pairs.candidates.is_key)
        is_compared = contained & (scores >= self.rules.least_score)
        for place in np.flatnonzero(is_compared & ~is_sure).tolist():
            is_sure[place] = key in self._best_joins(int(found.keys[place]))
        return np.flatnonzero(is_compared & is_sure)

    def _best_joins(self, key: int) -> frozenset[int]:
        if key not in self.best:
            found = self.before.search(self.before.column_at(key))
            contained = _is_contained(found.pairs, self.rules.least_containment)
            are_best = _are_best(found.signals.scores, contained, found.pairs.candidates.is_key)
            self.best[key] = frozenset(found.keys[are_best].tolist())
        return self.best[key]

    def _measure_now(self, column: _TrackedColumn, others: Sequence[_TrackedColumn]) -> list[BothDirections]:
        none = (NO_CONTAINMENT, NO_CONTAINMENT)
        if column.key_now is None:
            return [none] * len(others)
        keys = [other.key_now for other in others if other.key_now is not None]
        measured = iter(_measure(self.now, column.key_now, keys))
        return [none if other.key_now is None else next(measured) for other in others]

    def _is_read_less(self, column: _TrackedColumn) -> bool:
        """Return whether a smaller sample of a column's table was read than before, or one instead of all."""
        before = self.before.directory.rows_read(self.before.directory.id_of(column.key).table)
        now = self.now.directory.rows_read(column.id.table)
        return now > 0 and (before == 0 or now < _AS_MUCH * before)

    def is_broken(self, join: _ConfidentJoin) -> bool:
        """Return whether a join broke; new rows of a parent that no child refers to yet don't break it."""
        column, other = join.column.key_now, join.other.key_now
        if column is None or other is None:
            return True
        if self._is_read_less(join.column) or self._is_read_less(join.other):
            return False  # values that are missing may be in the rows that were not read
        if not join.before.dropped_to(join.now, self.rules.tolerance):
            return False
        if not join.is_of_parent:
            return True
        before = _values(self.before, join.column.key), _values(self.before, join.other.key)
        return lost_share(before, (_values(self.now, column), _values(self.now, other))) > self.rules.tolerance


def watch_joins(now: Generation, since: int | None, rules: WatchRules, settings: Settings) -> WatchedJoins:
    """Compare the joins of a generation with those of generation `since`, by default the one before.

    Where `since` is the newer one, as after a rollback, the joins are those of the older one, as always.
    Raises NotFound when there is no generation `since`, InvalidSetting when one was built without values.
    """
    since = None if since is None else GENERATION.require(since, "since")
    before = _earlier(Path(settings.index), now.number, since)
    if before is None or before.number == now.number:
        return WatchedJoins(since, now.number, (), 0)
    require_sandbox_checked(Path(settings.index), before)
    if before.number > now.number:
        before, now = now, before
    for generation in (before, now):
        _check_values(generation)
    tables = TableHistory.between(before, now, settings.memory, TableGlobs(settings.allow))
    if not tables.changed:
        return WatchedJoins(before.number, now.number, (), 0)
    searcher = Searcher.open(before, settings.device, allowed=settings.allow)
    calibration = RerankingSearcher(searcher, settings, before).calibration
    searcher_now = Searcher.open(now, settings.device, allowed=settings.allow)
    check = _DriftCheck(searcher, searcher_now, calibration, tables, rules)
    joins: dict[tuple[ColumnId, ColumnId], _ConfidentJoin] = {}
    for column in check.changed_columns():
        for join in check.joins_of(column):
            pair = join.column.id, join.other.id
            # Where both sides changed, both were queried: the pair's better score counts.
            if join.before.value >= rules.least_containment and (pair not in joins or join.score > joins[pair].score):
                joins[pair] = join
    broken = [join.to_broken_join() for join in joins.values() if check.is_broken(join)]
    broken.sort(key=lambda one: (-one.fall, one.column, one.joins))
    return WatchedJoins(before.number, now.number, tuple(broken), len(joins))


def _earlier(index: Path, now: int, since: int | None) -> Generation | None:
    if since is not None:
        return open_generation(index, since)
    older = [number for number in published(index) if number < now]
    try:
        return open_generation(index, older[-1]) if older else None
    except StaleArtifact:
        # The generation before is of another version; nobody named it, so that this is no error.
        return None


def _check_values(generation: Generation) -> None:
    if generation.manifest.settings["limits"]["raw"] == RawValues.NONE:
        raise InvalidSetting(
            f"generation {generation.number} knows no values, so that the drift of its joins can't be measured; "
            "index the lake with --values sample or hash"
        )


def _is_contained(pairs: Pairs, least: float) -> Flags:
    """Return of which pairs one side contains enough of the other."""
    values = pairs.compared[Family.VALUES]
    return np.asarray(np.maximum(values.containment(), values.reverse_containment()) >= least)


def _are_best(scores: Floats, contained: Flags, are_keys: Flags) -> Flags:
    """Return which contained candidates have the best score, of all and of the keys, several where scores tie.

    Children of one parent are often more similar to each other than to the parent, whose key they refer to.
    """
    best, best_key = (scores[some].max(initial=0.0) for some in (contained, contained & are_keys))
    return np.asarray(contained & ((scores >= best) | (are_keys & (scores >= best_key))))


def _measure(searcher: Searcher, key: int, others: Sequence[int]) -> list[BothDirections]:
    index, keys = searcher.terms[Family.VALUES], np.array(others, np.int64)
    query = index.column(key)
    return containment_estimates(index.compare(index.look_up(query), keys), query, np.asarray(index.complete[keys]))


def _values(searcher: Searcher, key: int) -> TermSet:
    return searcher.terms[Family.VALUES].column(key)


def _equal(before: TermSet, now: TermSet) -> bool:
    return before.is_complete == now.is_complete and np.array_equal(before.hashes, now.hashes)


def _keys_by_name(directory: Directory, table: TableId) -> dict[str, int]:
    """Return the keys of a table's columns by name; none where there is no such table, or it has no column."""
    if not directory.has_table(table):
        return {}
    keys = directory.keys_of_table(table).tolist()
    return {directory.id_of(key).name: key for key in keys}
