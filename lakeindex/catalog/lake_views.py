"""The lake in DuckDB: every table is a read-only view named by its path; files outside the lake can't be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from lakeindex.catalog.database import connect, glob_escaped, scan_sql
from lakeindex.catalog.path_guard import require_inside
from lakeindex.errors import LakeIndexError, NotFound, Refused, UnreadableTable
from lakeindex.sql import BLANKS, literal, quoted
from lakeindex.types.lake import Scan, TableId

_READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
_ROWS = "materialised"
_NAMED = re.compile(r'"((?:[^"]|"")+)"|\'((?:[^\']|\'\')+)\'|([\w.]+)')


@dataclass(frozen=True, slots=True)
class ViewedTable:
    """The definition of the view of a table."""

    id: TableId
    file: Path
    root: Path
    """The lake's folder, in which the file must be."""
    scan: Scan | None
    """How DuckDB reads the file; None where it reads `copy`."""
    copy: Path | None
    columns: tuple[tuple[str, str], ...]
    """The name, unique in SQL, and the SQL type of each column, in the file's order."""


class LakeViews:
    """A DuckDB connection that makes the view of a table when it is first used."""

    def __init__(self, folders: Iterable[Path], memory: str, rows: Path | None = None) -> None:
        """Allow the files below `folders` and no others; with `rows`, read the file that `materialise` wrote."""
        self._viewed: set[TableId] = set()
        self._is_materialised = rows is not None
        self.connection = connect(None, memory)
        if rows is not None:
            self.connection.execute(f"ATTACH {literal(str(rows))} AS {_ROWS} (READ_ONLY)")
        self._folders = [folder.resolve() for folder in folders]
        # DuckDB compares these with the glob as it is written, and then with each path that it matches.
        written = {form for folder in self._folders for form in (str(folder), glob_escaped(folder))}
        self.connection.execute(f"SET allowed_directories = {literal(tuple(sorted(written)))}")
        self.connection.execute("SET enable_external_access = false")
        self.connection.execute("SET lock_configuration = true")

    def view(self, table: ViewedTable) -> None:
        """Create a table's view, once. Raises NotFound when its file is gone."""
        if table.id in self._viewed:
            return
        if not self._is_materialised and (reason := self._why_unreadable(table)):
            raise NotFound(f"{reason}; index the lake again")
        try:
            self.connection.execute(f"CREATE OR REPLACE VIEW {quoted(table.id)} AS {self.select(table)}")
        except duckdb.IOException as error:
            raise NotFound(f"{table.file} is gone or can't be read; index the lake again") from error
        self._viewed.add(table.id)

    def select(self, table: ViewedTable) -> str:
        """Return the SELECT of a table's view; run, it fails where something else has replaced the file."""
        if self._is_materialised:
            return f"SELECT * FROM {_ROWS}.{quoted(table.id)}"
        if reason := self._why_unreadable(table):
            return f"SELECT {', '.join(f'error({literal(reason)}) AS {quoted(name)}' for name, _ in table.columns)}"
        return _select(table)

    def _why_unreadable(self, table: ViewedTable) -> str:
        """Return why a table's file must not be read, or nothing: DuckDB follows links and waits for a FIFO."""
        if table.scan is None:
            return ""
        target = table.file.resolve()
        if not any(target.is_relative_to(folder) for folder in self._folders):
            return f"{table.file} is a link that leaves the lake now"
        return "" if target.is_file() else f"{table.file} is gone or no regular file any more"

    def query(
        self, sql: str, known: Callable[[], list[TableId]], find: Callable[[list[TableId]], list[ViewedTable]]
    ) -> pa.Table:
        """Run one statement that reads. Raises Refused for any other, LakeIndexError for one that DuckDB rejects."""
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
        raise UnreadableTable(f"{table.id} can't be read by DuckDB and has no copy in the index; index the lake again")
    return f"SELECT {', '.join(_typed(name, kind) for name, kind in table.columns)} FROM {source}"


def _typed(name: str, kind: str) -> str:
    # All values convert, as the profile shows, but for markers such as `n/a`: those become NULL.
    value = quoted(name)
    return (
        value
        if kind == "VARCHAR"
        else f"TRY_CAST(upper(trim(CAST({value} AS VARCHAR), {BLANKS})) AS {kind}) AS {value}"
    )


def _mentioned(sql: str, known: list[TableId]) -> list[TableId]:
    """Return the tables whose names are in a statement; all of them where none is (SHOW TABLES)."""
    names = {(one or two.replace("''", "'") or bare).replace('""', '"') for one, two, bare in _NAMED.findall(sql)}
    lowered = {name.lower() for name in names}
    exact = [table for table in known if table in names]
    return exact or [table for table in known if table.lower() in lowered] or known
