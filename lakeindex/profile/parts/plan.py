"""What to read of the files that are read together: which hold rows, and which values their names or a log give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from lakeindex.types.lake import LakeFile


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """A file with rows of the table."""

    file: LakeFile
    keys: Mapping[str, str | None] = field(default_factory=dict)
    """Values of columns, the same in all its rows, that it need not hold itself."""
    names: Mapping[str, str] | None = None
    """What the table calls the file's columns, by their names in the file; those that are left out are none of the
    table's. None where it calls them as the file does."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The files of a table that hold its rows, and the others."""

    parts: tuple[PlannedPart, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Why other files are not read, by their paths."""
    failed: Mapping[str, str] = field(default_factory=dict)
    """Why files that should be read can't be, by their paths."""
    schema: pa.Schema | None = None
    """The columns that a log declares; None where the files do."""
    keep_apart: bool = False
    """Whether files whose columns don't agree are tables of their own."""


@dataclass(slots=True)
class LoggedFiles:
    """The files of a folder, of which a log names those that hold rows."""

    file: LakeFile
    """The folder, as it is read."""
    files: Mapping[str, LakeFile]
    """Its files by their paths in it."""
    log: str
    """The folder of the log."""
    called: tuple[str, str, str]
    """What the log is of, what it is called and what of it counts: "Delta table", "log", "current version"."""
    _parts: list[PlannedPart] = field(default_factory=list)
    _failed: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, plan: Callable[[LakeFile], PlannedPart]) -> None:
        """Add a file that the log names; `plan` says how it is read."""
        if name in self.files:
            self._parts.append(plan(self.files[name]))
        else:
            self._failed[self.file.folder + name] = f"it is in the {self._current}, and not in its folder"

    def plan(self, schema: pa.Schema) -> Plan:
        """Return what to read, with the columns that the log declares."""
        read = {part.file.name for part in self._parts}
        left_out = {part.name: self._why_left_out(name) for name, part in self.files.items() if part.name not in read}
        return Plan(tuple(sorted(self._parts, key=lambda part: part.file.name)), left_out, self._failed, schema)

    def _why_left_out(self, name: str) -> str:
        if name.startswith(f"{self.log}/"):
            return f"of the {self.called[0]}'s {self.called[1]}, no table"
        return f"not in the {self._current}"

    @property
    def _current(self) -> str:
        return f"{self.called[0]}'s {self.called[2]}"
