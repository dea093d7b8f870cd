"""A sample of a table's rows, and what other tables say of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Integers
from lakeindex.catalog.sql_process.cursor import SqlCursor
from lakeindex.join.condition import ByMapping
from lakeindex.join.plan import JoinPlan
from lakeindex.join.side import JoinSide, reading
from lakeindex.lake_map.hop_keys import hop_keys
from lakeindex.sql import quoted
from lakeindex.types.names import sql_names

_SAMPLE, _MAPPING = "enrich_sample", "enrich_mapping"
_SAMPLED = """SELECT row_number() OVER () - 1 AS {row}, * FROM ({rows}) AS t
QUALIFY {target} IS NOT NULL ORDER BY hash({row}) LIMIT {most:d}"""
_LOOKED_UP = """WITH asked AS (SELECT {row} AS asked_row, {left_key} AS k FROM {sample} AS l),
met AS ({met})
SELECT asked_row, {columns} FROM met JOIN ({right}) AS r ON {right_key} = met.k GROUP BY 1"""
_EQUAL = "SELECT asked_row, k FROM asked WHERE k IS NOT NULL"
_MAPPED = 'SELECT asked_row, "right_value" AS k FROM asked JOIN {mapping} ON "left_value" = asked.k'


@dataclass(frozen=True, slots=True, eq=False)
class SampledRows:
    """Rows of a table, drawn by the hash of their number, the same ones each time."""

    side: JoinSide
    rows: pa.Table
    """The table's columns, and in the column `row` the number of each row."""
    row: str

    @classmethod
    def of(cls, side: JoinSide, target: str, most: int) -> SampledRows:
        """Draw at most so many rows with a target. Raises UnreadableTable when the file is gone or another one."""
        row = sql_names([*(name for name, _ in side.columns), "row number"])[-1]
        sql = _SAMPLED.format(row=quoted(row), rows=side.row_source, target=quoted(target), most=most)
        with reading(str(side.table)):
            return cls(side, side.connection.cursor().sql(sql).to_arrow_table(), row)

    def __len__(self) -> int:
        return self.rows.num_rows

    def own(self) -> pa.Table:
        """Return the rows without their numbers."""
        return self.rows.drop_columns([self.row])

    def look_up(self, plan: JoinPlan) -> pa.Table:
        """Return the columns of a join's right table for each row, null where it has no partner there.

        Of several partners the least value of each column counts. Raises UnreadableTable as above.
        """
        found = self._looked_up(plan)
        places = np.full(len(self), -1)
        at = _places(self.rows[self.row].to_numpy(), found["asked_row"].to_numpy())
        places[at] = np.arange(found.num_rows)
        taken: Any = pa.array(places, mask=places < 0)
        return found.drop_columns(["asked_row"]).take(taken)

    def _looked_up(self, plan: JoinPlan) -> pa.Table:
        left_key, right_key = hop_keys(plan, "l", "r")
        columns = ", ".join(f"min(r.{quoted(name)}) AS {quoted(name)}" for name, _ in plan.right.columns)
        rule = plan.condition.rule
        cursor = self._cursor()
        if isinstance(rule, ByMapping):
            cursor.register(_MAPPING, rule.pairs)
        sql = _LOOKED_UP.format(
            row=quoted(self.row), left_key=left_key, sample=_SAMPLE, columns=columns, right=plan.right.row_source,
            right_key=right_key, met=_MAPPED.format(mapping=_MAPPING) if isinstance(rule, ByMapping) else _EQUAL,
        )  # fmt: skip
        with reading(f"the join of {plan.left} with {plan.right}"):
            return cursor.sql(sql).to_arrow_table()

    def _cursor(self) -> SqlCursor:
        cursor = self.side.connection.cursor()
        cursor.register(_SAMPLE, self.rows)
        return cursor


def _places(rows: Integers, some: Integers) -> Integers:
    """Return the places of some row numbers among all, which are distinct."""
    order = np.argsort(rows)
    return np.asarray(order[np.searchsorted(rows, some, sorter=order)])
