"""Relationships as a Mermaid entity-relationship diagram (mermaid.js.org/syntax/entityRelationshipDiagram)."""

from __future__ import annotations

from collections.abc import Iterator

from lakeindex.lake_map.formats.plain_names import column_words, distinct, without_quotes
from lakeindex.lake_map.formats.schema_graph import SchemaGraph
from lakeindex.types.lake import TableId


def write_mermaid(graph: SchemaGraph) -> str:
    """Draw the tables with the columns of their keys, and a line a foreign key."""
    shown = distinct([_plain(table) for table in graph.tables])
    names = dict(zip(graph.tables, shown, strict=True))
    lines = ["erDiagram"]
    for table in graph.tables:
        lines.append(f'  "{names[table]}" {{')
        lines += [f"    {line}" for line in _attributes(graph, table)]
        lines.append("  }")
    for key in graph.keys:
        end = "|o" if key.is_one_to_one else "}o"
        label = _plain(" + ".join(key.child_columns))
        lines.append(f'  "{names[key.child]}" {end}--|| "{names[key.parent]}" : "{label}"')
    return "\n".join(lines)


def _attributes(graph: SchemaGraph, table: TableId) -> Iterator[str]:
    own = {column for columns in graph.parents(table) for column in columns}
    foreign = graph.referring(table)
    words = column_words([column.name for column in graph.tables[table]])
    for column in graph.tables[table]:
        marks = [mark for mark, columns in (("PK", own), ("FK", foreign)) if column.name in columns]
        if marks:
            yield f'{column.kind} {words[column.name]} {", ".join(marks)} "{_plain(column.name)}"'


def _plain(name: str) -> str:
    # A percent sign begins a comment or a directive.
    return without_quotes(name).replace("%", "#37;")
