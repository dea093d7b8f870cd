"""What a lake holds: its tables, their profiles and rows, and SQL on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from lakeindex.catalog.row_limits import limited
from lakeindex.config.profile_limits import RawValues
from lakeindex.config.ranges import BYTES, JOINED_ROWS, SQL_SECONDS
from lakeindex.config.settings import bytes_of
from lakeindex.open_index import OpenIndex
from lakeindex.sql import quoted
from lakeindex.types.lake import ColumnId, TableId

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation

    from lakeindex.build.read_table import ReadRows
    from lakeindex.catalog.find_names import FoundNames

DEFAULT_SECONDS = 60.0
"""How long DuckDB may take for a statement, unless it is said how long."""
_SQL_BYTES = 10_000_000_000
"""The size of a result, in bytes in memory, after which it ends, unless another one is given."""


class Contents:
    """The commands that read the tables of a lake, for `Lake`."""

    opened: OpenIndex

    def sql(self, statement: str, seconds: float = DEFAULT_SECONDS, most_rows: int | None = None) -> pa.Table:
        """Run one SELECT on the lake's tables, each named by its path in double quotes, in a process that can't write.

        Raises Refused for a statement that does anything else, and for a result of more rows than `most_rows` or more
        memory than the settings allow; LakeIndexError where DuckDB rejects it or takes more `seconds`.
        """
        schema, batches = self.sql_batches(statement, seconds, most_rows, bytes_of(self.opened.settings.memory) or 0)
        return pa.Table.from_batches(batches, schema)

    def sql_batches(
        self,
        statement: str,
        seconds: float = DEFAULT_SECONDS,
        most_rows: int | None = None,
        most_bytes: float = _SQL_BYTES,
    ) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """Run one SELECT as `sql` does; its rows come batch by batch, as they are asked for.

        Only the time counts in which DuckDB is waited for. Raises what `sql` does, even in the middle.
        """
        self.opened.require_rows()
        seconds = SQL_SECONDS.require(seconds, "seconds")
        most_rows = None if most_rows is None else JOINED_ROWS.require(most_rows, "most_rows")
        most_bytes = BYTES.require(most_bytes, "most_bytes")
        tables = self.opened.tables
        schema, batches = tables.for_strangers.query(statement, lambda: self.opened.table_ids, tables.viewed, seconds)
        return schema, limited(batches, most_rows, most_bytes, "ask for less, or read it with sql_batches")

    def relation(self, table: str) -> DuckDBPyRelation:
        """Return a table as a DuckDB relation, as `lake.relation("sales.csv").filter("price > 3").fetchall()`.

        Its rows are read when they are asked for, each time anew, in the process that reads the lake and can't write;
        the relation itself reaches no file, so its `write_parquet` and the like are refused. Relations of one lake can
        be joined. Raises NotFound for a table that doesn't exist, with the nearest names.
        """
        self.opened.require_rows()
        tables = self.opened.tables
        tables.table(TableId(table))

        def read(statement: str) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
            return tables.for_strangers.query(statement, lambda: [TableId(table)], tables.viewed)

        return self.opened.relations.relation(read, f"SELECT * FROM {quoted(table)}")

    def tables(self) -> pa.Table:
        """List the tables: table, file, connector, rows, rejected, columns, notes."""
        from lakeindex.catalog.listing import list_tables

        return list_tables(self.opened.catalog, self.opened.table_ids if self.opened.is_restricted else None)

    def parts(self) -> pa.Table:
        """List the files of tables that lie in many: table, part, rows, rejected, keys."""
        from lakeindex.catalog.listing import list_parts

        return list_parts(self.opened.catalog, self.opened.table_ids if self.opened.is_restricted else None)

    def find_names(self, text: str, most: int = 20) -> FoundNames:
        """Find tables and columns in whose names all words of a text are, at most so many of each, best first."""
        from lakeindex.catalog.find_names import find_names

        return find_names(self.opened.searcher.directory, self.opened.table_ids, text, most)

    def profile(self, table: str, column: str | None = None) -> pa.Table:
        """Return the profiles of a table's columns, in the file's order, or of one column.

        `quantiles` are the 5th, 25th, 50th, 75th and 95th hundredths, `values` the most frequent ones.
        """
        from lakeindex.catalog.listing import list_profiles

        named = self.opened.known_as(ColumnId(TableId(table), column or ""))
        table, column = named.table, column and named.name
        self.opened.searcher.directory.keys_of_table(TableId(table))
        if column is not None:
            self.opened.searcher.directory.key_of(ColumnId(TableId(table), column))
        return list_profiles(self.opened.catalog, TableId(table), column)

    def read(self, table: str) -> ReadRows:
        """Read a table's rows as lakeindex understood them, out of its file."""
        from lakeindex.build.read_table import read_file, read_parts
        from lakeindex.catalog.path_guard import lake_path, require_inside

        _, file = self.opened.tables.table(TableId(table))
        self.opened.require_lake()
        is_quiet = self.opened.kept_values is not RawValues.SAMPLE
        if parts := self.opened.catalog.parts_of(file):
            return read_parts(self.opened.root, parts, self.opened.settings, table, is_quiet)
        path = lake_path(self.opened.root, file)
        require_inside(path, self.opened.root)
        read = read_file(path, self.opened.settings, file, table, is_quiet)
        return replace(read, has_notes=self.opened.tables.is_allowed_file(file))
