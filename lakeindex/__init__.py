"""lakeindex: what in this lake joins with this column, how, and can I trust it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lakeindex.answer import Answer
    from lakeindex.broken_joins import WatchedJoins, WatchRules
    from lakeindex.config import Settings
    from lakeindex.integrate.join_kinds import AsOf
    from lakeindex.lake import Lake
    from lakeindex.types import ColumnId, Match, TableId

__all__ = ["Answer", "AsOf", "ColumnId", "Lake", "Match", "Settings", "TableId", "WatchRules", "WatchedJoins"]

_HOMES = {
    "Answer": "lakeindex.answer",
    "AsOf": "lakeindex.integrate.join_kinds",
    "ColumnId": "lakeindex.types",
    "Lake": "lakeindex.lake",
    "Match": "lakeindex.types",
    "Settings": "lakeindex.config",
    "TableId": "lakeindex.types",
    "WatchRules": "lakeindex.broken_joins",
    "WatchedJoins": "lakeindex.broken_joins",
}


def __getattr__(name: str) -> object:
    # Imported on first use: `lakeindex --help` and `import lakeindex` stay light.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
