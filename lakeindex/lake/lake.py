"""Lake: index a folder, query what joins, inspect the index. Every flow starts here, one hop from its stages."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from lakeindex.build.read_table import ReadRows, read_file, read_parts
from lakeindex.catalog.row_limits import limited
from lakeindex.config.profile_limits import RawValues
from lakeindex.config.ranges import (
    BYTES,
    JOINED_ROWS,
    PROBED,
    SHARE,
    SQL_SECONDS,
)
from lakeindex.config.settings import Settings, allowed_globs, bytes_of
from lakeindex.lake import integrating, maintenance
from lakeindex.lake.answering import Answering
from lakeindex.lake.maintenance import build_model, silent, with_index
from lakeindex.lake_map.likely import LIKELY
from lakeindex.open_index import OpenIndex
from lakeindex.search.answer import Answer, Counting, matches_of
from lakeindex.store.generations import Generation, open_current, open_generation
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import Match
from lakeindex.types.reports import Progress, Report

if TYPE_CHECKING:
    from torch_geometric.data import HeteroData

    from lakeindex.drift.broken_joins import WatchedJoins, WatchRules
    from lakeindex.integrate.integration import Integration
    from lakeindex.integrate.plan import IntegrationPlan
    from lakeindex.join.kinds import AsOf
    from lakeindex.join.plan import JoinPlan
    from lakeindex.lake.enriching import Enrichments, EnrichRequest
    from lakeindex.lake.integration import LinkedTables, LinkRequest
    from lakeindex.lake.lake_page import WrittenMap
    from lakeindex.lake.paths import PathRequest
    from lakeindex.lake.similar import Similar
    from lakeindex.lake.types_of_lake import TypesOfLake
    from lakeindex.lake.unions import Unionable
    from lakeindex.lake_map.keys import TableKeys
    from lakeindex.lake_map.paths.answer import JoinPaths
    from lakeindex.lake_map.relationships import Relationships


DEFAULT_SECONDS = 60.0
"""How long DuckDB may take for a statement, unless it is said how long."""
_SQL_BYTES = 10_000_000_000
"""The size of a result, in bytes in memory, after which it ends, unless another one is given."""
_PROBE = 5
"""Matches that a single query counts unless it is said how many."""


class Lake:
    """An indexed lake, open for queries; it sees one generation of the index from beginning to end."""

    def __init__(
        self,
        generation: Generation,
        settings: Settings,
        report: Report | None = None,
        allowed: Sequence[str] | None = None,
        lake: str | Path | None = None,
    ) -> None:
        self.opened = OpenIndex(generation, _narrowed(settings, allowed, lake))
        """The parts of the index, each opened when it is first used."""
        self._answering = Answering(self.opened)
        self.report = report
        """What the build did, where this process built the index."""

    @property
    def generation(self) -> Generation:
        """The generation of the index that answers; with `allowed`, it counts the tables that are."""
        return self.opened.shown_generation

    @property
    def settings(self) -> Settings:
        """The settings that queries are answered with."""
        return self.opened.settings

    @property
    def root(self) -> Path:
        """The lake's folder."""
        return self.opened.root

    @property
    def logical_hash(self) -> str:
        """The hash of the index's content, feedback included. Raises IndexDamaged when that can't be read."""
        return self.opened.logical_hash

    def close(self) -> None:
        """Close the index; a query afterwards raises LakeIndexError."""
        self.opened.close()

    def __enter__(self) -> Lake:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the path and the generation, and no secret: a key of hashes is read from the environment again."""
        index, moved_to = (path and str(Path(path).absolute()) for path in (self.settings.index, self.settings.lake))
        return _reopened, (self.generation.number, replace(self.settings, index=index, lake=moved_to, hash_key=""))

    @classmethod
    def index(
        cls,
        path: str | Path,
        index: str | Path | None = None,
        settings: Settings | None = None,
        progress: Progress = silent,
    ) -> Lake:
        """Index the files below `path`, which are only read, and open the result.

        Raises NotFound when there is no such folder, LockHeld when another writer is at work.
        """
        return cls._indexed(Path(path), with_index(settings, index), progress)

    @classmethod
    def merge(
        cls,
        shards: str | Path,
        index: str | Path | None = None,
        settings: Settings | None = None,
        progress: Progress = silent,
    ) -> Lake:
        """Make an index of what `read_shard` has read into the folder `shards`, as a single build would have made it.

        What no shard has read is read now. Raises NotFound where there are no shards, or no lake any more,
        StaleArtifact where they were made for different lakes or settings, or by another version of lakeindex, LockHeld
        when another writer is at work.
        """
        from lakeindex.build.shards import made_of

        lake, built_with = made_of(Path(shards), with_index(settings, index))
        return cls._indexed(lake, built_with, progress, Path(shards))

    @classmethod
    def _indexed(cls, path: Path, settings: Settings, progress: Progress, shards: Path | None = None) -> Lake:
        from lakeindex.build.build_index import build_index
        from lakeindex.encode.named_models import remember_model
        from lakeindex.search.own_joins import calibrate_lake

        # A build reads all of the lake that it is given.
        settings = replace(settings, allow=None, lake="")
        remember_model(settings.model)
        report = build_index(
            path,
            Path(settings.index),
            settings,
            build_model(settings),
            progress,
            partial(calibrate_lake, settings=settings),
            shards=shards,
        )
        built = cls(open_current(Path(settings.index)), settings)
        built.report = replace(report, logical_hash=built.logical_hash)
        if built.opened.feedback_file.stamp() is not None:
            built.opened.searcher.labels()  # which takes a while in a new generation: no query shall wait for it
        return built

    @classmethod
    def open(
        cls,
        index: str | Path | None = None,
        settings: Settings | None = None,
        allowed: Sequence[str] | None = None,
        lake: str | Path | None = None,
    ) -> Lake:
        """Open an index. Raises IndexMissing, IndexDamaged or StaleArtifact, each with the next step.

        `allowed` are globs over the names of tables, as ["sales/*"]: only tables that match one of them are there, for
        whatever this lake is asked, and nothing tells that there are others. How rare a value is, is still counted over
        all tables. `lake` is the folder in which the lake's files are, where it moved since it was indexed. Raises
        NotFound where there is no such folder.
        """
        from lakeindex.store.sandbox_check import require_sandbox_checked

        settings = with_index(settings, index)
        generation = open_current(Path(settings.index))
        require_sandbox_checked(Path(settings.index), generation)
        return cls(generation, settings, allowed=allowed, lake=lake)

    verify = staticmethod(maintenance.verify)
    rollback = staticmethod(maintenance.rollback)
    snapshot = staticmethod(maintenance.snapshot)
    restore = staticmethod(maintenance.restore)
    repair = staticmethod(maintenance.repair)
    forget = staticmethod(maintenance.forget)
    read_shard = staticmethod(maintenance.read_shard)
    read_on_cluster = staticmethod(maintenance.read_on_cluster)

    def query(
        self,
        table: object,
        column: str,
        k: int = 10,
        probe: int | None = None,
        sources: Sequence[str] = (),
        min_probability: float = 0.0,
        budget: int | None = None,
        within: str = "",
    ) -> Answer:
        """Find the columns that join with a column.

        `table` is the name of a table of the lake, a Path to a file anywhere, or any object that offers an Arrow
        stream (pyarrow, polars, pandas, a DuckDB relation). A column from outside that is a copy of one of the lake is
        answered as that one. `k` only cuts, and counting the figures of the best `probe` in the source files changes
        neither probabilities nor ranks. Unless `probe` is given, 5 are counted, and only by what takes no time: where
        more values may meet by a program, by likeness or through another table, a match is not called exact. `sources`
        queries some sources alone, whose scores are no probabilities; matches less probable than `min_probability` are
        left out. The cross-encoder scores at most `budget` candidates, the budget of the settings unless given, none
        where the index keeps no values; only tables whose names match the glob `within` may answer.
        Raises NotFound for a table or column that isn't there, with the nearest names, StaleArtifact when the index's
        hashes have another key than the settings give.
        """
        counting = Counting(_PROBE) if probe is None else Counting(PROBED.require(probe, "probe"), is_thorough=True)
        cut = self._answering.cut(k, min_probability, within)
        if isinstance(table, str):
            query = self.opened.searcher.column(self.opened.known_as(ColumnId(TableId(table), column)))
            found = self.opened.reranking.search(query, self._answering.budget(budget), sources, within)
            return self._answering.answer(found, cut, counting, query.id)
        outside = self._answering.profile_outside(table, column)
        key, searcher = outside.copied_from(self.opened.searcher, self.root), self.opened.searcher
        query = outside.query(self.opened.model) if key is None else searcher.column_at(key)
        found = self.opened.reranking.search(query, self._answering.budget(budget), sources, within)
        copied = None if key is None else searcher.directory.id_of(key)
        if counting.probe:
            counting = replace(counting, outside=self._answering.rows_outside(table, outside.id))
        return replace(self._answering.answer(replace(found, query=outside.id), cut, counting, copied), same_as=copied)

    def query_many(
        self,
        columns: Iterable[ColumnId],
        k: int = 10,
        probe: int = 0,
        sources: Sequence[str] = (),
        min_probability: float = 0.0,
        budget: int | None = None,
        within: str = "",
    ) -> Iterator[Answer]:
        """Answer for each of many columns of the lake as `query` does, in their order, several at a time."""
        cut = self._answering.cut(k, min_probability, within)
        counting = Counting(PROBED.require(probe, "probe"), is_thorough=True)
        queries = map(self.opened.searcher.column, map(self.opened.known_as, columns))
        for found in self.opened.reranking.search_many(queries, self._answering.budget(budget), sources, within):
            yield self._answering.answer(found, cut, counting, found.query)

    def explain(self, left: ColumnId, right: ColumnId, budget: int | None = None) -> Match:
        """Return a pair of columns as `query` does, whatever its rank, counted in the files, with the whole evidence.

        Where no source proposes the right column for the left one, it is scored among the candidates nevertheless.
        """
        left, right = self.opened.known_as(left), self.opened.known_as(right)
        query, key = self.opened.searcher.column(left), self.opened.searcher.directory.key_of(right)
        found = self.opened.reranking.search_with(query, key, self._answering.budget(budget))
        (match,) = matches_of(found, np.array([found.place_of(key)]), self.opened.explainer)
        match = replace(match, cross_score=self.opened.explainer.cross_score(found, key))
        return self._answering.count([match], Counting(1, is_thorough=True), left)[0]

    def accept(self, left: ColumnId, right: ColumnId, note: str = "") -> None:
        """Accept a pair of columns, whatever its probability: that counts at once, and across all builds.

        Raises NotFound with the nearest names, InvalidSetting for columns of one table, LockHeld while somebody else
        goes on writing.
        """
        self.opened.verdicts.give(self.opened.known_as(left), self.opened.known_as(right), True, note)

    def reject(self, left: ColumnId, right: ColumnId, note: str = "") -> None:
        """Reject a pair of columns; otherwise as `accept`."""
        self.opened.verdicts.give(self.opened.known_as(left), self.opened.known_as(right), False, note)

    def withdraw(self, left: ColumnId, right: ColumnId) -> None:
        """Withdraw the verdict on a pair of columns. Raises NotFound where there is none, LockHeld as `accept`."""
        self.opened.verdicts.withdraw(self.opened.known_as(left), self.opened.known_as(right))

    def feedback(self) -> pa.Table:
        """List the pairs that were accepted or rejected, as FEEDBACK_SCHEMA, those of tables that are gone included."""
        return self.opened.verdicts.to_arrow()

    def watch_joins(self, since: int | None = None, rules: WatchRules | None = None) -> WatchedJoins:
        """Find the confident joins that broke since an earlier generation, the previous one unless given.

        Raises NotFound with the numbers of the generations that exist.
        """
        from lakeindex.drift.broken_joins import WatchRules
        from lakeindex.drift.detect import watch_joins

        return watch_joins(self.opened.generation, since, rules or WatchRules(), self.settings)

    def join(
        self,
        left_table: str,
        left_column: str,
        right_table: str,
        right_column: str,
        match: str = "auto",
        precision: float = 0.9,
        how: str = "inner",
        also: Sequence[tuple[str, str]] = (),
        asof: AsOf | None = None,
    ) -> JoinPlan:
        """Plan the join of two columns of the lake: nothing is joined before rows of the plan are needed.

        `also` names up to two further pairs of columns, left and right, that have to match together with these; `asof`
        gives the direction and the distance in which the moments of a match "asof" may lie.
        Raises NotFound for a table or column that doesn't exist, with the nearest names, InvalidSetting for an unknown
        match or how and for types that are never equal, UnreadableTable when a file is gone.
        """
        from lakeindex.join.kinds import How, MatchKind, parse_choice
        from lakeindex.join.plan_join import JoinRequest, plan_join

        kind, kept = parse_choice(MatchKind, match, "match"), parse_choice(How, how, "how")
        ids = ColumnId(TableId(left_table), left_column), ColumnId(TableId(right_table), right_column)
        request = JoinRequest(*ids, kind, SHARE.require(precision, "precision"), kept, tuple(also), asof)
        self.opened.require_rows()
        counted_up_to = int(self.generation.manifest.settings["limits"]["values"])
        return plan_join(request, self.opened.tables, self.opened.searcher, self.opened.model, counted_up_to)

    def link(self, left_table: str, right_table: str, request: LinkRequest | None = None) -> LinkedTables:
        """Find the rows of two tables that describe the same thing, with probabilities, without labels.

        Verdicts on pairs of their rows that the index keeps are obeyed, here and in `dedupe` and `integrate`.
        Raises NotFound for a table that doesn't exist, with the nearest names, UnreadableTable when a file is gone.
        """
        from lakeindex.lake.integration import LinkRequest, link_tables

        return link_tables(self.opened, left_table, right_table, request or LinkRequest())

    def write_map(self, path: str | Path, min_probability: float = 0.1, force: bool = False) -> WrittenMap:
        """Write the map of the lake as one HTML file.

        Raises InvalidSetting for a file that is no .html, Refused where it exists, unless `force`.
        """
        from lakeindex.lake.lake_page import write_map

        return write_map(self.opened, Path(path), min_probability, force)

    def to_hetero(self, min_probability: float = 0.5) -> HeteroData:
        """Return the lake as a torch-geometric HeteroData: rows are nodes, references of rows are edges.

        Nodes have `x`, float32, and `time`, in seconds since 1970; a row without a time of its own has the latest of
        the rows that it refers to. Raises InvalidSetting for too many rows, UnreadableTable when a file is gone,
        MissingExtra without torch-geometric.
        """
        from lakeindex.lake.hetero import lake_to_hetero

        return lake_to_hetero(self.opened, min_probability)

    def paths(self, first: str, last: str, request: PathRequest | None = None) -> JoinPaths:
        """Find the join paths between two tables, the most likely first.

        Raises NotFound for a table that doesn't exist, with the nearest names, InvalidSetting for one and the same.
        """
        from lakeindex.lake.paths import PathRequest, find_paths

        return find_paths(self.opened, first, last, request or PathRequest())

    def union(self, table: str, k: int = 10) -> Unionable:
        """Find the tables that can be put below a table, best first. Raises NotFound with the nearest names."""
        from lakeindex.lake.unions import find_unions

        return find_unions(self.opened, table, k)

    def types(self, tables: Sequence[str] = ()) -> TypesOfLake:
        """Find the semantic types of all columns, without labels, and show those of `tables`, or all.

        Raises NotFound for a table that doesn't exist, with the nearest names, Refused where names are hidden.
        """
        from lakeindex.lake.types_of_lake import types_of_lake

        return types_of_lake(self.opened, tables)

    def enrich(self, table: str, column: str, request: EnrichRequest | None = None) -> Enrichments:
        """Measure which joins of a table bring columns that help to predict one of its columns.

        Raises NotFound with the nearest names, InvalidSetting for a column that can't be predicted, UnreadableTable
        when a file is gone, MissingExtra without scikit-learn.
        """
        from lakeindex.lake.enriching import EnrichRequest, enrich

        return enrich(self.opened, table, column, request or EnrichRequest())

    def similar(self, table: str, k: int = 10) -> Similar:
        """Find the tables most similar to a table, what they are to it, and what differs.

        Raises NotFound with the nearest names.
        """
        from lakeindex.lake.similar import find_similar_tables

        return find_similar_tables(self.opened, table, k)

    def dedupe(self, table: str, request: LinkRequest | None = None) -> LinkedTables:
        """Find the rows of one table that describe the same thing. Raises as `link`."""
        from lakeindex.lake.integration import LinkRequest, find_duplicates

        return find_duplicates(self.opened, table, request or LinkRequest())

    def complements(
        self, left_table: str, left_column: str, right_table: str, right_column: str
    ) -> list[tuple[tuple[str, str], ...]]:
        """Find what completes two columns that join to a composite key: further pairs of columns, the `also` of `join`.

        Each is as small as can be, of columns that join themselves, and identifies the rows of one of the two tables.
        """
        from lakeindex.join.find_bridges import complements_of

        left, right = ColumnId(TableId(left_table), left_column), ColumnId(TableId(right_table), right_column)
        self.opened.require_rows()
        sides = self.opened.tables.side(left), self.opened.tables.side(right)
        return complements_of(self.opened.searcher, (left, right), sides)

    def integrate(
        self,
        tables: Sequence[str] | None = None,
        key: str | Sequence[str] = (),
        alignment: str | Path | None = None,
        rule: str = "auto",
        newest_by: str | None = None,
        ask_model: bool = False,
        most_lines: int = 1_000_000,
    ) -> Integration:
        """Integrate tables, all of them unless named, into one of a line an entity: their full disjunction.

        Rows with the same value of `key`, or of several columns together, are of one entity; without a key, rows are
        linked by how likely they describe the same thing. `alignment` is a CSV that `plan_integration` gave and a
        person edited; `rule` says which value is taken where sources disagree: auto, majority, truth discovery or
        recency, for which `newest_by` is the column that says when a row was written. With `ask_model`, the language
        model at LAKEINDEX_CHAT_URL chooses among the values of ties, which are sent to it. Where joins that multiply
        would make more than `most_lines`, none of these is made.
        Raises NotFound for a table or column that isn't there, with the nearest names, InvalidSetting for a table named
        twice, UnreadableTable when a file is gone.
        """
        asked = integrating.Integrating(key, alignment, rule, newest_by, ask_model, most_lines)
        return integrating.integrate(self.opened, asked.request(self.opened, tables))

    def plan_integration(
        self,
        tables: Sequence[str] | None = None,
        key: str | Sequence[str] = (),
        alignment: str | Path | None = None,
    ) -> IntegrationPlan:
        """Return what `integrate` would do: the alignment, the keys, how many rows meet. Raises what it does."""
        return integrating.plan(self.opened, integrating.Integrating(key, alignment).request(self.opened, tables))

    def keys(self, table: str) -> TableKeys:
        """Find the columns, alone or up to three together, that tell the rows of a table apart.

        Raises NotFound for a table that doesn't exist, with the nearest names.
        """
        from lakeindex.lake.mapping import find_keys

        return find_keys(self.opened, table)

    def relationships(self, min_probability: float = LIKELY) -> Relationships:
        """Find which columns refer to which keys, for all tables together.

        Raises InvalidSetting for a number that is no probability.
        """
        from lakeindex.lake.mapping import relationships

        return relationships(self.opened, min_probability)

    def sql(self, statement: str, seconds: float = DEFAULT_SECONDS, most_rows: int | None = None) -> pa.Table:
        """Run one SELECT on the lake's tables, each named by its path in double quotes, in a process that can't write.

        Raises Refused for a statement that does anything else, and for a result of more rows than `most_rows` or more
        memory than the settings allow; LakeIndexError where DuckDB rejects it or takes more `seconds`.
        """
        schema, batches = self.sql_batches(statement, seconds, most_rows, bytes_of(self.settings.memory) or 0)
        return pa.Table.from_batches(batches, schema)

    def sql_batches(
        self,
        statement: str,
        seconds: float = DEFAULT_SECONDS,
        most_rows: int | None = None,
        most_bytes: float = _SQL_BYTES,
    ) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """Run one SELECT as `sql` does; its rows come batch by batch, as they are asked for.

        Only the time counts in which DuckDB is waited for. Raises what `sql` does, even in the middle.
        """
        self.opened.require_rows()
        seconds = SQL_SECONDS.require(seconds, "seconds")
        most_rows = None if most_rows is None else JOINED_ROWS.require(most_rows, "most_rows")
        most_bytes = BYTES.require(most_bytes, "most_bytes")
        tables = self.opened.tables
        schema, batches = tables.for_strangers.query(statement, lambda: self.opened.table_ids, tables.viewed, seconds)
        return schema, limited(batches, most_rows, most_bytes, "ask for less, or read it with sql_batches")

    def tables(self) -> pa.Table:
        """List the tables: table, file, connector, rows, rejected, columns, notes."""
        from lakeindex.catalog.listing import list_tables

        return list_tables(self.opened.catalog, self.opened.table_ids if self.opened.is_restricted else None)

    def parts(self) -> pa.Table:
        """List the files of tables that lie in many: table, part, rows, rejected, keys."""
        from lakeindex.catalog.listing import list_parts

        return list_parts(self.opened.catalog, self.opened.table_ids if self.opened.is_restricted else None)

    def profile(self, table: str, column: str | None = None) -> pa.Table:
        """Return the profiles of a table's columns, in the file's order, or of one column.

        `quantiles` are the 5th, 25th, 50th, 75th and 95th hundredths, `values` the most frequent ones.
        """
        from lakeindex.catalog.listing import list_profiles

        named = self.opened.known_as(ColumnId(TableId(table), column or ""))
        table, column = named.table, column and named.name
        self.opened.searcher.directory.keys_of_table(TableId(table))
        if column is not None:
            self.opened.searcher.directory.key_of(ColumnId(TableId(table), column))
        return list_profiles(self.opened.catalog, TableId(table), column)

    def read(self, table: str) -> ReadRows:
        """Read a table's rows as lakeindex understood them, out of its file."""
        from lakeindex.catalog.path_guard import lake_path, require_inside

        _, file = self.opened.tables.table(TableId(table))
        self.opened.require_lake()
        is_quiet = self.opened.kept_values is not RawValues.SAMPLE
        if parts := self.opened.catalog.parts_of(file):
            return read_parts(self.root, parts, self.settings, table, is_quiet)
        path = lake_path(self.root, file)
        require_inside(path, self.root)
        read = read_file(path, self.settings, file, table, is_quiet)
        return replace(read, has_notes=self.opened.tables.is_allowed_file(file))


def _reopened(number: int, settings: Settings) -> Lake:
    """Open the generation of a pickled lake. Raises NotFound where it is gone, and as `Lake.open`."""
    from lakeindex.store.sandbox_check import require_sandbox_checked

    hash_key = os.environ.get("LAKEINDEX_HASH_KEY", "")
    generation = open_generation(Path(settings.index), number)
    require_sandbox_checked(Path(settings.index), generation)
    return Lake(generation, replace(settings, hash_key=hash_key))


def _narrowed(settings: Settings, allowed: Sequence[str] | None, lake: str | Path | None) -> Settings:
    """Return the settings of a caller who may see some tables only, and of a lake that moved, where that is said."""
    allow = settings.allow if allowed is None else allowed
    return replace(
        settings,
        allow=None if allow is None else allowed_globs(allow),
        lake=settings.lake if lake is None else str(lake),
    )
