"""Read the keys that a lake declares, whichever way: no sidecar stops anything, and what can't be read is said."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lakeindex.catalog.directory import Directory
from lakeindex.errors import LakeIndexError
from lakeindex.lake_map.declared.csvw import is_csvw, read_csvw
from lakeindex.lake_map.declared.datapackage import DATA_PACKAGE, read_package
from lakeindex.lake_map.declared.declarations import Declarations, DeclaredKeys
from lakeindex.lake_map.declared.schema_sql import MOST_SQL_BYTES, SCHEMA_SQL, read_schema
from lakeindex.lake_map.declared.sidecars import Sidecar, find_sidecars
from lakeindex.types.lake import TableId

_MOST_BYTES = 16 << 20


def read_declared_keys(root: Path, directory: Directory, tables: Sequence[TableId] = ()) -> DeclaredKeys:
    """Read the sidecars of the folders of some tables, or all, and of those above, up to the lake's own."""
    found = Declarations(directory)
    for sidecar in find_sidecars(root, tables or directory.visible_tables(), lambda file: _reader_of(file) is not None):
        read = _reader_of(sidecar.file)
        assert read is not None
        try:
            read(sidecar, found)
        except (OSError, ValueError, RecursionError, LakeIndexError) as error:
            found.leave_out(f"{sidecar.name} is left out: {_reason(error)}")
    return found.known()


def _reader_of(file: str) -> Callable[[Sidecar, Declarations], None] | None:
    if file == DATA_PACKAGE:
        return lambda sidecar, found: read_package(sidecar, _json(sidecar), found)
    if is_csvw(file):
        return lambda sidecar, found: read_csvw(sidecar, _json(sidecar), found)
    if file == SCHEMA_SQL:
        return lambda sidecar, found: read_schema(sidecar, sidecar.read(MOST_SQL_BYTES).decode("utf-8-sig"), found)
    return None


def _json(sidecar: Sidecar) -> Any:
    return json.loads(sidecar.read(_MOST_BYTES))


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"it is no JSON (line {error.lineno}: {error.msg})"
    if isinstance(error, UnicodeDecodeError):
        return "it is no text in UTF-8"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error)
