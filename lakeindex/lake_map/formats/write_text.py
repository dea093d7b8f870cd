"""Write relationships in a text format."""

from __future__ import annotations

from enum import StrEnum

from lakeindex.lake_map.formats.dbml import write_dbml
from lakeindex.lake_map.formats.dbt import write_dbt
from lakeindex.lake_map.formats.dot import write_dot
from lakeindex.lake_map.formats.mermaid import write_mermaid
from lakeindex.lake_map.formats.schema_graph import SchemaGraph
from lakeindex.lake_map.formats.sql_constraints import write_sql


class TextFormat(StrEnum):
    """The text formats of relationships."""

    MERMAID = "mermaid"
    DBML = "dbml"
    DOT = "dot"
    DBT = "dbt"
    SQL = "sql"


_WRITERS = {
    TextFormat.MERMAID: write_mermaid,
    TextFormat.DBML: write_dbml,
    TextFormat.DOT: write_dot,
    TextFormat.DBT: write_dbt,
    TextFormat.SQL: write_sql,
}


def write_text(graph: SchemaGraph, form: TextFormat) -> str:
    """Write the relationships of a lake in a text format."""
    return _WRITERS[form](graph)
