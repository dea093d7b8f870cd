"""The distinct values of two columns in DuckDB, and the outputs of programs for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from lakeindex.join.condition import MAPPING_SCHEMA
from lakeindex.join.transform.program import Program

_DISTINCT = """
CREATE TABLE {name} AS
SELECT value, lower(trim(value)) AS key FROM (SELECT DISTINCT CAST(value AS VARCHAR) AS value FROM incoming)
WHERE trim(value) <> '' ORDER BY value
"""
# Of the programs that apply to a value, the first whose output is a value of the other side counts.
_MET = """
CREATE OR REPLACE TEMP TABLE met AS
WITH outputs AS ({outputs}),
     keys AS (SELECT DISTINCT key FROM {other}),
     hits AS (SELECT value, number, output FROM outputs SEMI JOIN keys ON output = key)
SELECT value, min(number) AS number, arg_min(output, number) AS key, count(DISTINCT output) > 1 AS is_disputed
FROM hits GROUP BY value
"""
_APPLIED = """
WITH outputs AS ({outputs})
SELECT outputs.number, count(*) FROM outputs LEFT JOIN met USING (value)
WHERE output IS NOT NULL AND coalesce(met.number >= outputs.number, true) GROUP BY outputs.number
"""
_PAIRS = """
SELECT {left} AS left_value, {right} AS right_value, CAST(1 AS DOUBLE) AS probability
FROM met JOIN {other} AS other USING (key) ORDER BY ALL
"""
_FAN_IN = """
SELECT coalesce(sum(count), 0), count(*), coalesce(sum(CAST(count > 1 AS INTEGER)), 0)
FROM (SELECT count(*) AS count FROM met GROUP BY key)
"""
_MEMORY = "1GB"
_SANDBOX: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": _MEMORY,
    "threads": 2,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    # Else data beyond the memory limit would be written to the current folder, which may be the lake.
    "temp_directory": "",
}


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """The outcome of programs, tried in order, on whole columns."""

    coverage: float
    """The share of the rewritten side's distinct values that become a value of the other side."""
    other_coverage: float
    """The share of the other side's distinct values that are reached."""
    counts: tuple[tuple[int, int], ...]
    """For each program: the values left by those before to which it applies, and how many of them it matches."""
    ambiguity: float
    """The share of surplus pairs, where most values of the other side have one partner and a few have more."""
    disagreement: float
    """The share of values that two programs turn into different values of the other side."""
    pairs: pa.Table
    """MAPPING_SCHEMA; the probabilities are 1, to be replaced by an estimate."""


def connect_sandboxed() -> duckdb.DuckDBPyConnection:
    """Open a database in memory without access to files or extensions, limited to a gigabyte."""
    return duckdb.connect(config=_SANDBOX)


class TwoColumns:
    """The distinct texts of a left and a right column."""

    def __init__(self, left: pa.Array[Any], right: pa.Array[Any]) -> None:
        """Read both columns; nulls and blank texts are left out."""
        self._connection = connect_sandboxed()
        for name, column in (("lefts", left), ("rights", right)):
            self._connection.register("incoming", pa.table({"value": column}))
            self._connection.execute(_DISTINCT.format(name=name))
            self._connection.unregister("incoming")

    def __enter__(self) -> TwoColumns:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def count(self, is_left: bool) -> int:
        """Count the distinct values of a side."""
        return int(self._rows(f"SELECT count(*) FROM {_table(is_left)}")[0][0])

    def texts(self, is_left: bool) -> pa.Array[Any]:
        """Return the distinct values of a side, sorted."""
        return self._column(f"SELECT value FROM {_table(is_left)} ORDER BY value")

    def unmet(self, is_left: bool) -> pa.Array[Any]:
        """Return the values of a side that are not among those of the other side as they are, sorted."""
        mine, other = _table(is_left), _table(not is_left)
        return self._column(f"SELECT value FROM {mine} ANTI JOIN {other} USING (key) ORDER BY value")

    def keys(self, is_left: bool) -> pa.Array[Any]:
        """Return the distinct values of a side, trimmed and in lower case."""
        return self._column(f"SELECT DISTINCT key FROM {_table(is_left)}")

    def outcome(self, programs: Sequence[Program], is_of_left: bool) -> Outcome:
        """Run programs on all values of a side."""
        mine, other = _table(is_of_left), _table(not is_of_left)
        outputs = " UNION ALL ".join(
            f"SELECT value, {number} AS number, lower(trim({program.sql('value')})) AS output FROM {mine}"
            for number, program in enumerate(programs)
        )
        self._connection.execute(_MET.format(outputs=outputs, other=other))
        applied = dict(self._rows(_APPLIED.format(outputs=outputs)))
        met = dict(self._rows("SELECT number, count(*) FROM met GROUP BY number"))
        pairs, reached, crowded = self._rows(_FAN_IN)[0]
        others = self._rows(f"SELECT count(*) FROM {other} SEMI JOIN met USING (key)")[0][0]
        disputed = self._rows("SELECT count(*) FROM met WHERE is_disputed")[0][0]
        sides = ("met.value", "other.value") if is_of_left else ("other.value", "met.value")
        table = self._connection.sql(_PAIRS.format(left=sides[0], right=sides[1], other=other)).to_arrow_table()
        return Outcome(
            coverage=pairs / max(1, self.count(is_of_left)),
            other_coverage=others / max(1, self.count(not is_of_left)),
            counts=tuple((applied.get(number, 0), met.get(number, 0)) for number in range(len(programs))),
            ambiguity=_ambiguity(pairs, reached, crowded),
            disagreement=disputed / max(1, pairs),
            pairs=table.cast(MAPPING_SCHEMA),
        )

    def _column(self, sql: str) -> pa.Array[Any]:
        column = self._connection.sql(sql).to_arrow_table().column(0).combine_chunks()
        texts: pa.Array[Any] = column.cast(pa.large_string())
        return texts

    def _rows(self, sql: str) -> list[Any]:
        return self._connection.sql(sql).fetchall()


def _ambiguity(pairs: int, reached: int, crowded: int) -> float:
    # Where many have several partners, the columns are related so; where few do, half of the surplus are collisions.
    if pairs == 0:
        return 0.0
    return (pairs - reached) / pairs / 2 * max(0.0, 1 - 5 * crowded / reached)


def _table(is_left: bool) -> str:
    return "lefts" if is_left else "rights"
