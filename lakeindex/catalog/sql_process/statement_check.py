"""Which statements of strangers may run: one SELECT, or EXPLAIN of one, that calls no function with a side effect."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import duckdb

from lakeindex.errors import Refused

_ONE_SELECT = "the lake is read-only: give a single SELECT (or EXPLAIN) statement"
_EXPLAIN = re.compile(r"(?:\s|/\*.*?\*/|--[^\n]*\n)*EXPLAIN\b(?P<options>\s*\([^()]*\))?", re.IGNORECASE | re.DOTALL)
_ANALYZE = re.compile(r"(?:\s|/\*.*?\*/|--[^\n]*\n)*ANALY[ZS]E\b", re.IGNORECASE | re.DOTALL)

# A WITH clause may hold statements that write, COPY for one, and the whole still counts as a SELECT.
_READING_NODES = frozenset(("SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"))
# Others start logs and profiles in files, run SQL out of a text, or read the memory at an address.
_TABLE_FUNCTIONS = frozenset(
    (
        "duckdb_columns", "duckdb_constraints", "duckdb_databases", "duckdb_functions", "duckdb_keywords",
        "duckdb_schemas", "duckdb_settings", "duckdb_tables", "duckdb_types", "duckdb_views", "generate_series",
        "glob", "histogram", "histogram_values", "icu_calendar_names", "json_each", "json_tree",
        "parquet_bloom_probe", "parquet_file_metadata", "parquet_full_metadata", "parquet_kv_metadata",
        "parquet_metadata", "parquet_scan", "parquet_schema", "pg_timezone_names", "pragma_platform", "pragma_show",
        "pragma_table_info", "pragma_version", "query_table", "range", "read_blob", "read_csv", "read_csv_auto",
        "read_json", "read_json_auto", "read_json_objects", "read_json_objects_auto", "read_ndjson",
        "read_ndjson_auto", "read_ndjson_objects", "read_parquet", "read_text", "repeat", "repeat_row", "sniff_csv",
        "summary", "test_all_types", "unnest",
    )
)  # fmt: skip
_NO_FUNCTIONS = frozenset(("write_log", "sleep_ms"))


def require_one_select(connection: duckdb.DuckDBPyConnection, statement: str) -> None:
    """Raise Refused unless a text is one statement that only reads, duckdb.Error where it is no SQL."""
    found = connection.extract_statements(statement)
    if len(found) != 1:
        raise Refused(_ONE_SELECT)
    (only,) = found
    if only.type == duckdb.StatementType.EXPLAIN:
        explained = _explained(only.query)
        inner = connection.extract_statements(explained)
        if len(inner) != 1:
            raise Refused(_ONE_SELECT)
        (only,) = inner
    if only.type != duckdb.StatementType.SELECT:
        raise Refused(_ONE_SELECT)
    for part in _parts(_tree(connection, only.query)):
        _require_reading(part)


def _explained(statement: str) -> str:
    """Return the statement that another one explains."""
    found = _EXPLAIN.match(statement)
    if found is None:
        raise Refused(_ONE_SELECT)
    rest = statement[found.end() :]
    if found["options"] is None and (analyze := _ANALYZE.match(rest)):
        rest = rest[analyze.end() :]
    return rest


def _tree(connection: duckdb.DuckDBPyConnection, select: str) -> Any:
    rows = connection.execute("SELECT json_serialize_sql(?)", [select]).fetchall()
    try:
        tree = json.loads(rows[0][0])
    except RecursionError as error:
        raise Refused("the statement is nested too deep") from error
    if tree.get("error"):
        raise Refused(_ONE_SELECT)
    return tree


def _parts(tree: Any) -> Iterator[dict[str, Any]]:
    todo = [tree]
    while todo:
        one = todo.pop()
        if isinstance(one, dict):
            yield one
            todo += one.values()
        elif isinstance(one, list):
            todo += one


def _require_reading(part: dict[str, Any]) -> None:
    kind = part.get("type")
    if isinstance(kind, str) and kind.endswith("_NODE") and kind not in _READING_NODES:
        raise Refused(_ONE_SELECT)
    if kind == "TABLE_FUNCTION":
        name = str((part.get("function") or {}).get("function_name", "")).lower()
        if name not in _TABLE_FUNCTIONS:
            raise Refused(f"the lake is read-only: the table function {name!r} isn't allowed")
    name = str(part.get("function_name", "")).lower()
    if name in _NO_FUNCTIONS:
        raise Refused(f"the lake is read-only: the function {name!r} isn't allowed")
