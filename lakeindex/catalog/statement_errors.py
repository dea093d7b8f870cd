"""What is wrong with a statement of a stranger, in words that name the lake's tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import duckdb

from lakeindex.catalog.nearest_names import nearest
from lakeindex.errors import LakeIndexError, NotFound
from lakeindex.sql import quoted

_NO_TABLE = re.compile(r'Table with name (?P<bare>.+?) does not exist|Cannot access file "(?P<path>[^"]+)"')
_SHOWN = 3

KnownTables = Callable[[], Sequence[str]]


@contextmanager
def rejecting(sql: str = "", known: KnownTables = tuple) -> Iterator[None]:
    """Raise NotFound for a table that the lake doesn't have, LakeIndexError for all else that DuckDB rejects."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise LakeIndexError(
            f"this needs more memory than it may take; ask for less, or allow more with LAKEINDEX_MEMORY "
            f"({str(error).strip().splitlines()[0]})"
        ) from error
    except duckdb.Error as error:
        if (unknown := _unknown_table(str(error), sql)) and unknown not in (tables := known()):
            raise NotFound(f"the lake has no table {quoted(unknown)}; {_those(unknown, tables)}") from error
        raise LakeIndexError(f"DuckDB can't run this: {str(error).strip()}{_unquoted(sql, known)}") from error


def _unknown_table(message: str, sql: str) -> str:
    """Return the name of the table that DuckDB misses; a file that a function was to read is none."""
    found = _NO_TABLE.search(message)
    if found is None:
        return ""
    name = found["bare"] or found["path"]
    is_named = re.search(rf"""\b(from|join)\s+["']{re.escape(name)}["']""", sql, re.IGNORECASE)
    return name if found["bare"] or is_named else ""


def _those(unknown: str, tables: Sequence[str]) -> str:
    """Name the tables that may have been meant, as a statement names them."""
    near = nearest(unknown, tables)
    listed = ", ".join(map(quoted, near or tables[:_SHOWN]))
    what = "the nearest" if near else "there are" if len(tables) <= _SHOWN else "some of those there are"
    return f"{what}: {listed}; `lakeindex tables` lists all" if tables else "it has none"


def _unquoted(sql: str, known: KnownTables) -> str:
    """Say how a table is named, where a name stands in the statement without quotes."""
    bare = next((name for name in known() if re.search(rf"""(?<!["'\w]){re.escape(name)}(?!["'\w])""", sql)), None)
    return "" if bare is None else f"\n\na table's name stands in double quotes: {quoted(bare)}"
