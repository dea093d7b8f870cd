"""lakeindex: what in this lake joins with this column, how, and can I trust it?"""

from __future__ import annotations

TYPE_CHECKING = False  # not from typing, which is slow to import

if TYPE_CHECKING:
    from lakeindex.config.settings import Settings
    from lakeindex.drift.broken_joins import WatchedJoins, WatchRules
    from lakeindex.join.kinds import AsOf
    from lakeindex.lake import Lake
    from lakeindex.search.answer import Answer
    from lakeindex.types.lake import ColumnId, TableId
    from lakeindex.types.matches import Match

__all__ = ["Answer", "AsOf", "ColumnId", "Lake", "Match", "Settings", "TableId", "WatchRules", "WatchedJoins"]

_HOMES = {
    "Answer": "lakeindex.search.answer",
    "AsOf": "lakeindex.join.kinds",
    "ColumnId": "lakeindex.types.lake",
    "Lake": "lakeindex.lake",
    "Match": "lakeindex.types.matches",
    "Settings": "lakeindex.config.settings",
    "TableId": "lakeindex.types.lake",
    "WatchRules": "lakeindex.drift.broken_joins",
    "WatchedJoins": "lakeindex.drift.broken_joins",
}


def __getattr__(name: str) -> object:
    # Imported on first use: `lakeindex --help` and `import lakeindex` stay light.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
