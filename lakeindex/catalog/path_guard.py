"""The path guard: an index may name files of the lake and copies of its own, and no others, whoever wrote it."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from lakeindex.errors import IndexDamaged, UnreadableTable

SQL_TYPES = frozenset(
    {"BOOLEAN", "BIGINT", "DOUBLE", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "VARCHAR", "UUID", "BLOB"}
)
"""Types of columns that an index may name: they are inserted into SQL as they are."""

_COPY = re.compile(r"[0-9a-f]{24}\.parquet")


def lake_path(root: Path, name: str) -> Path:
    """Return the path of a file of the lake from its name. Raises IndexDamaged when that is outside the lake."""
    parts = name.split("/")
    if not name or PurePosixPath(name).is_absolute() or "\0" in name or {"", ".", ".."} & set(parts):
        raise IndexDamaged(f"the index names a file {name!r}, which is none of the lake's; build the index again")
    return root / name


def copy_path(copies: Path, name: str) -> Path | None:
    """Return the path of a table's copy, None where it has none. Raises IndexDamaged when that is elsewhere."""
    if not name:
        return None
    if not _COPY.fullmatch(name):
        raise IndexDamaged(f"the index names a copy {name!r}, which is none of its own; build the index again")
    return copies / name


def require_inside(path: Path, root: Path) -> None:
    """Raise UnreadableTable when a file of the lake has become a link to outside it."""
    if not path.resolve().is_relative_to(root.resolve()):
        raise UnreadableTable(f"{path} is a link that leaves the lake now; index the lake again")
