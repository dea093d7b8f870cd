"""Read a file through its connector, to show how lakeindex understands it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from lakeindex.catalog.path_guard import lake_path, require_inside
from lakeindex.config.index_settings import read_limits_of
from lakeindex.config.settings import Settings
from lakeindex.errors import NotFound, UnreadableTable
from lakeindex.plugins import find_connectors, known_suffixes
from lakeindex.profile.parts.find_parts import find_parts
from lakeindex.profile.parts.parts_connector import reader_of
from lakeindex.types.lake import Header, LakeFile, ReadOptions, Rows, SourceTable
from lakeindex.types.layouts import Parts


@dataclass(frozen=True, slots=True)
class ReadRows:
    """A table's rows, to be read once."""

    schema: pa.Schema
    rows: Rows
    has_notes: bool = True
    """Whether the connector's notes may be read: of a file of several tables they tell of all of them."""

    @property
    def batches(self) -> Iterator[pa.RecordBatch]:
        """Return the rows, batch by batch."""
        return self.rows.batches

    @property
    def notes(self) -> list[str]:
        """Return the connector's notes on the table; complete when the batches are exhausted."""
        rejected = self.rows.rejected
        notes = self.rows.notes if self.has_notes else []
        return [*notes, *([f"{rejected} rows fit no layout and were left out"] if rejected else [])]


def read_file(
    path: Path,
    settings: Settings,
    name: str | None = None,
    table: str | None = None,
    only_certain_names: bool = False,
) -> ReadRows:
    """Read a file's only table, or the one named; `name` is the name of the file in the lake.

    With `only_certain_names` columns are called as in an index that keeps no values.
    Raises NotFound for a table that isn't there, UnreadableTable when the file can't be read.
    """
    facts = path.stat()
    limit = read_limits_of(settings).output_for(facts.st_size)
    file = LakeFile(path.resolve(), name or path.name, facts.st_size, facts.st_mtime_ns, limit)
    return _read(file, settings, table, only_certain_names)


def read_parts(root: Path, paths: Sequence[str], settings: Settings, table: str, only_certain_names: bool) -> ReadRows:
    """Read a table of files that are read together; `paths` are those of its files below the lake's root.

    Raises NotFound where none of them is there, or they make up no such table any more.
    """
    there = [_found(root, path) for path in paths if lake_path(root, path).is_file()]
    found = find_parts(there, root, Parts(settings.parts), find_connectors)[0]
    file = next((one for one in found if one.parts), None)
    if file is None:
        raise NotFound(f"the files of {table} are gone, or no one table any more; index the lake again")
    file = replace(file, output_limit=read_limits_of(settings).output_for(file.size))
    return _read(file, settings, table, only_certain_names)


def _found(root: Path, name: str) -> LakeFile:
    path = lake_path(root, name)
    require_inside(path, root)
    facts = path.stat()
    return LakeFile(path.resolve(), name, facts.st_size, facts.st_mtime_ns)


def _read(file: LakeFile, settings: Settings, table: str | None, only_certain_names: bool) -> ReadRows:
    connectors = find_connectors()
    _, connector = reader_of(file, connectors)
    if connector is None:
        raise UnreadableTable(f"no connector reads {file.path} (known: {known_suffixes(connectors)})")
    options = ReadOptions(header=Header(settings.header), only_certain_names=only_certain_names)
    chosen = _choose(connector.tables(file, options), file.path, table)
    return ReadRows(chosen.schema, connector.read(file, chosen, options))


def member_of_archive(path: Path) -> tuple[Path, str] | None:
    """Return the file that a path leads through, and the table inside: `archive.zip/member.csv`; None where none is."""
    archive = next((parent for parent in path.parents if parent.is_file()), None)
    return None if archive is None else (archive, f"{archive.name}/{path.relative_to(archive).as_posix()}")


def _choose(tables: Sequence[SourceTable], path: Path, table: str | None) -> SourceTable:
    wanted = [one for one in tables if table is None or one.id == table]
    if len(wanted) != 1:
        names = ", ".join(repr(str(one.id)) for one in tables)
        raise NotFound(f"{path} holds {len(tables)} tables, name one of them: {names}")
    return wanted[0]
