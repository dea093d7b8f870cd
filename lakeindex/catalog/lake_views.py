"""The lake in DuckDB: every table a view under its path, read-only, nothing outside the lake in reach."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from lakeindex.catalog.database import connect, glob_escaped, scan_sql
from lakeindex.catalog.path_guard import require_inside
from lakeindex.errors import LakeIndexError, NotFound, Refused
from lakeindex.sql import BLANKS, literal, quoted
from lakeindex.types.lake import Scan, TableId

_READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
_ROWS = "materialised"
_NAMED = re.compile(r'"((?:[^"]|"")+)"|\'((?:[^\']|\'\')+)\'|([\w.]+)')


@dataclass(frozen=True, slots=True)
class ViewedTable:
    """What a view of a table is made of."""

    id: TableId
    file: Path
    root: Path
    """The lake's folder, which the file must not lead out of."""
    scan: Scan | None
    """How DuckDB reads the file; None where `copy` holds the rows."""
    copy: Path | None
    columns: tuple[tuple[str, str], ...]
    """Name, as SQL can tell it from the others, and SQL type of each column, in the file's order."""


class LakeDatabase:
    """A DuckDB connection in which tables of the lake become views when they are first asked for."""

    def __init__(self, folders: Iterable[Path], memory: str, rows: Path | None = None) -> None:
        """Reach the files below `folders` and no others; with `rows`, read the rows that `materialise` left there."""
        self._viewed: set[TableId] = set()
        self._is_materialised = rows is not None
        self.connection = connect(None, memory)
        if rows is not None:
            self.connection.execute(f"ATTACH {literal(str(rows))} AS {_ROWS} (READ_ONLY)")
        self._folders = [folder.resolve() for folder in folders]
        # DuckDB compares the glob as it is written with these, and then each path that it stands for.
        written = {form for folder in self._folders for form in (str(folder), glob_escaped(folder))}
        self.connection.execute(f"SET allowed_directories = {literal(tuple(sorted(written)))}")
        self.connection.execute("SET enable_external_access = false")
        self.connection.execute("SET lock_configuration = true")

    def view(self, table: ViewedTable) -> None:
        """Make a table's view, once. Raises NotFound when its file is gone."""
        if table.id in self._viewed:
            return
        if not self._is_materialised and (reason := self._replaced(table)):
            raise NotFound(f"{reason}; index the lake again")
        try:
            self.connection.execute(f"CREATE OR REPLACE VIEW {quoted(table.id)} AS {self.select(table)}")
        except duckdb.IOException as error:
            raise NotFound(f"{table.file} is gone or can't be read; index the lake again") from error
        self._viewed.add(table.id)

    def select(self, table: ViewedTable) -> str:
        """Write the SELECT that a table's view is made of; it fails where something else took the file's place."""
        if self._is_materialised:
            return f"SELECT * FROM {_ROWS}.{quoted(table.id)}"
        if reason := self._replaced(table):
            return f"SELECT {', '.join(f'error({literal(reason)}) AS {quoted(name)}' for name, _ in table.columns)}"
        return _select(table)

    def _replaced(self, table: ViewedTable) -> str:
        """Tell what is wrong with a table's file: DuckDB follows links out of the lake and waits for a FIFO."""
        if table.scan is None:
            return ""
        found = table.file.resolve()
        if not any(found.is_relative_to(folder) for folder in self._folders):
            return f"{table.file} is a link that leaves the lake now"
        return "" if found.is_file() else f"{table.file} is gone or no regular file any more"

    def query(
        self, sql: str, known: Callable[[], list[TableId]], find: Callable[[list[TableId]], list[ViewedTable]]
    ) -> pa.Table:
        """Run one reading statement. Raises Refused for any other, LakeIndexError for one that DuckDB rejects."""
        try:
            statements = self.connection.extract_statements(sql)
            if len(statements) != 1 or statements[0].type not in _READING:
                raise Refused("the lake is read-only: give a single SELECT (or EXPLAIN) statement")
            for table in find([table for table in _mentioned(sql, known()) if table not in self._viewed]):
                self.view(table)
            result: pa.Table = self.connection.sql(sql).to_arrow_table()
            return result
        except duckdb.Error as error:
            raise LakeIndexError(f"DuckDB can't run this: {str(error).strip()}") from error


def materialise(tables: Iterable[ViewedTable], path: Path, memory: str) -> None:
    """Copy the rows of tables into a database file."""
    with connect(path, memory) as connection:
        for table in tables:
            connection.execute(f"CREATE OR REPLACE TABLE {quoted(table.id)} AS {_select(table)}")


def _select(table: ViewedTable) -> str:
    if table.copy is None:
        require_inside(table.file, table.root)
    if table.scan is not None and table.scan.function == "read_parquet":
        return f"SELECT * FROM {scan_sql(table.scan, table.file, ())}"
    if table.scan is not None:
        source = scan_sql(table.scan, table.file, [(name, "VARCHAR") for name, _ in table.columns])
    elif table.copy is not None:
        source = scan_sql(Scan("read_parquet"), table.copy, ())
    else:
        raise LakeIndexError(f"{table.id} can't be read by DuckDB and has no copy in the index; index the lake again")
    return f"SELECT {', '.join(_typed(name, kind) for name, kind in table.columns)} FROM {source}"


def _typed(name: str, kind: str) -> str:
    # Every value was seen to convert, but for markers such as `n/a`: those become NULL.
    value = quoted(name)
    return (
        value
        if kind == "VARCHAR"
        else f"TRY_CAST(upper(trim(CAST({value} AS VARCHAR), {BLANKS})) AS {kind}) AS {value}"
    )


def _mentioned(sql: str, known: list[TableId]) -> list[TableId]:
    """List the tables whose names stand in a statement; all of them where none does (SHOW TABLES)."""
    names = {(one or two.replace("''", "'") or bare).replace('""', '"') for one, two, bare in _NAMED.findall(sql)}
    lowered = {name.lower() for name in names}
    exact = [table for table in known if table in names]
    return exact or [table for table in known if table.lower() in lowered] or known
