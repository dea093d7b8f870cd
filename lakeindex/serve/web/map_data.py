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


@dataclass(slots=True)
class _Found:
    """The relationships of an open index; whoever asks while they are looked for waits."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    stamp: object = None
    relationships: pa.Table | None = None


_found: weakref.WeakKeyDictionary[OpenIndex, _Found] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def relationships_of(lake: Lake) -> pa.Table:
    """Return the relationships that are not unlikely; those of an open lake are kept until there is a new verdict."""
    opened = lake.opened
    with _lock:
        found = _found.setdefault(opened, _Found())
    with found.lock:
        stamp = opened.feedback_file.stamp()
        if found.relationships is None or found.stamp != stamp:
            found.relationships = lake.relationships(LEAST_PROBABILITY).to_arrow()
            found.stamp = stamp
        return found.relationships


def map_json(lake: Lake) -> str:
    """Return what the map shows, as JSON."""
    tables = [str(table) for table in lake.opened.table_ids]
    return page_data(tables, lake.opened.searcher.directory, relationships_of(lake))


@dataclass(frozen=True, slots=True)
class Reference:
    """A relationship as one of its tables sees it."""

    way: str
    own: ColumnId
    other: ColumnId
    probability: float
    cardinality: str
    method: str


def references_of(lake: Lake, table: str) -> list[Reference]:
    """Return which tables a table refers to, and which refer to it, the most probable first; no unlikely ones."""
    rows = [row for row in relationships_of(lake).to_pylist() if row["probability"] >= _LIKELY]
    found = [_reference(row, "refers to") for row in rows if row["child_table"] == table]
    found += [_reference(row, "is referred to by") for row in rows if row["parent_table"] == table]
    return sorted(found, key=lambda one: -one.probability)


def _reference(row: dict[str, Any], way: str) -> Reference:
    ends = [ColumnId(TableId(row[f"{end}_table"]), row[f"{end}_column"]) for end in ("child", "parent")]
    own, other = ends if way == "refers to" else reversed(ends)
    return Reference(way, own, other, row["probability"], row["cardinality"], row["method"])
