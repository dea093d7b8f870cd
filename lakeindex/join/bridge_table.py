"""Join two columns through a table of the lake that maps the values of one to those of the other: an indirect join."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from lakeindex.join.condition import MAPPING_SCHEMA, ByMapping, Meeting
from lakeindex.join.key_conditions import normal_value
from lakeindex.join.kinds import MatchKind
from lakeindex.join.side import JoinSide, reading

_THROUGH = """
WITH lefts AS (SELECT DISTINCT {left_text} AS value, {left_key} AS "key" FROM ({left}) AS l),
     rights AS (SELECT DISTINCT {right_text} AS value, {right_key} AS "key" FROM ({right}) AS r),
     known AS (SELECT DISTINCT {from_key} AS from_key, {to_key} AS to_key FROM ({lookup}) AS t),
     entered AS (SELECT lefts.value, lefts."key", to_key FROM lefts JOIN known ON lefts."key" = from_key
                 WHERE to_key IS NOT NULL)
SELECT entered.value AS left_value, rights.value AS right_value, entered."key" AS from_key, to_key
FROM entered JOIN rights ON to_key = rights."key" ORDER BY ALL
"""
_REACHED = """
SELECT (SELECT count(DISTINCT {left_key}) FROM ({left}) AS l) AS lefts,
       (SELECT count(DISTINCT {left_key}) FROM ({left}) AS l
        WHERE {left_key} IN (SELECT {from_key} FROM ({lookup}) AS t)) AS entered
"""


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """A table with a column for each side."""

    of_left: JoinSide
    of_right: JoinSide

    def meeting(self, left: JoinSide, right: JoinSide) -> Meeting | None:
        """Let left and right values meet that a row of the table has side by side; None where none do.

        Its precision is that of the weaker link: of the left values that the table knows, the share that it takes to a
        right value, and how far that is a single one.
        Raises UnreadableTable when a file is gone or no longer what it was.
        """
        written = {
            "left": left.source, "left_text": left.text("l"), "left_key": normal_value(left.text("l")),
            "right": right.source, "right_text": right.text("r"), "right_key": normal_value(right.text("r")),
            "lookup": self.of_left.source,
            "from_key": normal_value(self.of_left.text("t")), "to_key": normal_value(self.of_right.text("t")),
        }  # fmt: skip
        with reading(f"the join of {left} with {right} through {self.of_left.table}"):
            cursor = left.connection.cursor()
            met = cursor.sql(_THROUGH.format(**written)).to_arrow_table()
            lefts, entered = cursor.sql(_REACHED.format(**written)).fetchall()[0]
        if not met.num_rows:
            return None
        links = met.select(["from_key", "to_key"]).group_by(["from_key", "to_key"]).aggregate([])
        through = links.group_by("from_key").aggregate([]).num_rows
        # Of few values, as if there had been one more that went astray.
        precision = min(through / (entered + 1), through / links.num_rows)
        pairs = met.select(["left_value", "right_value"])
        return Meeting(
            match=str(MatchKind.SEMANTIC),
            way=ByMapping(
                pairs.append_column("probability", pa.array([precision] * pairs.num_rows, pa.float64())).cast(
                    MAPPING_SCHEMA
                )
            ),
            precision=precision,
            matched=through / lefts,
            told=f"indirect: {self.of_left.table} has {self.of_left.column!r} beside {self.of_right.column!r}",
        )
