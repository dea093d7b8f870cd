"""A join, planned and ready to run: its SQL, its rows, their numbers, and what is known of it beforehand."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb
import pyarrow as pa

from lakeindex.catalog.database import glob_escaped
from lakeindex.catalog.lake_views import LakeDatabase
from lakeindex.errors import InvalidSetting, Refused
from lakeindex.join.condition import VALUE, ByExpression, ByMapping, Meeting
from lakeindex.join.counts import JoinCounts
from lakeindex.join.dialects import DUCKDB, translated
from lakeindex.join.estimate.estimate import Expected, Interval, expect
from lakeindex.join.estimate.samples import Distinct
from lakeindex.join.explain_empty import why_nothing
from lakeindex.join.html_table import html_table
from lakeindex.join.key_conditions import normal_value
from lakeindex.join.kinds import How
from lakeindex.join.row_bound import most_pairs, rows_of
from lakeindex.join.side import JoinSide, reading
from lakeindex.join.statement import JoinSql
from lakeindex.join.write_file import copy_rows, mapping_path, write_mapping
from lakeindex.sql import literal, quoted
from lakeindex.types.columns import Family, QueryColumn

_MAPPING = "join_mapping"
_SKETCHED = tuple(ByExpression(form, form) for form in (VALUE, normal_value()))
_LEAST_LIMIT = 1_000_000
_MOST_TIMES = 10
_MOST_ROWS = 100_000_000
_SHOWN = 5

_ROWS: list[tuple[str, pa.DataType]] = [
    ("left_row", pa.int64()),
    ("right_row", pa.int64()),
    ("probability", pa.float64()),
]
ROWS_SCHEMA = pa.schema(_ROWS)
"""A line a joined pair; rows are numbered from 0, as `Lake.read` gives them: in the file's order."""


@dataclass(frozen=True, eq=False)
class JoinPlan:
    """A join of two columns of the lake; nothing is joined before rows are asked for."""

    left: JoinSide
    right: JoinSide
    how: How
    meeting: Meeting
    """The way chosen for values to meet."""
    tried: tuple[Meeting, ...]
    """The ways that it was chosen from."""
    opened: Callable[[Path], LakeDatabase]
    """Opens the lake in DuckDB once more, one folder besides in reach."""
    expected: Expected | None = None
    """What sketches promise of a join on normal values; None where the index keeps none, or values meet otherwise."""
    most_rows: int | None = None
    """More rows than this are refused before the join runs; None for a hundred million and ten times the larger table,
    whichever is more."""

    def sql(self, dialect: str = DUCKDB, out: Path | None = None, force: bool = False) -> str:
        """Write the join as one statement that runs without lakeindex, giving the rows of `to_arrow`.

        For DuckDB it reads the lake's files where they lie; in another dialect every table goes by its path. Where
        values meet by a mapping, that is written as Parquet beside the file `out`, and read from there.
        Raises InvalidSetting where a mapping has no place, MissingExtra where sqlglot isn't installed.
        """
        mapping = self._mapping_file(out, force)
        if dialect == DUCKDB:
            scanned = f"read_parquet({literal(glob_escaped(mapping))})" if mapping else ""
            return self._from_files(scanned).joined(self.how)
        tables = JoinSql(
            self.left, self.right, self.meeting, quoted(self.left.table), quoted(self.right.table),
            quoted(mapping.name) if mapping else "",
        )  # fmt: skip
        return translated(tables.joined(self.how), dialect)

    def rows_sql(self, out: Path | None = None, force: bool = False) -> str:
        """Write the statement for `rows`, for DuckDB, which alone numbers the rows of files."""
        mapping = self._mapping_file(out, force)
        return self._from_files(f"read_parquet({literal(glob_escaped(mapping))})" if mapping else "").rows()

    def to_arrow(self) -> pa.Table:
        """Join: the left columns, then the right ones; the order of the rows means nothing.

        Raises UnreadableTable when a file is gone or no longer what it was, Refused for more rows than `most_rows`.
        """
        self.require_bounded(self.how)
        return self._fetch(self._from_lake.joined(self.how))

    def batches(self) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """Join, a batch of rows at a time. Raises what `to_arrow` does, UnreadableTable even in the middle."""
        self.require_bounded(self.how)
        with self._reading():
            reader = self._cursor.sql(self._from_lake.joined(self.how)).to_arrow_reader()
        return reader.schema, self._read(reader)

    def preview(self, rows: int = 10) -> pa.Table:
        """Join until so many rows are there."""
        return self._fetch(f"{self._from_lake.joined(self.how)}\nLIMIT {rows:d}")

    def rows(self) -> pa.Table:
        """List the pairs of rows that meet, whatever becomes of the others: ROWS_SCHEMA, ascending.

        Raises what `to_arrow` does.
        """
        self.require_bounded(How.INNER)
        # Not from the index's copy of the rows, whose order is not the file's.
        return self._fetch(self._from_files(_MAPPING).rows()).cast(ROWS_SCHEMA)

    def write(self, path: str | Path, force: bool = False, rows: bool = False) -> int:
        """Join into a file, .parquet, .csv or .json, whole or not at all; return how many rows there are.

        With `rows` the file lists the pairs of rows that meet, as `rows()` does.
        Raises InvalidSetting for another suffix, Refused where the file exists, unless `force`, and for more rows than
        `most_rows`.
        """
        self.require_bounded(How.INNER if rows else self.how)
        sql = self._from_files(_MAPPING).rows() if rows else self._from_lake.joined(self.how)
        return copy_rows(
            sql, Path(path).absolute(), force, lambda folder: self._prepared(self.opened(folder).connection)
        )

    @cached_property
    def promised(self) -> Expected:
        """What the join gives, known before it runs: estimated from sketches, or else counted, a key at a time."""
        if self.expected is not None:
            return self.expected
        counts = self.counts
        rate, fan_out, rows = (
            Interval(figure, figure, figure)
            for figure in (counts.match_rate, counts.pairs / max(counts.left_matched, 1), float(counts.pairs))
        )
        return Expected(rate, fan_out, rows, True, counts.pairs > max(self.left.rows, self.right.rows))

    @cached_property
    def counts(self) -> JoinCounts:
        """Count the join without joining: the rows of each key are multiplied."""
        counted = self._fetch(self._from_lake.counts()).to_pylist()[0]
        return JoinCounts(**{name: int(count) for name, count in counted.items()})

    def require_modest(self) -> None:
        """Raise Refused where the join gives more than ten times the rows of the larger table, and over a million."""
        self._require_at_most(
            max(_MOST_TIMES * self._larger, _LEAST_LIMIT),
            self.how,
            "join columns of which one has each value once, or leave --guard away",
        )

    def require_bounded(self, how: How) -> None:
        """Raise Refused, before anything is joined, where there would be more rows than `most_rows`."""
        most = max(_MOST_ROWS, _MOST_TIMES * self._larger) if self.most_rows is None else self.most_rows
        # The cheapest bound first; what both sides have of each value is only counted where the others leave a doubt.
        for pairs in self._most_pairs():
            if rows_of(pairs, how, self.left, self.right) <= most:
                return
        self._require_at_most(
            most,
            how,
            "join columns of which one has each value once, name further columns with --also, or allow them with "
            "--most-rows",
        )

    def _most_pairs(self) -> Iterator[float]:
        yield most_pairs(self.left, self.right, self.expected)
        if not isinstance(self.meeting.way, ByMapping) and self.right.rows <= self.left.rows:
            yield self.left.rows * self._fetch(self._from_lake.repeats())["rows"][0].as_py()

    def _require_at_most(self, most: int, how: How, instead: str) -> None:
        if (rows := self.counts.rows(how)) > most:
            raise Refused(
                f"the join would give {rows:,} rows of {self.left.rows:,} and {self.right.rows:,}, more than {most:,}: "
                f"{instead}"
            )

    @property
    def _larger(self) -> int:
        return max(self.left.rows, self.right.rows)

    def remarks(self, rows: int) -> list[str]:
        """Say for people what came of a join that gave so many rows."""
        sides = f"{self.left.rows:,} and {self.right.rows:,}"
        largest = self.left.rows + self.right.rows if self.how is How.FULL else self._larger
        remarks = [f"{rows:,} rows out of {sides}"]
        # Counting takes as long as joining: of large tables it is only done where something is amiss.
        if rows == 0 or self.left.rows + self.right.rows <= _LEAST_LIMIT:
            counts = self.counts
            remarks[0] += f"; {counts.left_matched:,} left rows, {counts.match_rate:.1%} of those with a value, matched"
            if not counts.pairs:
                remarks.append(why_nothing(self.left, self.right, self.meeting, counts))
        if rows > largest:
            remarks.append(
                f"warning: rows multiply: {rows:,} out of {sides}; each value of neither column is there once"
            )
        return remarks

    def told(self) -> str:
        """Say for people how values meet, and what is promised of it."""
        promised = [f"promises {self.meeting.precision:.1%} of the pairs right"]
        if self.meeting.matched == self.meeting.matched:
            promised.append(f"{self.meeting.matched:.1%} of the left rows with a value matched")
        return f"{self.meeting.match}: {self.meeting.told} ({', '.join(promised)})"

    def __repr__(self) -> str:
        head = f"{self.how} join of {self.left} with {self.right}"
        return f"{head}\n  {self.told()}\n  expected: {self.promised.told()}"

    def _repr_html_(self) -> str:
        head, *lines = repr(self).split("\n")
        return html_table(head, lines, self.preview(_SHOWN))

    def _read(self, reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        with self._reading():
            yield from reader

    @cached_property
    def _cursor(self) -> duckdb.DuckDBPyConnection:
        return self._prepared(self.left.connection.cursor())

    def _prepared(self, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
        if isinstance(self.meeting.way, ByMapping):
            connection.register(_MAPPING, self.meeting.way.pairs)
        return connection

    @property
    def _from_lake(self) -> JoinSql:
        return self._statement(self.left.source, self.right.source, _MAPPING)

    def _from_files(self, mapping: str) -> JoinSql:
        return self._statement(self.left.file_source, self.right.file_source, mapping)

    def _statement(self, left: str, right: str, mapping: str) -> JoinSql:
        return JoinSql(self.left, self.right, self.meeting, f"({left})", f"({right})", mapping)

    def _mapping_file(self, out: Path | None, force: bool) -> Path | None:
        if not isinstance(self.meeting.way, ByMapping):
            return None
        if out is None:
            raise InvalidSetting(
                f"a {self.meeting.match} join needs a file for its mapping: give --out FILE, and the statement reads "
                f"{mapping_path(Path('FILE'))} beside it"
            )
        path = mapping_path(out.absolute())
        write_mapping(self.meeting.way.pairs, path, force)
        return path

    def _fetch(self, sql: str) -> pa.Table:
        with self._reading():
            table: pa.Table = self._cursor.sql(sql).to_arrow_table()
            return table

    def _reading(self) -> AbstractContextManager[None]:
        return reading(f"the join of {self.left} with {self.right}")


def expected_of(columns: Sequence[QueryColumn], meeting: Meeting, sketched: int) -> Expected | None:
    """Estimate the join of two columns from their sketches; None where they don't say how such values meet.

    Profiles told up to `sketched` distinct values one by one, and estimated how many more there are.
    """
    left, right = (column.terms[Family.VALUES] for column in columns)
    if meeting.way not in _SKETCHED or not len(left.hashes) or not len(right.hashes):
        return None
    rows = [int(column.facts.rows[0] - column.facts.nulls[0]) for column in columns]
    distinct = [distinct_of(column, sketched) for column in columns]
    return expect(left, right, rows[0], rows[1], distinct=(distinct[0], distinct[1]))


def distinct_of(column: QueryColumn, sketched: int) -> Distinct:
    """Tell how many values a column has, by its profile, which told up to `sketched` of them one by one."""
    values = int(column.facts.distinct[0])
    return Distinct(values, math.inf if values < sketched else sketched)
