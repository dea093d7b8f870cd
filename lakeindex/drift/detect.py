"""Watch joins: what joined well in one generation of the index, and doesn't in a later one.

A join breaks because one of its sides changed. Only columns that changed are asked what they joined with before; what
they joined with is measured again in the later generation, which needs no ranking.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.catalog.directory import Directory
from lakeindex.config.profile_limits import RawValues
from lakeindex.config.settings import Settings
from lakeindex.drift.broken_joins import BrokenJoin, Reason, WatchedJoins, WatchRules
from lakeindex.drift.containment_drop import NOTHING, Share, both_ways, lost_share
from lakeindex.drift.table_history import FollowedTables
from lakeindex.errors import InvalidSetting, StaleArtifact
from lakeindex.match.join_kind import KINDS_OF_JOIN, kinds_of
from lakeindex.search.scored_candidates import Found
from lakeindex.search.searcher import Searcher
from lakeindex.store.generations import Generation, open_generation, published
from lakeindex.store.sandbox_check import require_tried
from lakeindex.types.columns import Family, TermSet
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import JoinKind
from lakeindex.types.pairs import Pairs

_CANDIDATES = 200
"""Each source proposes twice as many partners of a column; what no source finds among them isn't watched."""


@dataclass(frozen=True, slots=True)
class _Followed:
    """A column of the earlier generation, and what became of it."""

    id: ColumnId
    """Under the name that its table has now, if there is still one."""
    key: int
    key_now: int | None
    """None where it is gone."""
    reason: Reason
    """Why a join with it is broken, if it is."""


@dataclass(frozen=True, slots=True)
class _Join:
    """A confident join of the earlier generation, in one direction."""

    column: _Followed
    partner: _Followed
    kind: JoinKind
    score: float
    is_of_parent: bool
    """Whether the column is a key and its partner none: some of its values need no partner."""
    before: Share
    now: Share

    def told(self) -> BrokenJoin:
        reasons = (self.column.reason, self.partner.reason)
        return BrokenJoin(
            self.column.id,
            self.partner.id,
            self.kind,
            self.score,
            self.before.value,
            self.now.value,
            next(reason for reason in reversed(Reason) if reason in reasons),
        )


@dataclass(frozen=True, slots=True)
class _Watch:
    """Two generations, and what became of their tables."""

    before: Searcher
    now: Searcher
    tables: FollowedTables
    rules: WatchRules
    keys: dict[TableId, dict[str, int]] = field(default_factory=dict)
    """The columns of tables that were looked up, in the later generation."""
    best: dict[int, frozenset[int]] = field(default_factory=dict)
    """What columns that were looked up join best with."""

    def changed(self) -> Iterator[_Followed]:
        """Find the columns of changed tables that are gone or hold other values."""
        directory = self.before.directory
        for table in filter(directory.has_table, self.tables.changed):
            for key in directory.keys_of_table(table).tolist():
                column = self.follow(key)
                if column.key_now is None or not _equal(_values(self.before, key), _values(self.now, column.key_now)):
                    yield column

    def follow(self, key: int) -> _Followed:
        """Find out what became of a column."""
        column = self.before.directory.id_of(key)
        table = self.tables.name_now(column.table)
        if table not in self.keys:
            self.keys[table] = _keys_by_name(self.now.directory, table)
        key_now = self.keys[table].get(column.name)
        if self.keys[table]:
            reason = Reason.COLUMN if key_now is None else Reason.VALUES
        else:
            reason = Reason.UNREADABLE if table in self.tables.unreadable else Reason.TABLE
        return _Followed(ColumnId(table, column.name), key, key_now, reason)

    def joins_of(self, column: _Followed) -> Iterator[_Join]:
        """Find the confident joins of a column, in both directions, and measure them again."""
        found = self._ask(column.key, _CANDIDATES)
        places = self._confident(column.key, found)
        partners = [self.follow(key) for key in found.pairs.keys[places].tolist()]
        kinds, scores = kinds_of(found.pairs)[places].tolist(), found.scores[places].tolist()
        is_key, are_keys = bool(found.pairs.query.is_key[0]), found.pairs.candidates.is_key[places].tolist()
        before = _measure(self.before, column.key, [partner.key for partner in partners])
        now = self._measure_now(column, partners)
        for partner, kind, score, other_is_key, was, became in zip(
            partners, kinds, scores, are_keys, before, now, strict=True
        ):
            told = KINDS_OF_JOIN[kind], score
            yield _Join(column, partner, *told, is_key and not other_is_key, was[0], became[0])
            yield _Join(partner, column, *told, other_is_key and not is_key, was[1], became[1])

    def _confident(self, key: int, found: Found) -> Integers:
        """Find the places of the joins that are confident: the surest, and of others the best of one of its sides."""
        holds, scores = _holds(found.pairs, self.rules.least_containment), found.scored.scores
        is_sure = (scores >= self.rules.sure_score) | _are_best(scores, holds, found.pairs.candidates.is_key)
        is_watched = holds & (scores >= self.rules.least_score)
        for place in np.flatnonzero(is_watched & ~is_sure).tolist():
            is_sure[place] = key in self._best_partners(int(found.pairs.keys[place]))
        return np.flatnonzero(is_watched & is_sure)

    def _best_partners(self, key: int) -> frozenset[int]:
        if key not in self.best:
            found = self._ask(key, 1)
            holds = _holds(found.pairs, self.rules.least_containment)
            are_best = _are_best(found.scored.scores, holds, found.pairs.candidates.is_key)
            self.best[key] = frozenset(found.pairs.keys[are_best].tolist())
        return self.best[key]

    def _ask(self, key: int, k: int) -> Found:
        return self.before.search(self.before.column(self.before.directory.id_of(key)), k)

    def _measure_now(self, column: _Followed, partners: Sequence[_Followed]) -> list[tuple[Share, Share]]:
        if column.key_now is None:
            return [(NOTHING, NOTHING)] * len(partners)
        keys = [partner.key_now for partner in partners if partner.key_now is not None]
        measured = iter(_measure(self.now, column.key_now, keys))
        return [(NOTHING, NOTHING) if partner.key_now is None else next(measured) for partner in partners]

    def is_broken(self, join: _Join) -> bool:
        """Tell whether a join broke; a parent that got rows to which no child refers as yet lost nothing."""
        column, partner = join.column.key_now, join.partner.key_now
        if column is None or partner is None:
            return True
        if not join.before.fell_to(join.now, self.rules.tolerance):
            return False
        if not join.is_of_parent:
            return True
        before = _values(self.before, join.column.key), _values(self.before, join.partner.key)
        return lost_share(before, (_values(self.now, column), _values(self.now, partner))) > self.rules.tolerance


def watch_joins(now: Generation, since: int | None, rules: WatchRules, settings: Settings) -> WatchedJoins:
    """Compare a generation with an earlier one, with the one before it unless told otherwise.

    Raises NotFound when there is no generation `since`, InvalidSetting when one was built without values.
    """
    before = _earlier(Path(settings.index), now.number, since)
    if before is None or before.number == now.number:
        return WatchedJoins(since, now.number, (), 0)
    require_tried(Path(settings.index), before)
    for generation in (before, now):
        _check_values(generation)
    tables = FollowedTables.between(before, now, settings.memory)
    if not tables.changed:
        return WatchedJoins(before.number, now.number, (), 0)
    searcher = Searcher.open(before, settings.device)
    watch = _Watch(searcher, Searcher.open(now, settings.device), tables, rules)
    joins: dict[tuple[ColumnId, ColumnId], _Join] = {}
    for column in watch.changed():
        for join in watch.joins_of(column):
            pair = join.column.id, join.partner.id
            # Where both sides changed, both were asked: the pair's better score counts.
            if join.before.value >= rules.least_containment and (pair not in joins or join.score > joins[pair].score):
                joins[pair] = join
    broken = [join.told() for join in joins.values() if watch.is_broken(join)]
    broken.sort(key=lambda one: (-one.fall, one.column, one.joins))
    return WatchedJoins(before.number, now.number, tuple(broken), len(joins))


def _earlier(index: Path, now: int, since: int | None) -> Generation | None:
    if since is not None:
        return open_generation(index, since)
    older = [number for number in published(index) if number < now]
    try:
        return open_generation(index, older[-1]) if older else None
    except StaleArtifact:
        # Nobody asked for it by its number, and what another version left can't be compared with.
        return None


def _check_values(generation: Generation) -> None:
    if generation.manifest.settings["limits"]["raw"] == RawValues.NONE:
        raise InvalidSetting(
            f"generation {generation.number} knows no values, so that nothing is known of how joins hold; "
            "index the lake with --values sample or hash"
        )


def _holds(pairs: Pairs, least: float) -> Flags:
    """Tell of which pairs one side holds enough of the other."""
    values = pairs.compared[Family.VALUES]
    return np.asarray(np.maximum(values.containment(), values.reverse_containment()) >= least)


def _are_best(scores: Floats, holds: Flags, are_keys: Flags) -> Flags:
    """Tell which partners are the best: of those that hold, and of the keys among them, several where scores tie.

    Children of one parent are often more alike than the parent, whose key they refer to.
    """
    best, best_key = (scores[some].max(initial=0.0) for some in (holds, holds & are_keys))
    return np.asarray(holds & ((scores >= best) | (are_keys & (scores >= best_key))))


def _measure(searcher: Searcher, key: int, others: Sequence[int]) -> list[tuple[Share, Share]]:
    index, keys = searcher.terms[Family.VALUES], np.array(others, np.int64)
    query = index.column(key)
    return both_ways(index.compare(query, keys), query, np.asarray(index.complete[keys]))


def _values(searcher: Searcher, key: int) -> TermSet:
    return searcher.terms[Family.VALUES].column(key)


def _equal(before: TermSet, now: TermSet) -> bool:
    return before.is_complete == now.is_complete and np.array_equal(before.hashes, now.hashes)


def _keys_by_name(directory: Directory, table: TableId) -> dict[str, int]:
    """Return the keys of a table's columns; none where there is no such table, or it has no column."""
    if not directory.has_table(table):
        return {}
    keys = directory.keys_of_table(table).tolist()
    return {directory.id_of(key).name: key for key in keys}
