"""Which statements of strangers may run: one SELECT, or EXPLAIN of one, that calls no function with a side effect."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import duckdb

from lakeindex.errors import Refused
from lakeindex.types.names import is_utf8

_LONGEST = 1_000_000
_ONE_SELECT = "the lake is read-only: give a single SELECT (or EXPLAIN) statement"
_OPEN_PIVOT = "name the values that become columns: PIVOT ... ON city IN ('Oslo', 'Rome') USING ..."
_ANALYZE = ("ANALYZE", "ANALYSE")
_WORD = re.compile(r"\w+|[(),]|'\w+'")

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


def require_text(statement: str) -> None:
    """Raise Refused for a text that is too long to be looked at, or that is no Unicode."""
    if len(statement) > _LONGEST:
        raise Refused(f"the statement has more than {_LONGEST:,} characters")
    if not is_utf8(statement):
        raise Refused("the statement holds half of a character (a lone surrogate)")


def checked_select(connection: duckdb.DuckDBPyConnection, statement: str) -> str:
    """Return the one statement in a text that only reads: what was checked, and not the text, is what may run.

    Raises Refused for any other text, duckdb.Error where it is no SQL.
    """
    how, select = "", statement
    only = _only_statement(connection, statement)
    if only.type == duckdb.StatementType.EXPLAIN:
        how, select = _explained(only.query)
        only = _only_statement(connection, select)
    if only.type == duckdb.StatementType.MULTI:
        raise Refused(_OPEN_PIVOT)
    if only.type != duckdb.StatementType.SELECT:
        raise Refused(_ONE_SELECT)
    for part in _parts(_tree(connection, only.query)):
        _require_reading(part)
    return f"{how} {only.query}"


def _only_statement(connection: duckdb.DuckDBPyConnection, text: str) -> duckdb.Statement:
    found = connection.extract_statements(text)
    if len(found) != 1:
        raise Refused(_ONE_SELECT)
    return found[0]


def _explained(statement: str) -> tuple[str, str]:
    """Return how a statement explains another one, in words, and that one."""
    tokens = _tokens(statement)
    size = 1
    if tokens[1:] and tokens[1][1].upper() in _ANALYZE:
        size = 2
    elif tokens[2:] and tokens[1][1] == "(" and tokens[2][1].upper() in (*_ANALYZE, "FORMAT"):
        size = 1 + next((place for place, (_, text) in enumerate(tokens) if text == ")"), len(tokens))
    words = [text for _, text in tokens[:size]]
    if size >= len(tokens) or words[0].upper() != "EXPLAIN" or not all(map(_WORD.fullmatch, words)):
        raise Refused(_ONE_SELECT)
    return " ".join(words), statement.encode()[tokens[size][0] :].decode()


def _tokens(statement: str) -> list[tuple[int, str]]:
    """Return the place, in bytes, and the text of each token that is no comment."""
    text, tokens = statement.encode(), duckdb.tokenize(statement)
    ends = [place for place, _ in tokens[1:]] + [len(text)]
    return [
        (place, text[place:end].decode().strip())
        for (place, kind), end in zip(tokens, ends, strict=True)
        if kind != duckdb.token_type.comment
    ]


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
