"""Whether DuckDB can read a table in many files as it is read here."""

from __future__ import annotations

from collections.abc import Collection

from lakeindex.profile.parts.union_schema import UnionSchema
from lakeindex.types.lake import LakeFile, Scan
from lakeindex.types.reports import PartOfTable

_FUNCTIONS = ("read_csv", "read_parquet")
_NUMBER_OF_FILE = "file_index"
"""DuckDB's own column with the number of a file: a column of the table hides it."""


def common_scan(union: UnionSchema, parts: Collection[PartOfTable], files: Collection[LakeFile]) -> Scan | None:
    """Return a scan of the function that reads all parts; None where DuckDB can't, and the table needs a copy."""
    functions = {part.scan.function if part.scan else "" for part in parts}
    is_hidden = bool(union.keys) and any(name.lower() == _NUMBER_OF_FILE for name in union.schema.names)
    if len(functions) != 1 or not functions <= set(_FUNCTIONS) or union.as_text or is_hidden:
        return None
    if any("\\" in str(file.path) and any(sign in str(file.path) for sign in "*?[") for file in files):
        return None
    return next(part.scan for part in parts)
