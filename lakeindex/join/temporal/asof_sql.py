"""SQL for the pairs of moments of an as-of join, from the distinct moments of both sides, sorted once.

DuckDB's own ASOF JOIN gives a left row only one of several partners and has no nearest; few other engines have one.
"""

from __future__ import annotations

from lakeindex.join.condition import ByMoment
from lakeindex.join.kinds import Direction
from lakeindex.join.side import APART, TEXT, JoinSide
from lakeindex.join.side_rows import SideRows

NEAREST = '"join_nearest"'
"""The name of the pairs that `nearest_moments` defines: left_value, right_value, probability."""

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

# There are no NULLs; their order is what BigQuery can express. Later moments are sought from the end, since DuckDB
# takes many times as long for a frame that begins at the current row.
_RUNNING = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
_AROUND = {
    Direction.BACKWARD:
        f'max("partner") OVER (PARTITION BY "within" ORDER BY "moment" NULLS FIRST {_RUNNING}) AS "earlier"',
    Direction.FORWARD:
        f'min("partner") OVER (PARTITION BY "within" ORDER BY "moment" DESC NULLS LAST {_RUNNING}) AS "later"',
}  # fmt: skip
_AROUND[Direction.NEAREST] = ",\n  ".join(_AROUND.values())


def nearest_moments(rule: ByMoment, left: SideRows, right: SideRows) -> str:
    """Write the common table expressions for the pairs of partner moments, the last of them `NEAREST`."""
    return _NEAREST.format(
        left=left.relation,
        right=right.relation,
        left_within=_within(left),
        right_within=_within(right),
        left_moment=rule.of_left(left.first_value),
        right_moment=rule.of_right(right.first_value),
        around=_AROUND[rule.direction],
        partner=_partner(rule),
        left_key=_key('"moment"', left.side, '"within"'),
        right_key=_key('"partner"', right.side, '"within"'),
        is_near=_is_near(rule),
    )


def moment_key(rows: SideRows, moment: str) -> str:
    """Write the key of a row in `NEAREST`: its moment, itself SQL, and the values that have to be equal besides."""
    return _key(moment, rows.side, _within(rows))


def _key(moment: str, side: JoinSide, within: str) -> str:
    return moment if side.others is None else f"(CAST({moment} AS {TEXT}){APART}{within})"


def _within(rows: SideRows) -> str:
    return "''" if rows.side.others is None else rows.side.others.text(rows.alias)


def _partner(rule: ByMoment) -> str:
    if rule.direction is Direction.NEAREST:
        before, after = rule.apart('"earlier"', '"moment"'), rule.apart('"moment"', '"later"')
        return f'CASE WHEN "later" IS NULL OR {before} <= {after} THEN "earlier" ELSE "later" END'
    return '"earlier"' if rule.direction is Direction.BACKWARD else '"later"'


def _is_near(rule: ByMoment) -> str:
    if rule.tolerance is None:
        return '"partner" IS NOT NULL'
    apart = rule.apart('least("moment", "partner")', 'greatest("moment", "partner")')
    return f'"partner" IS NOT NULL AND {apart} <= {rule.tolerance!r}'
