"""The tables that dlt keeps its own state in, without which it takes nothing for a schema."""

from __future__ import annotations

from typing import Any

_VERSION = {
    "version": "bigint",
    "engine_version": "bigint",
    "inserted_at": "timestamp",
    "schema_name": "text",
    "version_hash": "text",
    "schema": "text",
}
_LOADS = {
    "load_id": "text",
    "schema_name": "text",
    "status": "bigint",
    "inserted_at": "timestamp",
    "schema_version_hash": "text",
}
_MAY_BE_NULL = {("_dlt_loads", "schema_name"), ("_dlt_loads", "schema_version_hash")}


def _table(name: str, columns: dict[str, str]) -> dict[str, Any]:
    told = {
        column: {"name": column, "data_type": kind, "nullable": (name, column) in _MAY_BE_NULL}
        for column, kind in columns.items()
    }
    return {"name": name, "columns": told, "write_disposition": "skip", "resource": name}


OWN_TABLES = {name: _table(name, columns) for name, columns in (("_dlt_version", _VERSION), ("_dlt_loads", _LOADS))}
"""By name."""
