"""The tables of a lake as sources of dbt on DuckDB: each is read from its file, wherever the project is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lakeindex.export.dbt.properties import DbtProperties
from lakeindex.export.described_lake import DescribedLake, DescribedTable
from lakeindex.export.naming import Naming
from lakeindex.export.table_words import Words
from lakeindex.export.yaml_text import as_yaml
from lakeindex.lake_map.formats.dbt import without_templates

if TYPE_CHECKING:
    from lakeindex.lake import Lake


def sources_text(opened: Lake, lake: DescribedLake, naming: Naming) -> str:
    """Write the sources, with the tests of their relationships."""
    source = naming.service
    words = Words.of(lake, naming.names)
    properties = DbtProperties(lake, words, lambda word: f"source('{source}', '{word}')")
    tables = [_table(opened, properties, one) for one in lake.tables if one.columns]
    described = without_templates(f"the lake {lake.name}")
    return as_yaml({"version": 2, "sources": [{"name": source, "description": described, "tables": tables}]})


def _table(opened: Lake, properties: DbtProperties, table: DescribedTable) -> dict[str, Any]:
    told = properties.of_table(table)
    # dbt-duckdb takes what has brackets as it is, but formats it first: braces stand for themselves when doubled.
    select = opened.opened.tables.file_select(table.id).replace("{", "{{").replace("}", "}}")
    meta = told["config"]["meta"] | {"external_location": without_templates(f"({select})")}
    return told | {"config": {"meta": meta}}
