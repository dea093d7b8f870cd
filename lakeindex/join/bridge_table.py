"""Join two columns through a table of the lake that maps the values of one to those of the other."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from lakeindex.join.condition import MAPPING_SCHEMA, ByMapping, JoinCondition
from lakeindex.join.key_conditions import normal_value
from lakeindex.join.kinds import MatchKind
from lakeindex.join.side import JoinSide, reading

_THROUGH = """
WITH lefts AS (SELECT DISTINCT {left_text} AS value, {left_key} AS "key" FROM ({left}) AS l),
     rights AS (SELECT DISTINCT {right_text} AS value, {right_key} AS "key" FROM ({right}) AS r),
     known AS (SELECT DISTINCT {from_key} AS from_key, {to_key} AS to_key FROM ({bridge}) AS t),
     entered AS (SELECT lefts.value, lefts."key", to_key FROM lefts JOIN known ON lefts."key" = from_key
                 WHERE to_key IS NOT NULL)
SELECT entered.value AS left_value, rights.value AS right_value, entered."key" AS from_key, to_key
FROM entered JOIN rights ON to_key = rights."key" ORDER BY ALL
"""
_COVERED = """
SELECT (SELECT count(DISTINCT {left_key}) FROM ({left}) AS l) AS lefts,
       (SELECT count(DISTINCT {left_key}) FROM ({left}) AS l
        WHERE {left_key} IN (SELECT {from_key} FROM ({bridge}) AS t)) AS entered
"""


@dataclass(frozen=True, slots=True, eq=False)
class BridgeTable:
    """A table with one column of each side's values."""

    of_left: JoinSide
    of_right: JoinSide

    def condition(self, left: JoinSide, right: JoinSide) -> JoinCondition | None:
        """Match left and right values that stand in one row of the table; None where none do.

        The precision is the lesser of two shares: of the left values in the table, those that it maps to a right value;
        and the number of these values over the number of pairs, which is 1 where each has a single partner.
        Raises UnreadableTable when a file is gone or no longer what it was.
        """
        met, lefts, entered = self._read(left, right)
        if not met.num_rows:
            return None
        links = met.select(["from_key", "to_key"]).group_by(["from_key", "to_key"]).aggregate([])
        mapped = links.group_by("from_key").aggregate([]).num_rows
        # One more, counted as a miss, so that few values give less confidence.
        precision = min(mapped / (entered + 1), mapped / links.num_rows)
        probabilities = pa.array([precision] * met.num_rows, pa.float64())
        pairs = met.select(["left_value", "right_value"]).append_column("probability", probabilities)
        return JoinCondition(
            match=str(MatchKind.SEMANTIC),
            rule=ByMapping(pairs.cast(MAPPING_SCHEMA)),
            precision=precision,
            matched=mapped / lefts,
            description=f"indirect: {self.of_left.table} has {self.of_left.column!r} beside {self.of_right.column!r}",
        )

    def _read(self, left: JoinSide, right: JoinSide) -> tuple[pa.Table, int, int]:
        """Return the pairs of values with their keys, and how many left keys there are, at all and in the table."""
        written = {
            "left": left.source, "left_text": left.text("l"), "left_key": normal_value(left.text("l")),
            "right": right.source, "right_text": right.text("r"), "right_key": normal_value(right.text("r")),
            "bridge": self.of_left.source,
            "from_key": normal_value(self.of_left.text("t")), "to_key": normal_value(self.of_right.text("t")),
        }  # fmt: skip
        with reading(f"the join of {left} with {right} through {self.of_left.table}"):
            cursor = left.connection.cursor()
            met = cursor.sql(_THROUGH.format(**written)).to_arrow_table()
            ((lefts, entered),) = cursor.sql(_COVERED.format(**written)).fetchall()
        return met, lefts, entered
