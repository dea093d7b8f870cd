"""Relationships in DBML, the database markup language (dbml.dbdiagram.io/docs)."""

from __future__ import annotations

from collections.abc import Sequence

from lakeindex.lake_map.formats.plain_names import distinct, without_quotes
from lakeindex.lake_map.formats.schema_graph import ForeignKey, SchemaGraph
from lakeindex.types.lake import TableId

_LINE = "\n"
_NO_LIST = str.maketrans("(),", "[];")
"""Readers take the brackets and commas of a column's name for those of a composite key."""


def write_dbml(graph: SchemaGraph) -> str:
    """Write every table that has a relationship, with all of its columns, and every relationship."""
    names = dict(zip(graph.tables, distinct([without_quotes(table) for table in graph.tables]), strict=True))
    columns = {table: _column_names(graph, table) for table in graph.tables}
    tables = [_table(graph, table, names[table], columns[table]) for table in graph.tables]
    keys = [
        f"// {key.describe()}\n"
        f"Ref: {_end(names[key.child], [columns[key.child][name] for name in key.child_columns])} "
        f"{'-' if key.is_one_to_one else '>'} "
        f"{_end(names[key.parent], [columns[key.parent][name] for name in key.parent_columns])}"
        for key in _once(graph.keys)
    ]
    return "\n\n".join([*tables, *keys])


def _once(keys: Sequence[ForeignKey]) -> list[ForeignKey]:
    ends = {(one.child, one.child_columns, one.parent, one.parent_columns): one for one in keys}
    return list(ends.values())


def _column_names(graph: SchemaGraph, table: TableId) -> dict[str, str]:
    names = [column.name for column in graph.tables[table]]
    return dict(
        zip(names, distinct([without_quotes(name).translate(_NO_LIST) or "column" for name in names]), strict=True)
    )


def _table(graph: SchemaGraph, table: TableId, name: str, columns: dict[str, str]) -> str:
    keys = graph.parents(table)
    single = {one[0] for one in keys if len(one) == 1}
    lines = [
        f'  "{columns[column.name]}" {column.kind}{" [unique]" if column.name in single else ""}'
        for column in graph.tables[table]
    ]
    composite = [f"    ({', '.join(_quoted(columns[name]) for name in one)}) [unique]" for one in keys if len(one) > 1]
    if composite:
        lines += ["", "  indexes {", *composite, "  }"]
    return f'Table "{name}" {{\n{_LINE.join(lines)}\n}}'


def _end(table: str, columns: Sequence[str]) -> str:
    quoted = [_quoted(column) for column in columns]
    columns_of = quoted[0] if len(quoted) == 1 else f"({', '.join(quoted)})"
    return f'"{table}".{columns_of}'


def _quoted(name: str) -> str:
    return f'"{name}"'
