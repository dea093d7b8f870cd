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
class DeclaredKeys:
    """The foreign keys that a lake declares, and what couldn't be read of them."""

    foreign: tuple[DeclaredKey, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Declarations:
    """What was read so far."""

    directory: Directory
    foreign: dict[DeclaredKey, None] = field(default_factory=dict)
    """In their order, each once."""
    remarks: list[str] = field(default_factory=list)

    def add(self, child: Sequence[ColumnId], parent: Sequence[ColumnId], where: str, what: str) -> None:
        """Add a key by the columns that were found in the lake, none where one wasn't; `what` describes it."""
        if child and len(child) == len(parent):
            self.foreign[DeclaredKey(tuple(child), tuple(parent))] = None
        elif self.directory.globs.are_all:  # otherwise it may name what the caller may not see
            self.remarks.append(f"{where} declares a key that fits no columns of the lake: {what}")

    def leave_out(self, where: str, reason: str) -> None:
        """Say that a sidecar wasn't read."""
        self.remarks.append(f"{where} is left out: {reason}")

    def columns(self, table: TableId | None, names: Sequence[str]) -> tuple[ColumnId, ...]:
        """Return columns of a table by name, none unless all of them are there."""
        found = tuple(ColumnId(table, name) for name in names) if table else ()
        return found if all(self.directory.has_column(one) for one in found) else ()

    def known(self) -> DeclaredKeys:
        """Return what is declared, and the first remarks."""
        more = len(self.remarks) - _MOST_REMARKS
        shown = [*self.remarks[:_MOST_REMARKS], *([f"and {more:,} more"] if more > 0 else [])]
        return DeclaredKeys(tuple(self.foreign), tuple(shown))
