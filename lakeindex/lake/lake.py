"""Lake: index a folder, and query what joins. Every flow starts here, one hop from its stages.

What is asked of the map of the lake, of tables that are put together, and of what they hold, each has a file beside.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lakeindex.config.ranges import PROBED
from lakeindex.config.settings import Settings, allowed_globs
from lakeindex.errors import MissingExtra
from lakeindex.escaping.markup import html_text
from lakeindex.escaping.visible import visible_line
from lakeindex.lake import maintenance
from lakeindex.lake.answering import Answering
from lakeindex.lake.contents import Contents
from lakeindex.lake.joined_tables import JoinedTables
from lakeindex.lake.judged_pairs import JudgedPairs
from lakeindex.lake.maintenance import build_model, silent, with_index
from lakeindex.lake.map_of_lake import MapOfLake
from lakeindex.open_index import OpenIndex
from lakeindex.search.answer import Answer, Counting
from lakeindex.store.generations import Generation, open_current, open_generation
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.reports import Progress, Report

if TYPE_CHECKING:
    from lakeindex.lake.explorer.widget import Explorer

_PROBE = 5
"""Matches that a single query counts unless it is said how many."""


class Lake(MapOfLake, JoinedTables, JudgedPairs, Contents):
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

    def __repr__(self) -> str:
        return visible_line(f"<Lake {self._described()}>")

    def _repr_html_(self) -> str:
        return f"<p><b>Lake</b> {html_text(self._described())}</p>"

    def _described(self) -> str:
        """Describe the lake in a line, from what its index says of itself: nothing is read for it."""
        if self.opened.is_closed:
            return "that is closed"
        manifest = self.generation.manifest
        tables, columns = _counted(manifest.tables, "table"), _counted(manifest.columns, "column")
        return f"{manifest.lake}: {tables}, {columns}; generation {self.generation.number} of {self.settings.index}"

    def explore(self) -> Explorer:
        """Return a widget for a notebook: search a column, click what joins with it, and see why.

        Raises MissingExtra without anywidget; `lake.query(...)` and `lake.explain(...)` show HTML without it.
        """
        try:
            from lakeindex.lake.explorer.widget import Explorer
        except ModuleNotFoundError as error:
            raise MissingExtra(
                error.name or "anywidget", "notebook", "lake.query(...) and lake.explain(...) show HTML without it"
            ) from error
        return Explorer(self)

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


def _counted(number: int, name: str) -> str:
    return f"{number:,} {name}" if number == 1 else f"{number:,} {name}s"


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
