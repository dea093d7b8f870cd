"""Tables in DuckDB that stand in for a lake's views."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from lakeindex.errors import UnreadableTable
from lakeindex.evaluate.term_counts import LakeColumns
from lakeindex.types.lake import ColumnId, TableId

Tables = dict[str, dict[str, list[object]]]


class DuckDBLake:
    def __init__(self, tables: Tables, gone: tuple[str, ...] = ()) -> None:
        self.tables = tables
        self.gone = gone
        self.connection = duckdb.connect()
        for name, columns in tables.items():
            self.connection.register(name, pa.table(columns))

    def columns(self) -> LakeColumns:
        return LakeColumns.of(ColumnId(TableId(table), name) for table, names in self.tables.items() for name in names)

    def view(self, table: TableId) -> str:
        if table in self.gone:
            raise UnreadableTable(f"{table} is gone")
        return '"' + table.replace('"', '""') + '"'

    def run(self, sql: str) -> None:
        self.connection.execute(sql)

    def fetch(self, sql: str) -> pa.Table:
        rows: pa.Table = self.connection.sql(sql).to_arrow_table()
        return rows

    def load(self, name: str, rows: pa.Table) -> None:
        self.connection.register("incoming", rows)
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM incoming")
        self.connection.unregister("incoming")


def column(table: str, name: str) -> ColumnId:
    return ColumnId(TableId(table), name)
