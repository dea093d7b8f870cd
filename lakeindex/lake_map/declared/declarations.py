"""Gather what sidecars declare: a key counts where all its columns are in the lake; all else leaves a remark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lakeindex.catalog.directory import Directory
from lakeindex.types.lake import ColumnId, TableId

_MOST_REMARKS = 5


@dataclass(frozen=True, slots=True)
class DeclaredKey:
    """A foreign key that a lake declares."""

    child: tuple[ColumnId, ...]
    parent: tuple[ColumnId, ...]


@dataclass(frozen=True, slots=True)
class DeclaredUnique:
    """Columns of a table that a lake declares to be a key of it."""

    columns: tuple[ColumnId, ...]
    is_primary: bool
    where: str
    """The sidecar."""


@dataclass(frozen=True, slots=True)
class DeclaredKeys:
    """The keys that a lake declares, and what couldn't be read of them."""

    foreign: tuple[DeclaredKey, ...] = ()
    remarks: tuple[str, ...] = ()
    """On the foreign ones."""
    unique: tuple[DeclaredUnique, ...] = ()
    left_out: tuple[str, ...] = ()
    """What wasn't read at all, and keys of a table by columns that it hasn't."""


@dataclass(frozen=True, slots=True)
class Declarations:
    """What was read so far."""

    directory: Directory
    foreign: dict[DeclaredKey, None] = field(default_factory=dict)
    """In their order, each once."""
    unique: dict[DeclaredUnique, None] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def add(self, child: Sequence[ColumnId], parent: Sequence[ColumnId], where: str, what: str) -> None:
        """Add a key by the columns that were found in the lake, none where one wasn't; `what` describes it."""
        if child and len(child) == len(parent):
            self.foreign[DeclaredKey(tuple(child), tuple(parent))] = None
        elif self.directory.globs.are_all:  # otherwise it may name what the caller may not see
            self.remarks.append(f"{where} declares a key that fits no columns of the lake: {what}")

    def add_unique(self, table: TableId | None, names: Sequence[str], is_primary: bool, where: str) -> None:
        """Add a key of a table of the lake by the names of its columns."""
        columns = self.columns(table, names)
        if columns:
            self.unique[DeclaredUnique(columns, is_primary, where)] = None
        elif table is not None and names and self.directory.has_table(table):
            self.left_out.append(f"{where} declares a key of {table} by columns that it hasn't: {', '.join(names)}")

    def leave_out(self, reason: str) -> None:
        """Say in a sentence that something wasn't read."""
        self.remarks.append(reason)
        self.left_out.append(reason)

    def columns(self, table: TableId | None, names: Sequence[str]) -> tuple[ColumnId, ...]:
        """Return columns of a table by name, none unless all of them are there."""
        found = tuple(ColumnId(table, name) for name in names) if table else ()
        return found if all(self.directory.has_column(one) for one in found) else ()

    def known(self) -> DeclaredKeys:
        """Return what is declared, and the first remarks."""
        return DeclaredKeys(tuple(self.foreign), _first(self.remarks), tuple(self.unique), _first(self.left_out))


def _first(remarks: Sequence[str]) -> tuple[str, ...]:
    more = len(remarks) - _MOST_REMARKS
    return (*remarks[:_MOST_REMARKS], *([f"and {more:,} more"] if more > 0 else []))
