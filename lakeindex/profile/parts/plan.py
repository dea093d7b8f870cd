"""What to read of the files that are read together: which hold rows, and which values their names or a log give."""

from __future__ import annotations

from collections.abc import Mapping
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
