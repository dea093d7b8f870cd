"""Run the statements of a join in DuckDB, on the tables of the lake."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from lakeindex.catalog.sql_process.cursor import SqlCursor
from lakeindex.join.condition import ByMapping, JoinCondition
from lakeindex.join.lake_tables import LakeTables
from lakeindex.join.side import JoinSide, reading
from lakeindex.join.statement import JoinSql

_BATCH_ROWS = 20_000
"""So many are ready before the first is seen; DuckDB's own million fill a memory, where rows are wide."""
MAPPING = "join_mapping"
"""The name by which statements that run here find the pairs of a mapping."""


@dataclass(frozen=True, eq=False)
class JoinRunner:
    """Two sides of a join and its condition, connected to the lake; nothing is read before a statement is run."""

    left: JoinSide
    right: JoinSide
    condition: JoinCondition
    tables: LakeTables

    @property
    def on_lake(self) -> JoinSql:
        """The statements on the index's copy of the rows where it keeps one, else on the files."""
        return self._statements(self.left.row_source, self.right.row_source, MAPPING)

    def on_files(self, mapping: str = MAPPING) -> JoinSql:
        """Return the statements on the files, whose rows they number; `mapping` is SQL for the pairs of a mapping."""
        return self._statements(self.left.file_source, self.right.file_source, mapping)

    def fetch(self, sql: str) -> pa.Table:
        """Run a statement. Raises UnreadableTable when a file is gone or no longer what it was."""
        with self._reading():
            table: pa.Table = self._cursor.sql(sql).to_arrow_table()
            return table

    def batches(self, sql: str) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """Run a statement, a batch of rows at a time. Raises UnreadableTable, even in the middle."""
        with self._reading():
            schema, batches = self._cursor.sql(sql).batches()
        return schema, self._read(batches)

    def connect(self, folder: Path) -> SqlCursor:
        """Open a connection of its own to the lake that reaches one more folder."""
        return self._with_mapping(self.tables.open_reaching(folder).connection)

    @cached_property
    def _cursor(self) -> SqlCursor:
        return self._with_mapping(self.left.connection.cursor())

    def _with_mapping(self, connection: SqlCursor) -> SqlCursor:
        if isinstance(self.condition.rule, ByMapping):
            connection.register(MAPPING, self.condition.rule.pairs)
        return connection

    def _read(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        with self._reading():
            yield from batches

    def _reading(self) -> AbstractContextManager[None]:
        return reading(f"the join of {self.left} with {self.right}")

    def _statements(self, left: str, right: str, mapping: str) -> JoinSql:
        return JoinSql(self.left, self.right, self.condition, f"({left})", f"({right})", mapping)
