"""The tables of a lake in DuckDB: as views, as columns to count, and as the sides of a join."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from lakeindex.catalog.catalog import Catalog
from lakeindex.catalog.directory import Directory
from lakeindex.catalog.lake_views import LakeViews, ViewedTable
from lakeindex.catalog.sql_process.cursor import SqlCursor
from lakeindex.errors import InvalidSetting, NotFound
from lakeindex.join.composite_key import MOST_COLUMNS
from lakeindex.join.side import JoinSide
from lakeindex.store.generations import Generation
from lakeindex.store.layout import COPIES, ROWS
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.names import is_utf8
from lakeindex.types.reports import ReadTable

OUTSIDE = "rows_from_outside"

MISSING = ("null", "none", "nan", "n/a", "#n/a", "\\n", "-", "--", "?")


@dataclass(frozen=True, slots=True)
class CountedColumn:
    """A column as DuckDB knows it."""

    table: TableId
    name: str
    """As SQL can tell it from the table's other columns."""
    source: str
    """The SELECT that reads the table."""

    @classmethod
    def outside(cls, rows: pa.Table) -> CountedColumn:
        """Return the first column of rows that are not of the lake."""
        return cls(TableId("the column from outside"), rows.column_names[0], f"FROM {OUTSIDE}")


@dataclass(frozen=True)
class LakeTables:
    """The tables of one generation; nothing is opened before rows are needed."""

    generation: Generation
    catalog: Catalog
    directory: Directory
    memory: str

    @cached_property
    def database(self) -> LakeViews:
        """The lake in DuckDB, read from the rows that the index keeps, if any."""
        return self._open(self._kept)

    @cached_property
    def for_strangers(self) -> LakeViews:
        """The lake in a process that can write nothing, for statements of others."""
        return self._open(self._kept, is_confined=True)

    def close(self) -> None:
        """End the processes that run SQL."""
        for name in ("database", "for_strangers", "_files"):
            if name in self.__dict__:
                self.__dict__[name].close()

    def open_reaching(self, folder: Path) -> LakeViews:
        """Open the lake in DuckDB once more, with access to one more folder."""
        return self._open(self._kept, folder)

    def viewed(self, tables: Sequence[TableId]) -> list[ViewedTable]:
        """Return what the views of tables are made of. Raises NotFound for one that the caller may not see."""
        for table in tables:
            self.directory.require_allowed(table)
        return self.catalog.viewed(Path(self.generation.manifest.lake), self._copies, tables)

    def table(self, table: TableId) -> tuple[ReadTable, str]:
        """Return how a table was read, and from which file. Raises NotFound with the nearest names."""
        self.directory.require_allowed(table)
        found = self.catalog.table(table) if is_utf8(table) else None
        if found is None:
            self.directory.keys_of_table(table)  # raises NotFound with the nearest names
            raise NotFound(f"the index has no table {table!r}")
        return found

    def side(self, column: ColumnId, also: Sequence[str] = ()) -> JoinSide:
        """Return a column, or several of its table, as the side of a join.

        Raises NotFound with the nearest names, InvalidSetting for more than three columns, UnreadableTable when the
        file is gone.
        """
        names = list(dict.fromkeys([column.name, *also]))
        if len(names) != 1 + len(also) or len(names) > MOST_COLUMNS:
            raise InvalidSetting(f"up to {MOST_COLUMNS} different columns meet together, not {', '.join(names)}")
        places = [self._place(ColumnId(column.table, name)) for name in names]
        (table,) = self.viewed([column.table])
        sources = self.database.select(table), self._files.select(table)
        rows = self.table(column.table)[0].rows
        return JoinSide.open(self.database.connection, table.id, sources, places, rows, table.readings)

    def file_select(self, table: TableId) -> str:
        """Return the SELECT that reads a table's rows from its file, in any DuckDB. Raises NotFound as `viewed`."""
        (viewed,) = self.viewed([table])
        return self._files.select(viewed)

    def written_rows(self, table: TableId) -> tuple[SqlCursor, str, ViewedTable]:
        """Return a cursor, and the SELECT of a table's rows as they are written in its file, in the file's order.

        Raises NotFound with the nearest names, UnreadableTable where DuckDB can't read the table.
        """
        self.table(table)
        (viewed,) = self.viewed([table])
        return self._files.connection.cursor(), self._files.select_as_written(viewed), viewed

    def counted_column(self, column: ColumnId, views: Mapping[TableId, ViewedTable]) -> CountedColumn:
        """Return how DuckDB reads a column to count, given the view of its table.

        Raises NotFound with the nearest names, UnreadableTable where DuckDB can't read the table.
        """
        table = views[column.table]
        return CountedColumn(column.table, table.columns[self._place(column)][0], self.database.select(table))

    @cached_property
    def _files(self) -> LakeViews:
        """The lake in DuckDB, read from its files even where the index keeps their rows."""
        return self.database if self._kept is None else self._open(None)

    @property
    def _copies(self) -> Path:
        return self.generation.folder.resolve() / COPIES

    @property
    def keeps_rows(self) -> bool:
        """Whether rows are read from the index's copy of them, and not from the lake's files."""
        return self._kept is not None

    def is_allowed_file(self, name: str) -> bool:
        """Whether the caller may see all that a file of the lake holds."""
        held = self.catalog.tables_of(name)
        return all(map(self.directory.globs.allow, held or [name]))

    @property
    def _kept(self) -> Path | None:
        rows = self.generation.folder / ROWS
        # The copy holds the rows of all tables together.
        return rows if rows.exists() and self.directory.globs.are_all else None

    def _open(self, rows: Path | None, *folders: Path, is_confined: bool = False) -> LakeViews:
        lake = [Path(self.generation.manifest.lake), self._copies]
        if self.directory.globs.are_all:
            return LakeViews([*lake, *folders], self.memory, rows, is_confined=is_confined)
        names = self.catalog.fetch("SELECT table_id FROM tables")["table_id"].to_pylist()
        views = self.viewed([TableId(str(name)) for name in names if self.directory.globs.allow(str(name))])
        files = [file for view in views for file in view.files]
        return LakeViews([*lake, *folders], self.memory, rows, (files, folders), is_confined)

    def _place(self, column: ColumnId) -> int:
        """Return the place of a column in its table."""
        return self.directory.key_of(column) - int(self.directory.keys_of_table(column.table)[0])
