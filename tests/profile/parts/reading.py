"""Read the files of a folder together, as a worker does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from lakeindex.plugins import find_connectors
from lakeindex.profile.parts.find_parts import find_parts
from lakeindex.profile.parts.parts_connector import PartsConnector
from lakeindex.profile.walk import walk
from lakeindex.types.lake import LakeFile, ReadOptions
from lakeindex.types.layouts import Parts

OPTIONS = ReadOptions()


def together(root: Path, name: str) -> LakeFile:
    """Return the files of a lake that go by a name."""
    files = [one for one in walk(root, root / "index") if isinstance(one, LakeFile)]
    (found,) = (one for one in find_parts(files, root, Parts.AUTO, find_connectors)[0] if one.name == name)
    return found


def read_all(file: LakeFile) -> tuple[PartsConnector, dict[str, list[dict[str, Any]]]]:
    """Return the rows of every table, and the connector that read them."""
    connector = PartsConnector(find_connectors())
    rows: dict[str, list[dict[str, Any]]] = {}
    for table in connector.tables(file, OPTIONS):
        batches = list(connector.read(file, table, OPTIONS).batches)
        assert all(batch.schema == table.schema for batch in batches)
        rows[table.id] = pa.Table.from_batches(batches, table.schema).to_pylist()
    return connector, rows


def statuses(connector: PartsConnector, file: LakeFile) -> dict[str, str]:
    """Return what became of each file, and why."""
    return {one.path: f"{one.status} {one.reason}".strip() for one in connector.outcomes(file)}
