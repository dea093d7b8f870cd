"""Globs over the names of tables, by which a caller's tables are chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np

from lakeindex.arrays.aliases import Flags


@dataclass(frozen=True, slots=True)
class TableGlobs:
    """The names of the tables that a caller may see: those that match any of some globs."""

    globs: tuple[str, ...] | None = None
    """`*` also stands for `/`; None for all tables, nothing for none."""

    @property
    def are_all(self) -> bool:
        """Whether the caller may see every table."""
        return self.globs is None

    def named(self) -> tuple[str, ...]:
        """Return texts that tell these globs from others, and from all tables."""
        return () if self.globs is None else ("allowed", *self.globs)

    def allow(self, name: str) -> bool:
        """Whether the caller may see a table of this name, should there be one."""
        return self.globs is None or any(fnmatchcase(name, glob) for glob in self.globs)

    def matches(self, names: Sequence[str]) -> Flags:
        """Return which of some tables the caller may see, (names,)."""
        return np.ones(len(names), bool) if self.globs is None else matching(names, self.globs)


ALL_TABLES = TableGlobs()


def matching(names: Sequence[str], globs: Sequence[str]) -> Flags:
    """Return which names match any of some globs, (names,)."""
    return np.array([any(fnmatchcase(name, glob) for glob in globs) for name in names], bool)
