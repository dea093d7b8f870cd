"""Write a join as one SQL statement: its rows, the numbers of the rows that meet, or how many there will be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lakeindex.integrate.join_kinds import How
from lakeindex.integrate.join_side import JoinSide
from lakeindex.integrate.meeting import VALUE, ByExpression, ByMapping, Meeting
from lakeindex.naming import sql_names, title_of
from lakeindex.sql_text import quoted

# Integers of any width are compared as they are: their texts are equal exactly where they are.
_INTEGERS = frozenset(
    ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT")
)
_JOINS = {How.INNER: "JOIN", How.LEFT: "LEFT JOIN", How.FULL: "FULL JOIN"}

_ROWS = """SELECT l."row" AS left_row, r."row" AS right_row, {probability} AS probability
FROM (SELECT row_number() OVER () - 1 AS "row", {left_keys} FROM {left} AS l) AS l
{join}
ORDER BY left_row, right_row"""

_COUNTS = """WITH left_keys AS (SELECT {left_key} AS "key", count(*) AS "rows" FROM {left} AS l GROUP BY 1),
     right_keys AS (SELECT {right_key} AS "key", count(*) AS "rows" FROM {right} AS r GROUP BY 1),
     partners AS ({partners}),
     met AS (SELECT l."rows" AS left_rows, r."rows" AS right_rows FROM left_keys AS l JOIN partners AS r USING ("key"))
SELECT coalesce((SELECT sum(CAST(left_rows AS HUGEINT) * CAST(right_rows AS HUGEINT)) FROM met), 0) AS pairs,
       coalesce((SELECT sum("rows") FROM left_keys), 0) AS left_rows,
       coalesce((SELECT sum("rows") FROM left_keys WHERE "key" IS NOT NULL), 0) AS left_valued,
       coalesce((SELECT sum(left_rows) FROM met), 0) AS left_matched,
       coalesce((SELECT sum("rows") FROM right_keys), 0) AS right_rows,
       coalesce((SELECT sum("rows") FROM right_keys WHERE "key" IS NOT NULL), 0) AS right_valued,
       coalesce(({right_matched}), 0) AS right_matched"""


@dataclass(frozen=True, slots=True)
class JoinCounts:
    """What a join comes to, counted."""

    pairs: int
    """Rows of the inner join."""
    left_rows: int
    left_valued: int
    """Rows with a value that can meet another."""
    left_matched: int
    """Rows with a partner."""
    right_rows: int
    right_valued: int
    right_matched: int

    def rows(self, how: How) -> int:
        """Return how many rows the join gives."""
        if how is How.ANTI:
            return self.left_rows - self.left_matched
        alone = self.left_rows - self.left_matched if how is not How.INNER else 0
        return self.pairs + alone + (self.right_rows - self.right_matched if how is How.FULL else 0)

    @property
    def match_rate(self) -> float:
        """The share of left rows with a value that find a partner; 0 where there is none."""
        return self.left_matched / self.left_valued if self.left_valued else 0.0


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
            return f"SELECT {', '.join(left)}\nFROM {self._left_rows}\nWHERE NOT EXISTS ({self._right_partners})"
        selected = f"SELECT {', '.join((*left, *right))}\nFROM {self._left_rows}\n"
        if how is not How.FULL or isinstance(self.meeting.way, ByExpression):
            return f"{selected}{_JOINS[how]} {self._to_right}"
        # A right value of several pairs must stay once, and only where none of its left values is there.
        alone = f"SELECT {', '.join((*('NULL' for _ in left), *right))}\nFROM {self.right_from} AS r\n"
        return f"{selected}LEFT JOIN {self._to_right}\nUNION ALL\n{alone}WHERE NOT EXISTS ({self._left_partners})"

    def rows(self) -> str:
        """Write the statement for the pairs that meet: left_row, right_row, probability; rows count from 0."""
        left, right = (self._numbered(*side) for side in (("l", self.left_key("l")), ("r", self.right_key("r"))))
        right_rows = f'(SELECT row_number() OVER () - 1 AS "row", {right} FROM {self.right_from} AS r) AS r'
        if isinstance(self.meeting.way, ByMapping):
            join = (
                f'JOIN {self.mapping_from} AS m ON l."key" = m."left_value"\n'
                f'JOIN {right_rows} ON m."right_value" = r."key"'
            )
        else:
            join = f'JOIN {right_rows} ON l."key" = r."key"'
        return _ROWS.format(probability=self._probability, left_keys=left, left=self.left_from, join=join)

    def counts(self) -> str:
        """Write the statement for the fields of JoinCounts, from the rows of each key: nothing is joined for it."""
        partners, right_matched = 'SELECT "key", "rows" FROM right_keys', "SELECT sum(right_rows) FROM met"
        if isinstance(self.meeting.way, ByMapping):
            mapping = f"{self.mapping_from} AS m"
            partners = (
                f'SELECT m."left_value" AS "key", sum(r."rows") AS "rows" FROM {mapping} '
                'JOIN right_keys AS r ON m."right_value" = r."key" GROUP BY 1'
            )
            right_matched = (
                f'SELECT sum("rows") FROM right_keys WHERE "key" IN '
                f'(SELECT m."right_value" FROM {mapping} JOIN left_keys AS l ON m."left_value" = l."key")'
            )
        return _COUNTS.format(
            left_key=self.left_key("l"),
            right_key=self.right_key("r"),
            left=self.left_from,
            right=self.right_from,
            partners=partners,
            right_matched=right_matched,
        )

    def left_key(self, table: str) -> str:
        """Write what of a left row is compared, the row's table going by the alias `table`."""
        way = self.meeting.way
        return self._key(self.left, table, way.of_left if isinstance(way, ByExpression) else str)

    def right_key(self, table: str) -> str:
        """Write what of a right row is compared."""
        way = self.meeting.way
        return self._key(self.right, table, way.of_right if isinstance(way, ByExpression) else str)

    def _key(self, side: JoinSide, table: str, rewritten: Callable[[str], str]) -> str:
        return side.value(table) if self._is_typed else rewritten(side.text(table))

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
        if isinstance(self.meeting.way, ByExpression):
            return f"{self._right_rows}\n  ON {self._condition}"
        return (
            f'({self.mapping_from} AS m\n  JOIN {self.right_from} AS r\n    ON m."right_value" = {self.right_key("r")})'
            f'\n  ON {self.left_key("l")} = m."left_value"'
        )

    @property
    def _right_partners(self) -> str:
        if isinstance(self.meeting.way, ByExpression):
            return f"SELECT 1 FROM {self._right_rows} WHERE {self._condition}"
        return (
            f'SELECT 1 FROM {self.mapping_from} AS m JOIN {self.right_from} AS r ON m."right_value" = '
            f'{self.right_key("r")} WHERE m."left_value" = {self.left_key("l")}'
        )

    @property
    def _left_partners(self) -> str:
        return (
            f'SELECT 1 FROM {self.mapping_from} AS m JOIN {self.left_from} AS l ON m."left_value" = '
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
        if isinstance(self.meeting.way, ByMapping):
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
