"""The map's data, and the relationships of a table: found once for each generation and each set of verdicts."""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from lakeindex.lake import Lake
from lakeindex.lake_map.page.page_data import page_data
from lakeindex.open_index import OpenIndex
from lakeindex.types.lake import ColumnId, TableId

LEAST_PROBABILITY = 0.1
"""The map hides less probable ones by its slider."""
_LIKELY = 0.5
_PATIENCE = 1.0
"""Seconds that somebody waits for what somebody else looks for; then they ask again, so that others are answered."""


@dataclass(frozen=True, slots=True)
class FoundMap:
    """The relationships of a lake that are not unlikely, and all that the map shows, as JSON."""

    relationships: pa.Table
    json: str
    stamp: object
    """Of the verdicts that they were found with."""


@dataclass(slots=True)
class _Looking:
    """What is known of an open index; one looks for it while others wait."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    found: FoundMap | None = None


_known: weakref.WeakKeyDictionary[OpenIndex, _Looking] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def map_of(lake: Lake) -> FoundMap | None:
    """Return a lake's map, which takes a while the first time; None while it is looked for already."""
    opened = lake.opened
    with _lock:
        looking = _known.setdefault(opened, _Looking())
    if not looking.lock.acquire(timeout=_PATIENCE):
        return None
    try:
        stamp = opened.feedback_file.stamp()
        if looking.found is None or looking.found.stamp != stamp:
            relationships = lake.relationships(LEAST_PROBABILITY).to_arrow()
            tables = [str(table) for table in opened.table_ids]
            json = page_data(tables, opened.searcher.directory, relationships)
            looking.found = FoundMap(relationships, json, stamp)
        return looking.found
    finally:
        looking.lock.release()


@dataclass(frozen=True, slots=True)
class Reference:
    """A relationship as one of its tables sees it."""

    way: str
    own: ColumnId
    other: ColumnId
    probability: float
    cardinality: str
    method: str


def references_of(found: FoundMap, table: str) -> list[Reference]:
    """Return which tables a table refers to, and which refer to it, the most probable first; no unlikely ones."""
    rows = [row for row in found.relationships.to_pylist() if row["probability"] >= _LIKELY]
    references = [_reference(row, "refers to") for row in rows if row["child_table"] == table]
    references += [_reference(row, "is referred to by") for row in rows if row["parent_table"] == table]
    return sorted(references, key=lambda one: -one.probability)


def _reference(row: dict[str, Any], way: str) -> Reference:
    ends = [ColumnId(TableId(row[f"{end}_table"]), row[f"{end}_column"]) for end in ("child", "parent")]
    own, other = ends if way == "refers to" else reversed(ends)
    return Reference(way, own, other, row["probability"], row["cardinality"], row["method"])
