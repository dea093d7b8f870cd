"""The addresses of pages, which people keep and share: they hold names, and nothing of a session."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from lakeindex.types.lake import ColumnId

_COLLAPSED = ("", ".", "..")
"""Parts of a path that a browser takes for its own."""


def table_link(table: str) -> str:
    """Return the address of a table's page."""
    is_plain = not any(part in _COLLAPSED for part in table.split("/"))
    return f"/table/{quote(table, safe='/' if is_plain else '')}"


def column_link(column: ColumnId, **more: str) -> str:
    """Return the address of a column's partners."""
    return f"/column?{urlencode({'table': column.table, 'column': column.name, **more})}"


def references_link(table: str) -> str:
    """Return the address of a table's relationships."""
    return table_link(table).replace("/table/", "/references/", 1)


def pair_query(left: ColumnId, right: ColumnId, **more: str) -> str:
    """Return two columns as the query of an address, and whatever else is not empty."""
    names = {
        "left_table": left.table,
        "left_column": left.name,
        "right_table": right.table,
        "right_column": right.name,
    }
    return urlencode(names | {name: value for name, value in more.items() if value})


def join_link(left: ColumnId, right: ColumnId, match: str = "", how: str = "") -> str:
    """Return the address of the join of two columns, made as is best unless a way is chosen."""
    return f"/join?{pair_query(left, right, match=match, how=how)}"


def verdict_link(left: ColumnId, right: ColumnId) -> str:
    """Return the address that takes a verdict on two columns."""
    return f"/verdict?{pair_query(left, right)}"


def search_link(text: str) -> str:
    """Return the address of what is found for a text."""
    return f"/search?{urlencode({'q': text})}"


def map_link(table: str) -> str:
    """Return the address of a table on the map."""
    return f"/map#{quote(table, safe='')}"
