"""A lake as a schema of dlt: tables, columns, and relationships as references, with how sure they are in hints of ours.

https://dlthub.com/docs/general-usage/schema
"""

from __future__ import annotations

from typing import Any

from lakeindex.export.dbt.properties import meta_of
from lakeindex.export.described_lake import DescribedColumn, DescribedLake, DescribedTable
from lakeindex.export.dlt.own_tables import OWN_TABLES
from lakeindex.export.naming import Naming
from lakeindex.export.table_words import Words
from lakeindex.lake_map.formats.plain_names import column_words
from lakeindex.lake_map.formats.schema_graph import ForeignKey
from lakeindex.types.columns import Kind
from lakeindex.types.lake import TableId

_ENGINE = 11
_NORMALIZERS = {"names": "snake_case", "json": {"module": "dlt.common.normalizers.json.relational"}}
_TYPES = {Kind.BOOLEAN: "bool", Kind.INTEGER: "bigint", Kind.DECIMAL: "double", Kind.DATE: "date"}


def dlt_schema(lake: DescribedLake, naming: Naming) -> dict[str, Any]:
    """Return the schema, by the names that dlt's own naming gives to tables and columns."""
    words = Words.of(lake, naming.names).tables
    columns = {one.id: column_words([column.name for column in one.columns]) for one in lake.tables}
    tables = dict(OWN_TABLES) | {words[one.id]: _table(lake, one, words, columns) for one in lake.tables if one.columns}
    head = {"version": 1, "version_hash": "", "previous_hashes": [], "engine_version": _ENGINE}
    return head | {"name": "lakeindex_lake", "tables": tables, "settings": {}, "normalizers": _NORMALIZERS}


Columns = dict[TableId, dict[str, str]]


def _table(lake: DescribedLake, table: DescribedTable, words: Any, columns: Columns) -> dict[str, Any]:
    name = words[table.id]
    told = {
        "name": name,
        "resource": name,
        "description": f"{table.id} of the lake",
        "write_disposition": "append",
        "columns": {columns[table.id][one.name]: _column(columns[table.id][one.name], one) for one in table.columns},
        "x-lakeindex": {"table": str(table.id), "rows": table.rows},
    }
    keys = lake.references_of(table.id)
    if keys:
        told["references"] = [_reference(key, words, columns) for key in keys]
        told["x-lakeindex"] |= {"relationships": [meta_of(key) for key in keys]}
    return told


def _column(name: str, column: DescribedColumn) -> dict[str, Any]:
    profile = {"nulls": column.nulls, "distinct": column.distinct, "minimum": column.minimum, "maximum": column.maximum}
    told = {name: value for name, value in profile.items() if value is not None}
    kind = _TYPES.get(column.kind, "text")
    return {"name": name, "data_type": kind, "nullable": True, "x-lakeindex": told}


def _reference(key: ForeignKey, words: Any, columns: Columns) -> dict[str, Any]:
    return {
        "referenced_table": words[key.parent],
        "columns": [columns[key.child][name] for name in key.child_columns],
        "referenced_columns": [columns[key.parent][name] for name in key.parent_columns],
    }
