"""A join, planned and ready to run: its SQL, its rows, their numbers, and what is known of it beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from lakeindex.catalog.database import glob_escaped
from lakeindex.config.ranges import JOINED_ROWS, PREVIEWED_ROWS
from lakeindex.errors import InvalidSetting, Refused
from lakeindex.escaping.counted import counted
from lakeindex.escaping.visible import visible_line
from lakeindex.join.condition import ByMapping, JoinCondition
from lakeindex.join.counts import JoinCounts
from lakeindex.join.dialects import DUCKDB, translate
from lakeindex.join.estimate.estimate import Interval, JoinEstimate
from lakeindex.join.explain_empty import explain_empty, explain_few
from lakeindex.join.html_table import html_table
from lakeindex.join.inlined_mapping import inlined
from lakeindex.join.kinds import How
from lakeindex.join.lake_tables import LakeTables
from lakeindex.join.row_bound import most_pairs, most_rows
from lakeindex.join.run_join import JoinRunner
from lakeindex.join.side import JoinSide
from lakeindex.join.statement import JoinSql
from lakeindex.join.write_file import copy_rows, mapping_path, write_mapping
from lakeindex.sql import literal, quoted
from lakeindex.types.frames import Frames

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
"""One line a joined pair; rows are numbered from 0 in the file's order, as in `Lake.read`."""


@dataclass(frozen=True, eq=False)
class JoinPlan(Frames):
    """A join of two columns of the lake; nothing is joined before a method needs rows."""

    left: JoinSide
    right: JoinSide
    how: How
    condition: JoinCondition
    """The condition that was chosen."""
    tried: tuple[JoinCondition, ...]
    """The conditions that it was chosen from."""
    tables: LakeTables
    """The lake that the join runs on."""
    estimate: JoinEstimate | None = None
    """Estimated from sketches; None where the index keeps none, or where they don't cover the condition."""
    most_rows: int | None = None
    """More rows than this are refused before the join runs; None for a hundred million or ten times the larger table,
    whichever is more."""

    def __post_init__(self) -> None:
        if self.most_rows is not None:
            JOINED_ROWS.require(self.most_rows, "most_rows")

    def sql(self, dialect: str = DUCKDB, out: Path | None = None, force: bool = False) -> str:
        """Write the join as one statement that runs without lakeindex, giving the rows of `to_arrow`.

        For DuckDB it reads the lake's files where they are; in another dialect every table is named by its path. The
        pairs of a mapping are written as Parquet beside the file `out`, and read from there.
        Raises InvalidSetting where a mapping needs `out`, MissingExtra where sqlglot isn't installed.
        """
        mapping = self._mapping_file(out, force)
        if dialect == DUCKDB:
            return self._runner.on_files(_scan(mapping)).joined(self.how)
        tables = JoinSql(
            self.left, self.right, self.condition, quoted(self.left.table), quoted(self.right.table),
            quoted(mapping.name) if mapping else "",
        )  # fmt: skip
        return translate(tables.joined(self.how), dialect)

    def self_contained_sql(self) -> str:
        """Write the statement of `sql` for DuckDB with the pairs of a mapping in it, so that it needs no file of them.

        Raises InvalidSetting where they are too many.
        """
        rule = self.condition.rule
        return self._runner.on_files(inlined(rule.pairs) if isinstance(rule, ByMapping) else "").joined(self.how)

    def rows_sql(self, out: Path | None = None, force: bool = False) -> str:
        """Write the statement for `rows`, for DuckDB only, as other engines don't number the rows of files."""
        return self._runner.on_files(_scan(self._mapping_file(out, force))).rows()

    def to_arrow(self) -> pa.Table:
        """Join: the left columns, then the right ones, in no particular order of rows.

        Raises UnreadableTable when a file is gone or no longer what it was, Refused for more rows than `most_rows`.
        """
        self.require_bounded(self.how)
        return self._runner.fetch(self._runner.on_lake.joined(self.how))

    def batches(self, limit: int | None = None) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """Join, a batch of rows at a time, until there are `limit` rows, where that is given.

        Raises what `to_arrow` does, UnreadableTable even in the middle; rows up to a limit are never too many.
        """
        if limit is None:
            self.require_bounded(self.how)
        bound = "" if limit is None else f"\nLIMIT {JOINED_ROWS.require(limit, 'limit'):d}"
        return self._runner.batches(f"{self._runner.on_lake.joined(self.how)}{bound}")

    def preview(self, rows: int = 10) -> pa.Table:
        """Join until there are so many rows, up to a million."""
        rows = PREVIEWED_ROWS.require(rows, "rows")
        return self._runner.fetch(f"{self._runner.on_lake.joined(self.how)}\nLIMIT {rows:d}")

    def rows(self) -> pa.Table:
        """List the pairs of partner rows, whatever `how` does with the other rows: ROWS_SCHEMA, ascending.

        Raises what `to_arrow` does.
        """
        self.require_bounded(How.INNER)
        # Not from the index's copy of the rows, whose order is not the file's.
        return self._runner.fetch(self._runner.on_files().rows()).cast(ROWS_SCHEMA)

    def write(self, path: str | Path, force: bool = False, rows: bool = False) -> int:
        """Join into a file, .parquet, .csv or .json, whole or not at all; return the number of rows.

        With `rows` the file lists the pairs of rows, as `rows()` does.
        Raises InvalidSetting for another suffix, Refused where the file exists, unless `force`, and for more rows than
        `most_rows`.
        """
        self.require_bounded(How.INNER if rows else self.how)
        sql = self._runner.on_files().rows() if rows else self._runner.on_lake.joined(self.how)
        return copy_rows(sql, Path(path).absolute(), force, self._runner.connect)

    @cached_property
    def promised(self) -> JoinEstimate:
        """The figures of the join, before it runs.

        Of up to a million rows they are counted by the rows of each key; of more they are estimated from sketches,
        where these cover the condition.
        """
        if self.estimate is not None and not self._is_small:
            return self.estimate
        counts = self.counts
        rate, fan_out, rows = (
            Interval(figure, figure, figure)
            for figure in (counts.match_rate, counts.pairs / max(counts.left_matched, 1), float(counts.pairs))
        )
        return JoinEstimate(rate, fan_out, rows, True, counts.pairs > max(self.left.rows, self.right.rows))

    @cached_property
    def counts(self) -> JoinCounts:
        """Count the join without joining: the rows of each key are multiplied."""
        counted = self._runner.fetch(self._runner.on_lake.counts()).to_pylist()[0]
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
        limit = max(_MOST_ROWS, _MOST_TIMES * self._larger) if self.most_rows is None else self.most_rows
        # The cheapest bound first; the rows of each key are only counted where the others leave a doubt.
        for pairs in self._bounds():
            if most_rows(pairs, how, self.left, self.right) <= limit:
                return
        self._require_at_most(
            limit,
            how,
            "join columns of which one has each value once, name further columns with --also, or allow them with "
            "--most-rows",
        )

    def _bounds(self) -> Iterator[float]:
        """Bound the number of pairs, in several ways."""
        yield most_pairs(self.left, self.right, self.estimate)
        if not isinstance(self.condition.rule, ByMapping) and self.right.rows <= self.left.rows:
            yield self.left.rows * self._runner.fetch(self._runner.on_lake.repeats())["rows"][0].as_py()

    def _require_at_most(self, most: int, how: How, instead: str) -> None:
        if (rows := self.counts.rows(how)) > most:
            raise Refused(
                f"the join would give {rows:,} rows of {self.left.rows:,} and {self.right.rows:,}, more than {most:,}: "
                f"{instead}"
            )

    @property
    def _is_small(self) -> bool:
        """Whether both tables are read in a moment."""
        return self.left.rows + self.right.rows <= _LEAST_LIMIT

    @property
    def _larger(self) -> int:
        return max(self.left.rows, self.right.rows)

    def describe_rows(self) -> str:
        """Say for people how many rows the join gives; nothing where that would take as long as joining."""
        if self._is_small:
            return counted(self.counts.rows(self.how), "row")
        expected = self.promised.rows
        about = "" if expected.is_exact else "about "
        return f"{about}{counted(round(expected.expected), 'row')}" if self.how is How.INNER else ""

    def remarks(self, rows: int) -> list[str]:
        """Comment for people on a join that gave so many rows."""
        sides = f"{self.left.rows:,} and {self.right.rows:,}"
        largest = self.left.rows + self.right.rows if self.how is How.FULL else self._larger
        remarks = [f"{counted(rows, 'row')} out of {sides}"]
        # Counting takes as long as joining: of large tables it is only done where something is amiss.
        if rows == 0 or self._is_small:
            counts = self.counts
            remarks[0] += f"; {counts.left_matched:,} left rows, {counts.match_rate:.1%} of those with a value, matched"
            if not counts.pairs:
                remarks.append(explain_empty(self.left, self.right, self.condition, counts))
            remarks += explain_few(self.left, self.right, counts)
        if rows > largest:
            remarks.append(f"warning: rows multiply: {rows:,} out of {sides}; neither column has each value only once")
        return remarks

    @property
    def promised_precision(self) -> float | None:
        """The share of the joined pairs that are expected to be right.

        None where no pair is expected, and where there is too little evidence to promise a share.
        """
        joins_nothing = self.condition.matched == 0 or (self.estimate is not None and self.estimate.rows.high == 0)
        return None if joins_nothing or not self.condition.is_promised else self.condition.precision

    def describe(self) -> str:
        """Describe for people the condition and how well it is estimated to match."""
        matched = self.condition.matched
        if self.promised_precision is not None:
            promised = [f"promises {self.promised_precision:.1%} of the pairs right"]
        elif self.condition.is_promised:
            promised = ["joins nothing, so nothing is promised"]
        else:
            promised = ["promises nothing: too few values show that the pairs are no chance"]
        if matched > 0:
            promised.append(f"{matched:.1%} of the left rows with a value matched")
        return f"{self.condition.match}: {self.condition.description} ({', '.join(promised)})"

    def __repr__(self) -> str:
        head = f"{self.how} join of {self.left} with {self.right}"
        return "\n  ".join(map(visible_line, (head, self.describe(), f"expected: {self.promised.describe()}")))

    def _repr_html_(self) -> str:
        head, *lines = repr(self).split("\n")
        return html_table(head, lines, self.preview(_SHOWN))

    @cached_property
    def _runner(self) -> JoinRunner:
        return JoinRunner(self.left, self.right, self.condition, self.tables)

    def _mapping_file(self, out: Path | None, force: bool) -> Path | None:
        """Write the pairs of a mapping; return where, or None for a condition without a mapping."""
        if not isinstance(self.condition.rule, ByMapping):
            return None
        if out is None:
            raise InvalidSetting(
                f"a {self.condition.match} join needs a file for its mapping: give --out FILE, and the statement reads "
                f"{mapping_path(Path('FILE'))} beside it"
            )
        path = mapping_path(out.absolute())
        write_mapping(self.condition.rule.pairs, path, force)
        return path


def _scan(mapping: Path | None) -> str:
    return f"read_parquet({literal(glob_escaped(mapping))})" if mapping else ""
