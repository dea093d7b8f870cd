"""Count what a join condition matches, on the distinct values of both columns, and estimate how much is right."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from lakeindex.canonical.rewrites import MAY_BE_DATED, MAY_BE_SIGNED
from lakeindex.canonical.sql_keys import Occurring
from lakeindex.join.condition import ByExpression, ByMapping, JoinCondition
from lakeindex.join.key_conditions import NormalForm
from lakeindex.join.kinds import MatchKind
from lakeindex.join.side import JoinSide, reading
from lakeindex.join.temporal.detect_moments import DistinctValues
from lakeindex.sql import literal

MOST_LEFT_ROWS = 1_000_000
"""Of a longer left column, only a part of the values is counted."""

_FOLDED_RIGHT = 0.99  # the share of right pairs, of those that differ only in case and blanks
_PRIOR_RIGHT, _PRIOR_PAIRS = 0.98, 50.0  # prior for pairs that differ in more

_TEXTS = """
CREATE TEMP TABLE {name} AS
SELECT value, count(*) AS "rows" FROM (SELECT {text} AS value FROM ({source}) AS side)
WHERE value IS NOT NULL AND hash(value) % {parts} = 0 GROUP BY 1
"""
_VALUES = "(SELECT lower(value) AS value FROM left_texts UNION ALL SELECT lower(value) FROM right_texts)"
_CHARACTERS = rf"""
SELECT DISTINCT regexp_replace(value, '[\x00-\x7f]+', '', 'g') FROM {_VALUES}
WHERE regexp_matches(value, '[^\x00-\x7f]')
"""
_HAS = f"SELECT bool_or(regexp_matches(value, {{}})), bool_or(regexp_matches(value, {{}})) FROM {_VALUES}"
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
WITH left_keys AS (SELECT {left} AS "key", count(*) AS spellings, sum("rows") AS "rows" FROM left_bases GROUP BY 1),
     right_keys AS (SELECT {right} AS "key", count(*) AS spellings FROM right_bases GROUP BY 1),
     met AS (SELECT l."rows", l.spellings * r.spellings AS pairs, least(l.spellings, r.spellings) AS likely
             FROM left_keys AS l JOIN right_keys AS r USING ("key"))
SELECT (SELECT coalesce(sum("rows"), 0) FROM left_keys WHERE "key" IS NOT NULL) AS valued,
       coalesce(sum("rows"), 0) AS matched, coalesce(sum(pairs), 0) AS pairs, coalesce(sum(likely), 0) AS likely,
       (SELECT count(*) FROM left_bases JOIN right_bases USING (base) WHERE {is_sure}) AS equal
FROM met
"""


class KeyCounter:
    """The distinct values of two columns, read once, on which join conditions are counted one by one."""

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

    @cached_property
    def occurring(self) -> Occurring:
        """What occurs in both columns."""
        found = self._cursor.execute(_CHARACTERS).fetchall()
        tests = (MAY_BE_DATED, MAY_BE_SIGNED)
        (has,) = self._cursor.execute(_HAS.format(*map(literal, tests))).fetchall()
        return Occurring("".join(sorted({one for (text,) in found for one in text})), *map(bool, has))

    def counted(self, condition: JoinCondition) -> JoinCondition:
        """Return a condition with the share of left rows with a value that it matches."""
        if isinstance(condition.rule, ByMapping):
            self._cursor.register("mapped", condition.rule.pairs)
            left, right = "value", 'SELECT "left_value" FROM mapped'
        else:
            assert isinstance(condition.rule, ByExpression), "an as-of join can't be counted on distinct values"
            left = condition.rule.of_left("value")
            right = f"SELECT {condition.rule.of_right('value')} FROM right_texts"
        return replace(condition, matched=_share(*self._fetch(_MATCHED.format(left=left, right=right))))

    def normalised(self, form: NormalForm) -> JoinCondition:
        """Return the condition of a normal form: how many left rows it matches, and its estimated precision.

        Values that share a key with another of their own column can't all mean the same as the other column's value: of
        m and n values with the same key, m·n pairs, at most min(m, n) are taken to be right.
        """
        self._rewrite(form.base)
        keys = {"left": _of(form.of_left, "base"), "right": _of(form.of_right, "base")}
        valued, matched, pairs, likely, equal = self._fetch(_MET.format(**keys, is_sure=str(form.is_sure).lower()))
        folded = pairs - equal
        right = (likely - equal + _PRIOR_RIGHT * _PRIOR_PAIRS) / (folded + _PRIOR_PAIRS)
        precision = _FOLDED_RIGHT * (equal + right * folded) / pairs if pairs else _FOLDED_RIGHT * right
        matched_share = _share(valued, matched)
        return JoinCondition(str(MatchKind.NORMALISED), form.rule, precision, matched_share, form.description)

    def _rewrite(self, base: str) -> None:
        """Compute the bases, which several forms share."""
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
