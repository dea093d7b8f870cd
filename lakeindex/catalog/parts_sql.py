"""SQL that reads a table in many files: a scan for all parts alike, and what names of folders or a log give."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from lakeindex.catalog.database import scan_sql
from lakeindex.catalog.parts_rows import ViewedPart
from lakeindex.sql import literal, quoted
from lakeindex.types.names import sql_names

_UNUSED = -1
_FILE = "CAST(file_index AS BIGINT) + 1"
"""The number of the file that a row is of, from 1: DuckDB's own column."""

Columns = Sequence[tuple[str, str]]
"""The name and the SQL type of each column of a table."""


def select_parts(parts: Sequence[ViewedPart], columns: Columns, read: Callable[[str, str, bool], str]) -> str:
    """Write the SELECT of a table in many files; its rows come part after part where DuckDB keeps their order.

    `read` writes the value of a column, given its name and SQL type, and whether it stands as text; the value is called
    as the column.
    """
    if not parts:
        nothing = ", ".join(f"CAST(NULL AS {kind}) AS {quoted(name)}" for name, kind in columns)
        return f"SELECT {nothing} WHERE false"
    return " UNION ALL ".join(_select_alike(some, columns, read) for some in _alike(parts))


def _alike(parts: Sequence[ViewedPart]) -> Iterator[list[ViewedPart]]:
    """Yield parts in their order, those together that one scan reads."""
    for _, some in groupby(parts, lambda part: (part.scan, part.columns)):
        yield list(some)


def _select_alike(parts: Sequence[ViewedPart], columns: Columns, read: Callable[[str, str, bool], str]) -> str:
    first = parts[0]
    names = sql_names([column.name for column in first.columns])
    called = {column.place: name for column, name in zip(first.columns, names, strict=True) if column.place != _UNUSED}
    keys = {place: number for number, (place, _) in enumerate(first.keys)}
    is_text = first.scan.function == "read_csv"
    inner, outer = [], []
    for place, (name, kind) in enumerate(columns):
        if place in keys:
            values = [part.keys[keys[place]][1] for part in parts]
            inner.append(f"{_key(values)} AS {quoted(name)}")
        elif place in called:
            inner.append(f"{quoted(called[place])} AS {quoted(name)}")
        else:
            inner.append(f"NULL AS {quoted(name)}")
        outer.append(read(name, kind, is_text or place in keys))
    scan = scan_sql(first.scan, [part.file for part in parts], [(name, "VARCHAR") for name in names])
    return f"SELECT {', '.join(outer)} FROM (SELECT {', '.join(inner)} FROM {scan})"


def _key(values: Sequence[str | None]) -> str:
    """Write the value of a key in each file, as text."""
    if len(set(values)) == 1:
        return _text(values[0])
    return f"[{', '.join(map(_text, values))}][{_FILE}]"


def _text(value: str | None) -> str:
    return "CAST(NULL AS VARCHAR)" if value is None else literal(value)
