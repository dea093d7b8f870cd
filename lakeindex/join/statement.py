"""Write a join as one SQL statement: its rows, the numbers of the rows that are partners, or how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lakeindex.join.condition import EQUAL_VALUES, ByExpression, ByMapping, ByMoment, JoinCondition
from lakeindex.join.equal_keys_sql import EqualValuesSql, RewrittenKeysSql
from lakeindex.join.kinds import How
from lakeindex.join.list_join_sql import LEFT_ROWS, RIGHT_ROWS, ListJoinSql
from lakeindex.join.paired_keys_sql import MappedValuesSql, NearestMomentsSql
from lakeindex.join.side import JoinSide
from lakeindex.join.side_rows import SideRows
from lakeindex.sql import quoted
from lakeindex.types.names import sql_names, title_of

_DEFINED = ",\n"

_ROWS = """SELECT l."row" AS left_row, r."row" AS right_row, {probability} AS probability
FROM {numbered_pairs}
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


class ConditionSql(Protocol):
    """What a join condition contributes to statements, in which the tables go by `l` and `r`."""

    @property
    def left_key(self) -> str:
        """SQL for what of a left row is compared; NULL is equal to nothing."""

    @property
    def right_key(self) -> str:
        """SQL for what of a right row is compared."""

    @property
    def definitions(self) -> tuple[str, ...]:
        """Common table expressions that the rest selects from."""

    def joined(self, how: How, left: Sequence[str], right: Sequence[str]) -> str:
        """Write the SELECT of these columns for any join but an anti join."""

    def unmatched(self, left: Sequence[str]) -> str:
        """Write the SELECT of these columns for the left rows without a partner."""

    @property
    def numbered_pairs(self) -> str:
        """What a FROM clause takes for the pairs of rows: `l` and `r`, each with the number of its `row`."""

    @property
    def probability(self) -> str:
        """SQL for how likely one of `numbered_pairs` is to be right."""

    @property
    def partners(self) -> str:
        """A SELECT from `right_keys` (key, rows): for each left key, how many right `rows` are partners."""

    @property
    def right_matched(self) -> str:
        """A SELECT that counts the right rows with a partner, from `left_keys`, `right_keys` and `met`."""


@dataclass(frozen=True, slots=True)
class JoinSql:
    """A join of which statements are written; `left_from`, `right_from` and `mapping_from` are SQL for its inputs."""

    left: JoinSide
    right: JoinSide
    condition: JoinCondition
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
        if self._has_lists:
            return self._list_join.joined(how, left, right)
        written = self.condition_sql
        select = written.unmatched(left) if how is How.ANTI else written.joined(how, left, right)
        return _with(written.definitions, select)

    def rows(self) -> str:
        """Write the statement for the pairs of partners: left_row, right_row, probability; rows count from 0."""
        if self._has_lists:
            return self._list_join.rows()
        written = self.condition_sql
        select = _ROWS.format(probability=written.probability, numbered_pairs=written.numbered_pairs)
        return _with(written.definitions, select)

    def counts(self) -> str:
        """Write the statement for the fields of JoinCounts, from the rows of each key: nothing is joined for it.

        Of two columns of lists, the pairs of rows are found.
        """
        if self._has_lists:
            return self._list_join.counts()
        written = self.condition_sql
        counted = _COUNTED.format(
            left_key=written.left_key,
            right_key=written.right_key,
            left=self.left_from,
            right=self.right_from,
            partners=written.partners,
        )
        return _with((*written.definitions, counted), _COUNTS.format(right_matched=written.right_matched))

    def repeats(self) -> str:
        """Write the statement for the most `rows` that a right key has: no left row has more partners.

        Of lists, it is that for the most partners that all elements of a left row can have.
        """
        if self._has_lists:
            return self._list_join.repeats()
        key = self.condition_sql.right_key
        counted = f'SELECT {key} AS "key", count(*) AS "rows" FROM {self.right_from} AS r GROUP BY 1'
        return f'SELECT coalesce(max("rows"), 0) AS "rows" FROM ({counted}) AS keys WHERE "key" IS NOT NULL'

    @property
    def condition_sql(self) -> ConditionSql:
        """The condition's part of the statements, by the rule that makes rows partners."""
        return self._sql_of(SideRows(self.left, self.left_from, "l"), SideRows(self.right, self.right_from, "r"))

    def _sql_of(self, left: SideRows, right: SideRows) -> ConditionSql:
        rule = self.condition.rule
        if isinstance(rule, ByMoment):
            return NearestMomentsSql(left, right, rule)
        if isinstance(rule, ByMapping):
            return MappedValuesSql(left, right, self.mapping_from)
        if rule == EQUAL_VALUES:
            return EqualValuesSql(left, right)
        return RewrittenKeysSql(left, right, rule, self.condition.precision)

    @property
    def _has_lists(self) -> bool:
        return self.left.has_lists or self.right.has_lists

    @property
    def _list_join(self) -> ListJoinSql:
        names = [name for name, _ in (*self.left.columns, *self.right.columns)]
        row = quoted(sql_names([*names, "join row"])[-1])
        left, right = SideRows(self.left, LEFT_ROWS, "l", row), SideRows(self.right, RIGHT_ROWS, "r", row)
        are_keys_equal = isinstance(self.condition.rule, ByExpression)
        return ListJoinSql(left, right, self._sql_of(left, right), self.left_from, self.right_from, are_keys_equal)


def _with(definitions: Sequence[str], select: str) -> str:
    return f"WITH {_DEFINED.join(definitions)}\n{select}" if definitions else select


def right_names(left: JoinSide, right: JoinSide) -> list[str]:
    """Name the right columns so that none is called like a left one: that of `countries.csv` is `name (countries)`."""
    taken = {name.lower() for name, _ in left.columns}
    title = title_of(right.table) or "right"
    wanted = [f"{name} ({title})" if name.lower() in taken else name for name, _ in right.columns]
    return sql_names([*(name for name, _ in left.columns), *wanted])[len(left.columns) :]
