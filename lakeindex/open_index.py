"""An open generation of an index: each part is opened when it is first used, so that a query waits for nothing else."""

from __future__ import annotations

import os
import threading
import weakref
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, overload

from lakeindex.config.profile_limits import Names, ProfileLimits, RawValues
from lakeindex.config.settings import Settings, pair_budget
from lakeindex.errors import LakeIndexError, NotFound, Refused
from lakeindex.files.lake_folder import why_unreachable
from lakeindex.search.explain import Explainer
from lakeindex.search.reranking_searcher import RerankingSearcher
from lakeindex.search.searcher import Searcher
from lakeindex.store.feedback_log import FeedbackFile
from lakeindex.store.generations import Generation
from lakeindex.store.layout import CATALOG
from lakeindex.store.verdict_files import hash_with_verdicts
from lakeindex.types.lake import ColumnId, TableId

if TYPE_CHECKING:
    from lakeindex.catalog.catalog import Catalog
    from lakeindex.catalog.lake_relations import LakeRelations
    from lakeindex.integrate.link.kept_verdicts import KeptVerdicts
    from lakeindex.join.lake_tables import LakeTables
    from lakeindex.lake.found_relationships import FoundRelationships
    from lakeindex.lake_map.similar.table_vectors import TableVectors
    from lakeindex.search.feedback import Feedback
    from lakeindex.search.query_encoder import QueryEncoder

# A query of a lake's column needs neither DuckDB nor a model nor what builds an index: those are imported where they
# are used, and a cold query takes half the time.


_Part = TypeVar("_Part")


class part(cached_property[_Part]):  # noqa: N801 (a decorator, as cached_property is)
    """A part of an index, opened when it is first used, by one thread while others wait."""

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> part[_Part]: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> _Part: ...
    def __get__(self, instance: Any, owner: type[Any] | None = None) -> part[_Part] | _Part:
        if instance is None:
            return self
        with instance.lock:
            instance.require_open()
            opened: _Part = super().__get__(instance, owner)
            return opened


class OpenIndex:
    """One generation of an index, from beginning to end, and the settings that queries are answered with.

    Where these allow some tables only, no part of it tells that there are others. Safe for threads. A forked child
    opens every part again: the parent's threads, processes and locks aren't its own.
    """

    def __init__(self, generation: Generation, settings: Settings) -> None:
        self._generation = _moved(generation, settings.lake)
        self.settings = settings
        self.lock = threading.RLock()
        self.is_closed = False
        _all.add(self)

    def close(self) -> None:
        """Close everything that is open, end the processes that run SQL, and let a writer remove the generation."""
        with self.lock:
            self.is_closed = True
            opened = self._take_parts()
        for one in (opened.get("tables"), opened.get("catalog")):
            if one is not None:
                one.close()
        if self._generation.read_lock is not None:
            self._generation.read_lock.release()

    def require_open(self) -> None:
        """Raise LakeIndexError once the index was closed."""
        if self.is_closed:
            raise LakeIndexError("this lake is closed: open it again")

    @property
    def generation(self) -> Generation:
        """The generation that is open. Raises LakeIndexError once it was closed."""
        self.require_open()
        return self._generation

    def after_fork(self) -> None:
        """Forget the parent's parts, in a forked child."""
        self.lock = threading.RLock()
        _kept_for_the_parent.append(self._take_parts())

    def _take_parts(self) -> dict[str, Any]:
        """Return the parts that are open, which are opened again when they are used."""
        names = [name for name in self.__dict__ if isinstance(getattr(type(self), name, None), part)]
        return {name: self.__dict__.pop(name) for name in names}

    @part
    def searcher(self) -> Searcher:
        """The generation's indexes."""
        return Searcher.open(self.generation, self.settings.device, self.feedback_file, self.settings.allow)

    @part
    def reranking(self) -> RerankingSearcher:
        """The searcher with a cross-encoder behind it."""
        return RerankingSearcher(self.searcher, self.settings, self.generation)

    @part
    def table_vectors(self) -> TableVectors:
        """A vector a table, to find similar ones."""
        from lakeindex.lake_map.similar.table_vectors import TableVectors

        return TableVectors.of(self.searcher)

    @part
    def explainer(self) -> Explainer:
        """Explains scores."""
        return Explainer(self.searcher.directory, self.searcher.scorer.matcher)

    @part
    def verdicts(self) -> Feedback:
        """People's verdicts on pairs of columns."""
        from lakeindex.search.feedback import Feedback

        return Feedback(self.feedback_file, self.searcher.directory)

    @part
    def link_verdicts(self) -> KeptVerdicts:
        """People's verdicts on pairs of rows."""
        from lakeindex.integrate.link.kept_verdicts import KeptVerdicts
        from lakeindex.store.link_verdicts import LinkVerdictFile

        file, globs = LinkVerdictFile(Path(self.settings.index)), self.searcher.directory.globs
        return KeptVerdicts(file, globs, self.generation.manifest.settings, self.settings)

    @part
    def catalog(self) -> Catalog:
        """The generation's catalog."""
        from lakeindex.catalog.catalog import Catalog

        return Catalog.open(self.generation.folder / CATALOG, self.settings.memory)

    @part
    def tables(self) -> LakeTables:
        """The rows of the lake's tables, in DuckDB. Raises Refused where the index doesn't know their names."""
        self.require_names()
        from lakeindex.join.lake_tables import LakeTables

        return LakeTables(self.generation, self.catalog, self.searcher.directory, self.settings.memory)

    @part
    def relations(self) -> LakeRelations:
        """A DuckDB of this process in which tables of the lake are relations."""
        from lakeindex.catalog.lake_relations import LakeRelations

        return LakeRelations(self.settings.memory)

    @part
    def found_relationships(self) -> FoundRelationships:
        """The relationships of the lake that were asked for, which take seconds to find."""
        from lakeindex.lake.found_relationships import FoundRelationships

        return FoundRelationships()

    @part
    def model(self) -> QueryEncoder:
        """The model that the index was built with."""
        from lakeindex.search.query_encoder import QueryEncoder

        return QueryEncoder(self.generation, self.settings)

    @part
    def table_ids(self) -> list[TableId]:
        """The names of all tables that the caller may see, ascending, those without columns among them."""
        names = self.catalog.fetch("SELECT table_id FROM tables ORDER BY 1")[0].to_pylist()
        return [TableId(str(name)) for name in names if self.searcher.directory.globs.allow(str(name))]

    @property
    def is_restricted(self) -> bool:
        """Whether the caller may see some tables only."""
        return self.settings.allow is not None

    @property
    def shown_generation(self) -> Generation:
        """The generation as the caller may see it: of tables that are not allowed it tells neither number nor size."""
        if not self.is_restricted:
            return self.generation
        shown = replace(
            self.generation.manifest,
            tables=len(self.table_ids),
            columns=int(self.searcher.directory.visible_columns().sum()),
            failed=0,
            logical_hash="",
            artifacts={},
        )
        return replace(self.generation, manifest=shown)

    def why_no_rows(self) -> str:
        """Return why no rows can be read, and how to go on; nothing where the lake, or the index's copy, is there.

        Where names are hidden the lake makes no difference.
        """
        reason = why_unreachable(self.root) if self.has_names else ""
        return "" if reason and self.tables.keeps_rows else reason

    def require_rows(self) -> None:
        """Raise NotFound as `require_lake`, unless the index keeps a copy of the lake's rows."""
        if reason := self.why_no_rows():
            raise NotFound(reason)

    def require_allowed_file(self, path: Path) -> None:
        """Raise NotFound, as for a file that doesn't exist, for one that holds what isn't allowed.

        That is one of the lake's, or any of the index, which has copies of tables.
        """
        if not self.is_restricted or not path.exists():
            return
        file, lake = path.resolve(), self.root.resolve()
        is_allowed = not file.is_relative_to(Path(self.settings.index).resolve())
        if is_allowed and file.is_relative_to(lake):
            is_allowed = self.tables.is_allowed_file(file.relative_to(lake).as_posix())
        if not is_allowed:
            raise NotFound(f"no file {path}")

    def require_lake(self) -> None:
        """Raise NotFound, with the way out, where the lake's folder is not there or can't be read."""
        if reason := why_unreachable(self.root):
            raise NotFound(reason)

    @property
    def logical_hash(self) -> str:
        """The hash of the index's content, feedback on columns and rows included.

        Raises IndexDamaged when that can't be read, Refused where only some tables are allowed: it tells of all.
        """
        if self.is_restricted:
            raise Refused("the logical hash tells of all tables, of which only some are allowed here")
        return hash_with_verdicts(self.generation.manifest.logical_hash, Path(self.settings.index))

    @property
    def feedback_file(self) -> FeedbackFile:
        """The file of people's verdicts on pairs."""
        return FeedbackFile(Path(self.settings.index))

    @property
    def kept_values(self) -> RawValues:
        """What the index keeps of the values that stand in the cells."""
        return RawValues(self.generation.manifest.settings["limits"]["raw"])

    @property
    def has_names(self) -> bool:
        """Whether the index keeps the names of tables and columns, and not only hashes of them."""
        return Names(self.generation.manifest.settings["limits"]["names"]) is Names.PLAIN

    def require_names(self) -> None:
        """Raise Refused where the index keeps hashes in place of names, and so can't reach the rows of the lake."""
        if not self.has_names:
            raise Refused(
                "the index was built with names = hash: it answers which columns join, but doesn't know the files they "
                "are in; index the lake with --names plain to read and join its rows"
            )

    def known_as(self, column: ColumnId) -> ColumnId:
        """Return a column as the index calls it, given its name in the lake, or what the index calls it already.

        Raises StaleArtifact where the index's hashes have another key than is set.
        """
        if self.has_names:
            return column
        directory, hasher = self.searcher.directory, self.profile_limits.name_hasher
        assert hasher is not None
        table = next(filter(directory.has_table, map(TableId, (column.table, *hasher.tables(column.table)))), None)
        if table is None:
            return column
        names = {directory.id_of(key).name for key in directory.keys_of_table(table).tolist()}
        return ColumnId(table, column.name if column.name in names else hasher.column(column.name))

    @property
    def root(self) -> Path:
        """The lake's folder."""
        return Path(self.generation.manifest.lake)

    @property
    def profile_limits(self) -> ProfileLimits:
        """How much the index keeps of a column. Raises StaleArtifact where its hashes have another key than is set."""
        from lakeindex.config.index_settings import limits_built_with

        return limits_built_with(self.generation.manifest.settings, self.settings)

    @property
    def budget(self) -> int:
        """The pairs that a cross-encoder may score for a query; none where the index keeps no values."""
        if self.kept_values is not RawValues.SAMPLE:
            return 0  # of names alone a cross-encoder knows less than the matcher
        return pair_budget(self.settings.budget, self.settings.cross_encoder)


def _moved(generation: Generation, lake: str) -> Generation:
    """Return a generation that reads the lake's files in another folder. Raises NotFound where there is none."""
    if not lake:
        return generation
    folder = Path(lake).absolute()
    if not folder.is_dir():
        raise NotFound(f"there is no folder {lake}: --lake names the folder in which the lake's files are now")
    return replace(generation, manifest=replace(generation.manifest, lake=str(folder)))


_all: weakref.WeakSet[OpenIndex] = weakref.WeakSet()
_kept_for_the_parent: list[dict[str, Any]] = []
"""Never ended in a child: that would wait for threads which only the parent has."""


def _after_fork() -> None:
    for one in list(_all):
        one.after_fork()


os.register_at_fork(after_in_child=_after_fork)
