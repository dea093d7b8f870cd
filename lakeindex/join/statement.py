"""Write a join as one SQL statement: its rows, the numbers of the rows that meet, or how many there will be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lakeindex.join.condition import VALUE, ByExpression, ByMapping, ByMoment, Meeting
from lakeindex.join.kinds import How
from lakeindex.join.side import JoinSide
from lakeindex.join.temporal.asof_sql import NEAREST, moment_key, nearest_moments
from lakeindex.sql import quoted
from lakeindex.types.names import sql_names, title_of

# Integers of any width are compared as they are: their texts are equal exactly where they are.
_INTEGERS = frozenset(
    ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT")
)
_JOINS = {How.INNER: "JOIN", How.LEFT: "LEFT JOIN", How.FULL: "FULL JOIN"}

_DEFINED = ",\n"

_ROWS = """SELECT l."row" AS left_row, r."row" AS right_row, {probability} AS probability
FROM (SELECT row_number() OVER () - 1 AS "row", {left_keys} FROM {left} AS l) AS l
{join}
ORDER BY left_row, right_row"""

_COUNTED = """left_keys AS (SELECT {left_key} AS "key", count(*) AS "rows" FROM {left} AS l GROUP BY 1),
right_keys AS (SELECT {right_key} AS "key", count(*) AS "rows" FROM {right} AS r GROUP BY 1),
partners AS ({partners}),
met AS (SELECT l."rows" AS left_rows, r."rows" AS right_rows FROM left_keys AS l JOIN partners AS r USING ("key"))"""
_COUNTS = """SELECT
  coalesce((SELECT sum(CAST(left_rows AS HUGEINT) * CAST(right_rows AS HUGEINT)) FROM met), 0) AS pairs,
  coalesce((SELECT sum("rows") FROM left_keys), 0) AS left_rows,
  coalesce((SELECT sum("rows") FROM left_keys WHERE "key" IS NOT NULL), 0) AS left_valued,
  coalesce((SELECT sum(left_rows) FROM met), 0) AS left_matched,
  coalesce((SELECT sum("rows") FROM right_keys), 0) AS right_rows,
  coalesce((SELECT sum("rows") FROM right_keys WHERE "key" IS NOT NULL), 0) AS right_valued,
  coalesce(({right_matched}), 0) AS right_matched"""


@dataclass(frozen=True, slots=True)
class JoinSql:
    """A join about to be written; `left_from`, `right_from` and `mapping_from` say in SQL where the rows are."""

    left: JoinSide
    right: JoinSide
    meeting: Meeting
    left_from: str
    right_from: str
    mapping_from: str

    def joined(self, how: How) -> str:
        """Write the statement for the joined rows: the left columns, then the right ones; of an anti join the left."""
        left = [f"l.{quoted(name)}" for name, _ in self.left.columns]
        right = [
            f"r.{quoted(name)}" + (f" AS {quoted(shown)}" if shown != name else "")
            for (name, _), shown in zip(self.right.columns, right_names(self.left, self.right), strict=True)
        ]
        if how is How.ANTI:
            return self._stated(
                f"SELECT {', '.join(left)}\nFROM {self._left_rows}\nWHERE NOT EXISTS ({self._right_partners})"
            )
        selected = f"SELECT {', '.join((*left, *right))}\nFROM {self._left_rows}\n"
        if how is not How.FULL or not self._has_pairs:
            return self._stated(f"{selected}{_JOINS[how]} {self._to_right}")
        # A right value of several pairs must stay once, and only where none of its left values is there.
        alone = f"SELECT {', '.join((*('NULL' for _ in left), *right))}\nFROM {self.right_from} AS r\n"
        return self._stated(
            f"{selected}LEFT JOIN {self._to_right}\nUNION ALL\n{alone}WHERE NOT EXISTS ({self._left_partners})"
        )

    def rows(self) -> str:
        """Write the statement for the pairs that meet: left_row, right_row, probability; rows count from 0."""
        left, right = (self._numbered(*side) for side in (("l", self.left_key("l")), ("r", self.right_key("r"))))
        right_rows = f'(SELECT row_number() OVER () - 1 AS "row", {right} FROM {self.right_from} AS r) AS r'
        join = f'JOIN {right_rows} ON l."key" = r."key"'
        if self._has_pairs:
            join = (
                f'JOIN {self._pairs} AS m ON l."key" = m."left_value"\nJOIN {right_rows} ON m."right_value" = r."key"'
            )
        return self._stated(_ROWS.format(probability=self._probability, left_keys=left, left=self.left_from, join=join))

    def counts(self) -> str:
        """Write the statement for the fields of JoinCounts, from the rows of each key: nothing is joined for it."""
        partners, right_matched = 'SELECT "key", "rows" FROM right_keys', "SELECT sum(right_rows) FROM met"
        if self._has_pairs:
            pairs = f"{self._pairs} AS m"
            partners = (
                f'SELECT m."left_value" AS "key", sum(r."rows") AS "rows" FROM {pairs} '
                'JOIN right_keys AS r ON m."right_value" = r."key" GROUP BY 1'
            )
            right_matched = (
                f'SELECT sum("rows") FROM right_keys WHERE "key" IN '
                f'(SELECT m."right_value" FROM {pairs} JOIN left_keys AS l ON m."left_value" = l."key")'
            )
        counted = _COUNTED.format(
            left_key=self.left_key("l"),
            right_key=self.right_key("r"),
            left=self.left_from,
            right=self.right_from,
            partners=partners,
        )
        return self._stated(_COUNTS.format(right_matched=right_matched), counted)

    def repeats(self) -> str:
        """Write the statement for the most `rows` that a right key has: no left row has more partners by one key."""
        counted = f'SELECT {self.right_key("r")} AS "key", count(*) AS "rows" FROM {self.right_from} AS r GROUP BY 1'
        return f'SELECT coalesce(max("rows"), 0) AS "rows" FROM ({counted}) AS keys WHERE "key" IS NOT NULL'

    def left_key(self, table: str) -> str:
        """Write what of a left row is compared, the row's table going by the alias `table`."""
        way = self.meeting.way
        return self._key(self.left, table, str if isinstance(way, ByMapping) else way.of_left)

    def right_key(self, table: str) -> str:
        """Write what of a right row is compared."""
        way = self.meeting.way
        return self._key(self.right, table, str if isinstance(way, ByMapping) else way.of_right)

    def _key(self, side: JoinSide, table: str, rewritten: Callable[[str], str]) -> str:
        if isinstance(self.meeting.way, ByMoment):
            return moment_key(side, table, rewritten(side.first.value(table)))
        return side.value(table) if self._is_typed else rewritten(side.text(table))

    def _stated(self, select: str, *definitions: str) -> str:
        """Write a statement with what it selects from defined before it."""
        way = self.meeting.way
        if isinstance(way, ByMoment):
            definitions = (
                nearest_moments(way, (self.left, self.left_from), (self.right, self.right_from)),
                *definitions,
            )
        return f"WITH {_DEFINED.join(definitions)}\n{select}" if definitions else select

    @property
    def _has_pairs(self) -> bool:
        """Whether a table says which values meet."""
        return not isinstance(self.meeting.way, ByExpression)

    @property
    def _pairs(self) -> str:
        return NEAREST if isinstance(self.meeting.way, ByMoment) else self.mapping_from

    @property
    def _is_typed(self) -> bool:
        """Whether values are compared as they are, which gives what their texts would, and faster."""
        way = self.meeting.way
        if not isinstance(way, ByExpression) or (way.left, way.right) != (VALUE, VALUE):
            return False
        kinds = {self.left.sql_type, self.right.sql_type}
        return len(kinds) == 1 or kinds <= _INTEGERS

    @property
    def _to_right(self) -> str:
        if not self._has_pairs:
            return f"{self._right_rows}\n  ON {self._condition}"
        return (
            f'({self._pairs} AS m\n  JOIN {self.right_from} AS r\n    ON m."right_value" = {self.right_key("r")})'
            f'\n  ON {self.left_key("l")} = m."left_value"'
        )

    @property
    def _right_partners(self) -> str:
        if not self._has_pairs:
            return f"SELECT 1 FROM {self._right_rows} WHERE {self._condition}"
        return (
            f'SELECT 1 FROM {self._pairs} AS m JOIN {self.right_from} AS r ON m."right_value" = '
            f'{self.right_key("r")} WHERE m."left_value" = {self.left_key("l")}'
        )

    @property
    def _left_partners(self) -> str:
        return (
            f'SELECT 1 FROM {self._pairs} AS m JOIN {self.left_from} AS l ON m."left_value" = '
            f'{self.left_key("l")} WHERE m."right_value" = {self.right_key("r")}'
        )

    @property
    def _left_rows(self) -> str:
        return self._keyed("l", self.left_from, self.left_key("l"))

    @property
    def _right_rows(self) -> str:
        return self._keyed("r", self.right_from, self.right_key("r"))

    def _keyed(self, table: str, rows: str, key: str) -> str:
        """Write a table with its keys beside its columns: what DuckDB finds twice in a condition it computes twice."""
        if not self._has_keys:
            return f"{rows} AS {table}"
        return f"(SELECT *, {key} AS {self._key_name} FROM {rows} AS {table}) AS {table}"

    @property
    def _condition(self) -> str:
        if self._has_keys:
            return f"l.{self._key_name} = r.{self._key_name}"
        return f"{self.left_key('l')} = {self.right_key('r')}"

    @property
    def _has_keys(self) -> bool:
        return isinstance(self.meeting.way, ByExpression) and not self._is_plain

    @property
    def _key_name(self) -> str:
        """Return a name that no column has."""
        return quoted(sql_names([*(name for name, _ in (*self.left.columns, *self.right.columns)), "join key"])[-1])

    def _numbered(self, table: str, key: str) -> str:
        side = self.left if table == "l" else self.right
        return f'{key} AS "key"' + (f', {side.text(table)} AS "text"' if self._has_keys else "")

    @property
    def _is_plain(self) -> bool:
        return isinstance(self.meeting.way, ByExpression) and (self.meeting.way.left, self.meeting.way.right) == (
            VALUE,
            VALUE,
        )

    @property
    def _probability(self) -> str:
        if self._has_pairs:
            return 'm."probability"'
        if self._is_plain:
            return "CAST(1 AS DOUBLE)"
        return (
            f'CASE WHEN l."text" = r."text" THEN CAST(1 AS DOUBLE) ELSE CAST({self.meeting.precision!r} AS DOUBLE) END'
        )


def right_names(left: JoinSide, right: JoinSide) -> list[str]:
    """Name the right columns so that none is called like a left one: that of `countries.csv` is `name (countries)`."""
    taken = {name.lower() for name, _ in left.columns}
    title = title_of(right.table) or "right"
    wanted = [f"{name} ({title})" if name.lower() in taken else name for name, _ in right.columns]
    return sql_names([*(name for name, _ in left.columns), *wanted])[len(left.columns) :]
