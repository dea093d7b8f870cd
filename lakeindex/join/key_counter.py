"""Count what a key would join, on the distinct values of both columns, and estimate how much of it is right."""

from __future__ import annotations

from dataclasses import replace

from lakeindex.join.condition import ByExpression, ByMapping, Meeting
from lakeindex.join.key_conditions import KeyForm
from lakeindex.join.kinds import MatchKind
from lakeindex.join.side import JoinSide, reading
from lakeindex.join.temporal.detect_moments import DistinctValues

MOST_LEFT_ROWS = 1_000_000
"""Of a longer left column, a part of the values is counted."""

_FOLDED_RIGHT = 0.99  # of the pairs that nothing but case and blanks tells apart
_PRIOR_RIGHT, _PRIOR_PAIRS = 0.98, 50.0  # of pairs that more tells apart, before any is seen

_TEXTS = """
CREATE TEMP TABLE {name} AS
SELECT value, count(*) AS "rows" FROM (SELECT {text} AS value FROM ({source}) AS side)
WHERE value IS NOT NULL AND hash(value) % {parts} = 0 GROUP BY 1
"""
_MATCHED = """
SELECT coalesce(sum("rows"), 0) AS valued,
       coalesce(sum("rows") FILTER ("key" IN (SELECT other FROM ({right}) AS others(other) WHERE other IS NOT NULL)), 0)
           AS matched
FROM (SELECT "rows", {left} AS "key" FROM left_texts)
"""
_BASES = """
CREATE TEMP TABLE {name}_bases AS
SELECT base, sum("rows") AS "rows" FROM (SELECT {base} AS base, "rows" FROM {name}_texts)
WHERE base IS NOT NULL GROUP BY 1
"""
_MET = """
WITH left_keys AS (SELECT {key} AS "key", count(*) AS spellings, sum("rows") AS "rows" FROM left_bases GROUP BY 1),
     right_keys AS (SELECT {key} AS "key", count(*) AS spellings FROM right_bases GROUP BY 1),
     met AS (SELECT l."rows", l.spellings * r.spellings AS pairs, least(l.spellings, r.spellings) AS likely
             FROM left_keys AS l JOIN right_keys AS r USING ("key"))
SELECT (SELECT coalesce(sum("rows"), 0) FROM left_keys WHERE "key" IS NOT NULL) AS valued,
       coalesce(sum("rows"), 0) AS matched, coalesce(sum(pairs), 0) AS pairs, coalesce(sum(likely), 0) AS likely,
       (SELECT count(*) FROM left_bases JOIN right_bases USING (base)) AS equal
FROM met
"""


class KeyCounter:
    """The distinct values of two columns, read once, on which ways to meet are counted one by one."""

    def __init__(self, left: JoinSide, right: JoinSide) -> None:
        """Read both columns. Raises UnreadableTable when a file is gone or no longer what it was."""
        self._cursor = left.connection.cursor()
        self._base = ""
        parts = -(-left.rows // MOST_LEFT_ROWS) or 1
        for side, name, share in ((left, "left_texts", parts), (right, "right_texts", 1)):
            with reading(str(side)):
                self._cursor.execute(_TEXTS.format(name=name, text=side.text("side"), source=side.source, parts=share))

    def __enter__(self) -> KeyCounter:
        return self

    def __exit__(self, *_: object) -> None:
        self._cursor.close()

    @property
    def left_values(self) -> DistinctValues:
        """The values of the left column."""
        return DistinctValues(self._cursor, "left_texts")

    @property
    def right_values(self) -> DistinctValues:
        """The values of the right column."""
        return DistinctValues(self._cursor, "right_texts")

    def counted(self, meeting: Meeting) -> Meeting:
        """Say how many of the left rows with a value a meeting matches."""
        if isinstance(meeting.way, ByMapping):
            self._cursor.register("mapped", meeting.way.pairs)
            left, right = "value", 'SELECT "left_value" FROM mapped'
        else:
            assert isinstance(meeting.way, ByExpression), "as-of partners are no question of values alone"
            left = meeting.way.of_left("value")
            right = f"SELECT {meeting.way.of_right('value')} FROM right_texts"
        return replace(meeting, matched=_share(*self._fetch(_MATCHED.format(left=left, right=right))))

    def normalised(self, form: KeyForm) -> Meeting:
        """Say how much the keys of a form match, and estimate how much of that is right.

        Values that share a key with another of their own column can't all mean what the other column's one does: of
        m and n values with the same key, m·n pairs, at most min(m, n) are taken to be right.
        """
        self._write(form.base)
        valued, matched, pairs, likely, equal = self._fetch(_MET.format(key=_of(form.of_base, "base")))
        folded = pairs - equal
        right = (likely - equal + _PRIOR_RIGHT * _PRIOR_PAIRS) / (folded + _PRIOR_PAIRS)
        precision = _FOLDED_RIGHT * (equal + right * folded) / pairs if pairs else _FOLDED_RIGHT * right
        way = ByExpression(form.key, form.key)
        return Meeting(str(MatchKind.NORMALISED), way, precision, _share(valued, matched), form.told)

    def _write(self, base: str) -> None:
        """Write the values as their base, which forms share."""
        if base != self._base:
            for name in ("left", "right"):
                self._cursor.execute(f"DROP TABLE IF EXISTS {name}_bases")
                self._cursor.execute(_BASES.format(name=name, base=_of(base, "value")))
            self._base = base

    def _fetch(self, sql: str) -> tuple[int, ...]:
        # All of it: a cursor takes nothing else before its result was read to the end.
        (row,) = self._cursor.execute(sql).fetchall()
        return tuple(int(count) for count in row)


def _of(expression: str, column: str) -> str:
    return ByExpression(expression, expression).of_left(column)


def _share(whole: int, part: int) -> float:
    return part / whole if whole else 0.0
