"""What files, tables and columns are called in an index: as in the lake, or by keyed hashes of their names.

Only a running build knows which name a hash is of. Its workers and its report have the names, the index and the staging
have the hashes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from lakeindex.hashing.name_hasher import NameHasher
from lakeindex.index.hidden_names import with_hidden_names
from lakeindex.profile.workers.work_units import WorkUnit
from lakeindex.types.lake import LakeFile, TableId
from lakeindex.types.reports import (
    FileOutcome,
    FileStatus,
    PartOfTable,
    PartOutcome,
    ReadTable,
    reason_of_hidden_parts,
)


@dataclass(frozen=True, slots=True)
class LakeNames:
    """The names of one lake as a build sees them."""

    hasher: NameHasher | None
    """None where names are kept."""
    _paths: dict[str, str] = field(default_factory=dict)
    """The path of each file that was hidden, by what it is called in the index."""

    def hide_files(self, files: Iterable[LakeFile]) -> list[LakeFile]:
        """Return files as the index calls them."""
        if self.hasher is None:
            return list(files)
        return [self._renamed(file, self._hidden) for file in files]

    def show_files(self, files: Iterable[LakeFile]) -> list[LakeFile]:
        """Return files under their own names, for those who read them."""
        if self.hasher is None:
            return list(files)
        return [self._renamed(file, self._shown) for file in files]

    def hide_outcomes(self, outcomes: Iterable[FileOutcome]) -> list[FileOutcome]:
        """Return what became of files as the index may tell it: names and what may quote names are left out."""
        if self.hasher is None:
            return list(outcomes)
        return [
            replace(
                one,
                path=self._hidden(one.path),
                reason=one.reason if one.status is FileStatus.SKIPPED else reason_of_hidden_parts(one.reason),
                tables=tuple(self._hidden_table(table, one.path) for table in one.tables),
                parts=tuple(self._hidden_part(part, one.path) for part in one.parts),
            )
            for one in outcomes
        ]

    def show_outcomes(self, outcomes: Iterable[FileOutcome]) -> list[FileOutcome]:
        """Return what became of files under their own names, in the order of these: the report says which is which."""
        return sorted((replace(one, path=self._shown(one.path)) for one in outcomes), key=lambda one: one.path)

    def hide_unit(self, unit: WorkUnit) -> WorkUnit:
        """Return what a worker read as the index may keep it."""
        if self.hasher is None:
            return unit
        outcomes = tuple(self.hide_outcomes(unit.outcomes))
        if unit.records is None:
            return WorkUnit(outcomes, None)
        tables = {
            table.id: hidden.id
            for shown, outcome in zip(unit.outcomes, outcomes, strict=True)
            for table, hidden in zip(shown.tables, outcome.tables, strict=True)
        }
        return WorkUnit(outcomes, with_hidden_names(unit.records, tables, self.hasher))

    def _hidden_table(self, table: ReadTable, path: str) -> ReadTable:
        assert self.hasher is not None
        return replace(table, id=self._hidden_id(table.id, path), settings=(), notes=())

    def _hidden_id(self, table: str, path: str) -> TableId:
        assert self.hasher is not None
        return TableId(self.hasher.table(table, path) if table.startswith(path) else self.hasher.file(table))

    def _hidden_part(self, part: PartOutcome, path: str) -> PartOutcome:
        """Return what became of a part without what may quote a name or a value: columns, keys and reasons."""
        tables = tuple(
            PartOfTable(self._hidden_id(one.table, path), one.token, one.rows, one.rejected) for one in part.tables
        )
        is_told = part.status is FileStatus.SKIPPED
        return PartOutcome(
            self._hidden(part.path),
            part.status,
            part.reason if is_told else reason_of_hidden_parts(part.reason),
            tables,
        )

    def _renamed(self, file: LakeFile, rename: Callable[[str], str]) -> LakeFile:
        parts = tuple(replace(part, name=rename(part.name)) for part in file.parts)
        unreadable = tuple((rename(path), reason) for path, reason in file.unreadable)
        return replace(file, name=rename(file.name), parts=parts, unreadable=unreadable)

    def _hidden(self, path: str) -> str:
        if self.hasher is None:
            return path
        hidden = self.hasher.file(path)
        self._paths[hidden] = path
        return hidden

    def _shown(self, path: str) -> str:
        return self._paths.get(path, path)
