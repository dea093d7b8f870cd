"""Follow tables from one generation of an index to a later one: which changed, which go by another name now."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from lakeindex.catalog.catalog import Catalog
from lakeindex.store.generations import Generation
from lakeindex.store.layout import CATALOG
from lakeindex.types.lake import TableId
from lakeindex.types.reports import FileStatus

_TABLES = "SELECT table_id, file, content_hash FROM tables JOIN files ON path = file ORDER BY table_id"
_FAILED = f"SELECT path FROM files WHERE status = '{FileStatus.FAILED}'"
_NOT_OF_READING = ("limits", "text", "model", "max_tokens", "layers", "dims", "materialize")
"""Settings that decide what is kept of values, not which there are."""


@dataclass(frozen=True, slots=True)
class FollowedTables:
    """The tables of an earlier generation, and what became of them."""

    changed: tuple[TableId, ...]
    """Those whose file has another content now, is gone, or is read with other settings; ascending."""
    names: Mapping[TableId, TableId]
    """What tables are called now whose file was renamed and not changed."""
    unreadable: frozenset[TableId]
    """Those whose file is there and can't be read any more."""

    @classmethod
    def between(cls, before: Generation, now: Generation, memory: str) -> FollowedTables:
        """Compare the files of two generations by the hash of their content."""
        was, _ = _read(before, memory)
        became, failed = _read(now, memory)
        hashes = {file: content for _, file, content in _rows(became)}
        files = {content: file for file, content in sorted(hashes.items(), reverse=True) if content}
        names: dict[TableId, TableId] = {}
        changed: list[TableId] = []
        for table, file, content in _rows(was):
            if file not in hashes and file not in failed and content in files:
                # A part of a file goes by the file's name and its own.
                names[table] = TableId(files[content] + table.removeprefix(file))
            elif hashes.get(file) != content:
                changed.append(table)
        if _reading(before) != _reading(now):
            # Read in another way, the same file can be another table.
            changed = [table for table, _, _ in _rows(was)]
        return cls(tuple(changed), names, frozenset(table for table, file, _ in _rows(was) if file in failed))

    def name_now(self, table: TableId) -> TableId:
        """Return what a table of the earlier generation is called now, if it is still there."""
        return self.names.get(table, table)


def _reading(generation: Generation) -> dict[str, Any]:
    """Return the settings that decide which tables and values there are."""
    return {name: value for name, value in generation.manifest.settings.items() if name not in _NOT_OF_READING}


def _read(generation: Generation, memory: str) -> tuple[pa.Table, frozenset[str]]:
    with closing(Catalog.open(generation.folder / CATALOG, memory)) as catalog:
        return catalog.fetch(_TABLES), frozenset(map(str, catalog.fetch(_FAILED)["path"].to_pylist()))


def _rows(tables: pa.Table) -> list[tuple[TableId, str, str]]:
    table_ids, files, hashes = (tables[name].to_pylist() for name in ("table_id", "file", "content_hash"))
    return [
        (TableId(str(table)), str(file), str(content))
        for table, file, content in zip(table_ids, files, hashes, strict=True)
    ]
