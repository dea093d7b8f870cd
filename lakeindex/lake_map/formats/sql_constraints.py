"""Relationships as SQL constraints, in the words that PostgreSQL and other databases share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lakeindex.escaping.visible import visible_line
from lakeindex.lake_map.formats.schema_graph import ForeignKey, SchemaGraph
from lakeindex.sql import quoted


def write_sql(graph: SchemaGraph) -> str:
    """Write the keys of the parents, then the foreign keys; one with orphans as a comment, since it would fail."""
    unique = [
        f"ALTER TABLE {quoted(table)} ADD UNIQUE ({_listed(columns)});"
        for table in graph.tables
        for columns in graph.parents(table)
    ]
    return "\n".join([*unique, *(line for key in graph.keys for line in _foreign(key))])


def _foreign(key: ForeignKey) -> Iterator[str]:
    yield f"-- {visible_line(key.describe())}"
    child, parent = quoted(key.child), quoted(key.parent)
    columns = f"FOREIGN KEY ({_listed(key.child_columns)}) REFERENCES {parent} ({_listed(key.parent_columns)})"
    statement = f"ALTER TABLE {child} ADD {columns};"
    yield f"-- {visible_line(statement)}" if key.orphans else statement


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(map(quoted, columns))
