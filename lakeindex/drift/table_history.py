"""The history of tables between two generations of an index: which changed, and which have another name now."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from lakeindex.catalog.catalog import Catalog
from lakeindex.catalog.table_globs import ALL_TABLES, TableGlobs
from lakeindex.store.generations import Generation
from lakeindex.store.layout import CATALOG
from lakeindex.types.lake import TableId
from lakeindex.types.reports import FileStatus

_TABLES = "SELECT table_id, file, content_hash FROM tables JOIN files ON path = file ORDER BY table_id"
_FAILED = f"SELECT path FROM files WHERE status = '{FileStatus.FAILED}'"
_WITHOUT_EFFECT_ON_VALUES = ("limits", "text", "model", "max_tokens", "layers", "dims", "materialize")
"""Settings that decide what is kept of values, not which values there are."""


@dataclass(frozen=True, slots=True)
class TableHistory:
    """The tables of an earlier generation, compared with a later one."""

    changed: tuple[TableId, ...]
    """Those whose file has changed, is gone, or is read with other settings; ascending."""
    names: Mapping[TableId, TableId]
    """The present names of tables whose file was renamed and not changed."""
    unreadable: frozenset[TableId]
    """Those whose file is still there but can't be read any more."""

    @classmethod
    def between(cls, before: Generation, now: Generation, memory: str, globs: TableGlobs = ALL_TABLES) -> TableHistory:
        """Compare the files of two generations by the hash of their content; only tables of `globs` are there."""
        earlier, _ = _read(before, memory, globs)
        later, failed = _read(now, memory, globs)
        hashes = {file: content for _, file, content in _rows(later)}
        files = {content: file for file, content in sorted(hashes.items(), reverse=True) if content}
        names: dict[TableId, TableId] = {}
        changed: list[TableId] = []
        for table, file, content in _rows(earlier):
            if file not in hashes and file not in failed and content in files:
                # The name of a part of a file starts with the file's name.
                names[table] = TableId(files[content] + table.removeprefix(file))
            elif hashes.get(file) != content:
                changed.append(table)
        if _read_settings(before) != _read_settings(now):
            # Read with other settings, the same file can be another table.
            changed = [table for table, _, _ in _rows(earlier)]
        return cls(tuple(changed), names, frozenset(table for table, file, _ in _rows(earlier) if file in failed))

    def name_now(self, table: TableId) -> TableId:
        """Return the present name of a table of the earlier generation, if it is still there."""
        return self.names.get(table, table)


def _read_settings(generation: Generation) -> dict[str, Any]:
    """Return the settings that decide which tables and values there are."""
    return {
        name: value for name, value in generation.manifest.settings.items() if name not in _WITHOUT_EFFECT_ON_VALUES
    }


def _read(generation: Generation, memory: str, globs: TableGlobs) -> tuple[pa.Table, frozenset[str]]:
    with closing(Catalog.open(generation.folder / CATALOG, memory)) as catalog:
        tables = catalog.fetch(_TABLES)
        is_visible = globs.matches([str(name) for name in tables["table_id"].to_pylist()])
        tables = tables.filter(pa.array(is_visible, pa.bool_()))
        return tables, frozenset(map(str, catalog.fetch(_FAILED)["path"].to_pylist()))


def _rows(tables: pa.Table) -> list[tuple[TableId, str, str]]:
    table_ids, files, hashes = (tables[name].to_pylist() for name in ("table_id", "file", "content_hash"))
    return [
        (TableId(str(table)), str(file), str(content))
        for table, file, content in zip(table_ids, files, hashes, strict=True)
    ]
