"""Write as SQL which right moment each left one meets as of itself: the distinct moments of both sides, sorted once.

DuckDB's own ASOF JOIN gives a left row one partner of several and knows no nearest, and few other engines have one.
"""

from __future__ import annotations

from lakeindex.join.condition import ByMoment
from lakeindex.join.kinds import Direction
from lakeindex.join.side import APART, TEXT, JoinSide

NEAREST = '"join_nearest"'
"""Names the pairs that `nearest_moments` defines: left_value, right_value, probability."""

_NEAREST = """"join_moments" AS (
  SELECT "within", "moment", max("is_left") AS "is_left", max("partner") AS "partner"
  FROM (SELECT {left_within} AS "within", {left_moment} AS "moment", 1 AS "is_left", NULL AS "partner" FROM {left} AS l
        UNION ALL
        SELECT {right_within}, {right_moment}, 0, {right_moment} FROM {right} AS r) AS moments
  WHERE "within" IS NOT NULL AND "moment" IS NOT NULL GROUP BY "within", "moment"),
"join_around" AS (SELECT "within", "moment", "is_left", {around} FROM "join_moments"),
"join_partners" AS (SELECT "within", "moment", {partner} AS "partner" FROM "join_around" WHERE "is_left" = 1),
"join_nearest" AS (
  SELECT {left_key} AS "left_value", {right_key} AS "right_value", CAST(1 AS DOUBLE) AS "probability"
  FROM "join_partners" WHERE {is_near})"""

# There are no NULLs, and where BigQuery puts them is what it can say. What follows is sought from the end, since DuckDB
# takes many times as long over a frame that begins at the current row.
_RUNNING = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
_AROUND = {
    Direction.BACKWARD:
        f'max("partner") OVER (PARTITION BY "within" ORDER BY "moment" NULLS FIRST {_RUNNING}) AS "earlier"',
    Direction.FORWARD:
        f'min("partner") OVER (PARTITION BY "within" ORDER BY "moment" DESC NULLS LAST {_RUNNING}) AS "later"',
}  # fmt: skip
_AROUND[Direction.NEAREST] = ",\n  ".join(_AROUND.values())


def nearest_moments(way: ByMoment, left: tuple[JoinSide, str], right: tuple[JoinSide, str]) -> str:
    """Write the common table expressions for the pairs of moments that meet, the last of them `NEAREST`.

    Each side comes with the SQL that its rows are selected from.
    """
    return _NEAREST.format(
        left=left[1],
        right=right[1],
        left_within=_within(left[0], "l"),
        right_within=_within(right[0], "r"),
        left_moment=way.of_left(left[0].first.value("l")),
        right_moment=way.of_right(right[0].first.value("r")),
        around=_AROUND[way.direction],
        partner=_partner(way),
        left_key=_key('"moment"', left[0], '"within"'),
        right_key=_key('"partner"', right[0], '"within"'),
        is_near=_is_near(way),
    )


def moment_key(side: JoinSide, table: str, moment: str) -> str:
    """Write what `NEAREST` calls the value of a row: its moment, itself SQL, and what has to be equal besides."""
    return _key(moment, side, _within(side, table))


def _key(moment: str, side: JoinSide, within: str) -> str:
    return moment if side.others is None else f"(CAST({moment} AS {TEXT}){APART}{within})"


def _within(side: JoinSide, table: str) -> str:
    return "''" if side.others is None else side.others.text(table)


def _partner(way: ByMoment) -> str:
    if way.direction is Direction.NEAREST:
        before, after = way.apart('"earlier"', '"moment"'), way.apart('"moment"', '"later"')
        return f'CASE WHEN "later" IS NULL OR {before} <= {after} THEN "earlier" ELSE "later" END'
    return '"earlier"' if way.direction is Direction.BACKWARD else '"later"'


def _is_near(way: ByMoment) -> str:
    if way.tolerance is None:
        return '"partner" IS NOT NULL'
    apart = way.apart('least("moment", "partner")', 'greatest("moment", "partner")')
    return f'"partner" IS NOT NULL AND {apart} <= {way.tolerance!r}'
