"""Relationships in DOT, the language of Graphviz (graphviz.org/doc/info/lang.html)."""

from __future__ import annotations

from lakeindex.escaping.visible import visible_line
from lakeindex.lake_map.formats.schema_graph import SchemaGraph


def write_dot(graph: SchemaGraph) -> str:
    """Draw a node a table and an edge a foreign key, from child to parent."""
    lines = ["digraph lake {", "  rankdir=LR;", "  node [shape=box];"]
    lines += [f"  {_quoted(table)};" for table in graph.tables]
    for key in graph.keys:
        pairs = zip(key.child_columns, key.parent_columns, strict=True)
        label = ", ".join(child if child == parent else f"{child} = {parent}" for child, parent in pairs)
        tail = "none" if key.is_one_to_one else "crow"
        told = f"label={_quoted(label)}, tooltip={_quoted(key.describe())}, dir=both, arrowtail={tail}, arrowhead=tee"
        lines.append(f"  {_quoted(key.child)} -> {_quoted(key.parent)} [{told}];")
    return "\n".join([*lines, "}"])


def _quoted(text: str) -> str:
    # In DOT the backslash escapes in labels, and only there; doubled it is one in both.
    return '"' + visible_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'
