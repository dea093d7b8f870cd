"""The relationships of a lake as the references of a dlt schema."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import dlt
from dlt.common.schema.typing import TTableReference

from dlt_lakeindex.loaded_lake import client_of, folder_of
from lakeindex import Lake

LIKELY = 0.8
"""A reference has no field for how sure it is: only what is likely becomes one."""


def add_references(
    pipeline: dlt.Pipeline, lake: Lake, min_probability: float = LIKELY
) -> dict[str, list[TTableReference]]:
    """Add the relationships of a lake that a pipeline loaded to its default schema; returns the new ones by table.

    What the schema says already of a column stays. A table that the lake sees as several, one a load, gets none.
    Raises Refused where the pipeline's destination is no folder of this machine.
    """
    loaded = _loaded_tables(pipeline, lake)
    added: dict[str, list[TTableReference]] = defaultdict(list)
    for child, reference in _references(lake, loaded, min_probability):
        table = pipeline.default_schema.tables[child]
        known = table.setdefault("references", [])
        if not any(set(one["columns"]) & set(reference["columns"]) for one in known):
            known.append(reference)
            added[child].append(reference)
    return dict(added)


def _loaded_tables(pipeline: dlt.Pipeline, lake: Lake) -> dict[str, str]:
    """Return the names that dlt has for tables of the lake, of those that are one table of the lake each."""
    client = client_of(pipeline)
    root = folder_of(client)
    found: dict[str, list[str]] = defaultdict(list)
    prefixes = {name: client.get_table_prefix(name) for name in pipeline.default_schema.data_table_names()}
    for table in lake.tables().column("table").to_pylist():
        path = f"{root / table}/"
        owners = [name for name, prefix in prefixes.items() if path.startswith(prefix)]
        if owners:
            found[max(owners, key=lambda name: len(prefixes[name]))].append(table)
    return {tables[0]: name for name, tables in found.items() if len(tables) == 1}


def _references(lake: Lake, loaded: dict[str, str], min_probability: float) -> list[tuple[str, TTableReference]]:
    """Return each foreign key between loaded tables, with the child's name."""
    pairs: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in lake.relationships(min_probability).to_arrow().to_pylist():
        if {row["child_table"], row["parent_table"]} <= loaded.keys():
            pairs[row["key"]].append(row)
    return [(loaded[rows[0]["child_table"]], _reference(rows, loaded)) for rows in pairs.values()]


def _reference(rows: list[dict[str, Any]], loaded: dict[str, str]) -> TTableReference:
    return {
        "referenced_table": loaded[rows[0]["parent_table"]],
        "columns": [row["child_column"] for row in rows],
        "referenced_columns": [row["parent_column"] for row in rows],
    }
