"""The provenance file: Parquet with one row a cell of the result, and what it is of in its metadata."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

FORMAT = 1
_NAME = b"lakeindex.provenance"
_CLAIMS: pa.DataType = pa.large_list(
    pa.struct([("table", pa.large_string()), ("row", pa.int64()), ("value", pa.large_string())])
)
SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("column", pa.dictionary(pa.int32(), pa.string())),
        ("value", pa.large_string()),
        ("rule", pa.dictionary(pa.int32(), pa.string())),
        ("confidence", pa.float64()),
        ("is_tie", pa.bool_()),
        ("sources", _CLAIMS),
        ("lost", _CLAIMS),
    ]
)
"""Cells in the order of rows and columns; `sources` are the claims that say the value, `lost` all others."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a provenance file is of."""

    rows: int
    """Of the result."""
    columns: tuple[str, ...]
    """Of the result, in its order."""


def schema_of(rows: int, columns: Sequence[str]) -> pa.Schema:
    """Return the file's schema with its metadata."""
    return SCHEMA.with_metadata(
        {_NAME: json.dumps({"format": FORMAT, "rows": rows, "columns": list(columns)}).encode()}
    )


def header_of(schema: pa.Schema) -> Header | int | None:
    """Return what a file is of; the number of its format where that is another, None where it is no such file."""
    try:
        found = json.loads((schema.metadata or {})[_NAME])
        if found["format"] != FORMAT:
            return int(found["format"])
        return Header(int(found["rows"]), tuple(str(name) for name in found["columns"]))
    except (KeyError, TypeError, ValueError):
        return None
