"""Forget tables: publish the current generation without them, and remove everything else that may hold of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from lakeindex.build.build_index import Build, Calibrate
from lakeindex.build.previous_generation import PreviousGeneration
from lakeindex.build.republish import build_like, republish
from lakeindex.catalog.catalog import Catalog
from lakeindex.catalog.database import storing
from lakeindex.catalog.directory import Directory
from lakeindex.config.index_settings import limits_built_with
from lakeindex.config.settings import Settings
from lakeindex.errors import IndexDamaged, IndexUnusable, LakeIndexError
from lakeindex.files.user_folders import cache_slot
from lakeindex.store.generations import GENERATIONS, Generation, numbers_in, open_current, open_generation
from lakeindex.store.layout import CATALOG, STAGING
from lakeindex.store.publishing import remove_generations, writing
from lakeindex.store.sandbox_check import require_sandbox_checked
from lakeindex.store.staging import Staging
from lakeindex.store.verdict_files import forget_verdicts, tables_with_verdicts
from lakeindex.types.lake import TableId
from lakeindex.types.reports import FileOutcome, Progress


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was removed of some tables."""

    tables: tuple[TableId, ...]
    generation: Generation
    """The one that answers now."""
    removed: tuple[int, ...]
    """Generations that were removed."""
    still_read: tuple[int, ...]
    """Generations that may hold the tables, but that somebody reads: they stay until they are forgotten again."""
    verdicts: int
    """Verdicts on columns and rows of the tables, which are removed, too."""


def forget_tables(
    index: Path, names: Sequence[str], settings: Settings, progress: Progress, calibrate: Calibrate
) -> Forgotten:
    """Remove what is kept of tables, given by name or by a glob in which `*` also stands for `/`.

    Where the index has hashes for names, a name stands for its hash, and a glob for the hashes that are like it.
    Neither the lake nor a model is needed. All other generations are removed: under which names they hold the tables
    can't be told. Raises NotFound, with the nearest names, where a name stands for no table: nothing has changed then.
    """
    require_sandbox_checked(index, open_current(index))  # what can't answer is not written to
    with writing(index) as folder, storing(f"the index in {index}"):
        generation = open_current(index)
        current = _names_in(generation, settings.memory)
        tables = _chosen(names, current | _names_elsewhere(index, generation, settings.memory), generation, settings)
        Staging(index / STAGING).drop()
        before = set(numbers_in(index))
        if generation.read_lock is not None:
            generation.read_lock.release()
        if not tables.isdisjoint(current):
            build = build_like(generation, index, folder, replace(settings, keep=0), progress, calibrate)
            generation = _publish_without(build, tables)
        verdicts = forget_verdicts(index, tables)
        _remove_described_pairs(index)
        remove_generations(index, before - {generation.number})
    still_read = _left_beside(index, generation.number)
    removed = before - still_read - {generation.number}
    return Forgotten(tuple(sorted(tables)), generation, tuple(sorted(removed)), tuple(sorted(still_read)), verdicts)


def _publish_without(build: Build, tables: Collection[TableId]) -> Generation:
    previous = PreviousGeneration.open(build.index, build.planned, build.settings.memory)
    if previous is None:
        raise IndexDamaged(f"{build.index} was written to by somebody else meanwhile; run the command again")
    return republish(build, replace(previous, files=_without(previous.files, tables), left_out=tables))


def _without(files: Mapping[str, FileOutcome], tables: Collection[TableId]) -> dict[str, FileOutcome]:
    """Return the outcomes of files without some tables; files that had no others are gone."""
    kept = {
        path: replace(outcome, tables=tuple(table for table in outcome.tables if table.id not in tables))
        for path, outcome in files.items()
    }
    return {path: outcome for path, outcome in kept.items() if outcome.tables or not files[path].tables}


def _names_in(generation: Generation, memory: str) -> set[TableId]:
    with closing(Catalog.open(generation.folder / CATALOG, memory)) as catalog:
        return set(catalog.table_names())


def _names_elsewhere(index: Path, current: Generation, memory: str) -> set[TableId]:
    """Return the names of tables in other generations, as far as these can be read, and of those with verdicts."""
    names = tables_with_verdicts(index)
    for number in set(numbers_in(index)) - {current.number}:
        with suppress(IndexUnusable):  # it is removed unread
            generation = open_generation(index, number)
            require_sandbox_checked(index, generation)
            names |= _names_in(generation, memory)
    return names


def _chosen(
    names: Sequence[str], known: Collection[TableId], generation: Generation, settings: Settings
) -> set[TableId]:
    chosen: set[TableId] = set()
    for name in names:
        found = {TableId(name)} & set(known) or {table for table in known if fnmatchcase(table, name)}
        found = found or set(_hidden(name, generation, settings)) & set(known)
        if not found:
            Directory.open(generation.folder).keys_of_table(TableId(name))  # raises NotFound
        chosen |= found
    return chosen


def _hidden(name: str, generation: Generation, settings: Settings) -> Iterator[TableId]:
    """Yield what a generation may call a table. Raises StaleArtifact where it hides names under another key."""
    hasher = limits_built_with(generation.manifest.settings, settings).name_hasher
    yield from () if hasher is None else map(TableId, hasher.tables(name))


def _remove_described_pairs(index: Path) -> None:
    """Remove this user's cache of what pairs with verdicts look like."""
    with suppress(RuntimeError):
        path = cache_slot("feedback", index.resolve())
        for cached in path.parent.glob(f"{path.name}*"):
            cached.unlink()


def _left_beside(index: Path, current: int) -> set[int]:
    """Return the numbers of generations that somebody reads. Raises LakeIndexError for files that can't be removed."""
    names = {path.name for path in (index / GENERATIONS).iterdir()} - {str(current)}
    if stuck := sorted(name for name in names if not name.isdecimal()):
        raise LakeIndexError(
            f"{index / GENERATIONS / stuck[0]} can't be removed, and may hold what is to be forgotten: remove it"
        )
    return {int(name) for name in names}
