"""SQL for a join whose rows are partners where two keys are equal: the values themselves, or expressions of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from lakeindex.join.condition import ByExpression
from lakeindex.join.kinds import How
from lakeindex.join.side_rows import SideRows
from lakeindex.sql import quoted
from lakeindex.types.names import sql_names

# Integers of any width are compared as they are: their texts are equal exactly where they are.
INTEGERS = frozenset(
    ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT")
)
_JOINS = {How.INNER: "JOIN", How.LEFT: "LEFT JOIN", How.FULL: "FULL JOIN"}


@dataclass(frozen=True, slots=True)
class _EqualKeysSql(ABC):
    left: SideRows
    right: SideRows

    @property
    @abstractmethod
    def left_key(self) -> str:
        """SQL for what of a left row is compared."""

    @property
    @abstractmethod
    def right_key(self) -> str:
        """SQL for what of a right row is compared."""

    @property
    @abstractmethod
    def _is_equal(self) -> str:
        """A condition on the FROM items of both sides."""

    @abstractmethod
    def _from_item(self, rows: SideRows, key: str) -> str:
        """A FROM item with the columns of a side, of which `_is_equal` compares some."""

    @abstractmethod
    def _numbered(self, rows: SideRows, key: str) -> str:
        """A FROM item with `row` and `key`."""

    @property
    def definitions(self) -> tuple[str, ...]:
        return ()

    def joined(self, how: How, left: Sequence[str], right: Sequence[str]) -> str:
        columns = ", ".join((*left, *right))
        return f"SELECT {columns}\nFROM {self._left_rows}\n{_JOINS[how]} {self._right_rows}\n  ON {self._is_equal}"

    def unmatched(self, left: Sequence[str]) -> str:
        partners = f"SELECT 1 FROM {self._right_rows} WHERE {self._is_equal}"
        return f"SELECT {', '.join(left)}\nFROM {self._left_rows}\nWHERE NOT EXISTS ({partners})"

    @property
    def numbered_pairs(self) -> str:
        left, right = self._numbered(self.left, self.left_key), self._numbered(self.right, self.right_key)
        return f'{left}\nJOIN {right} ON l."key" = r."key"'

    @property
    def partners(self) -> str:
        return 'SELECT "key", "rows" FROM right_keys'

    @property
    def right_matched(self) -> str:
        return "SELECT sum(right_rows) FROM met"

    @property
    def _left_rows(self) -> str:
        return self._from_item(self.left, self.left_key)

    @property
    def _right_rows(self) -> str:
        return self._from_item(self.right, self.right_key)


@dataclass(frozen=True, slots=True)
class EqualValuesSql(_EqualKeysSql):
    """Values of one type are compared as they are, which gives what their texts would, and faster; others as text."""

    @property
    def left_key(self) -> str:
        """SQL for what of a left row is compared."""
        return self.left.value if self._are_of_one_type else self.left.text

    @property
    def right_key(self) -> str:
        """SQL for what of a right row is compared."""
        return self.right.value if self._are_of_one_type else self.right.text

    @property
    def probability(self) -> str:
        """SQL for how likely a pair is to be right."""
        return "CAST(1 AS DOUBLE)"

    @property
    def _are_of_one_type(self) -> bool:
        types = {self.left.side.sql_type, self.right.side.sql_type}
        return len(types) == 1 or types <= INTEGERS

    @property
    def _is_equal(self) -> str:
        return f"{self.left_key} = {self.right_key}"

    def _from_item(self, rows: SideRows, key: str) -> str:
        return rows.from_item

    def _numbered(self, rows: SideRows, key: str) -> str:
        return rows.numbered(f'{key} AS "key"')


@dataclass(frozen=True, slots=True)
class RewrittenKeysSql(_EqualKeysSql):
    """Keys are SQL expressions of the values as text.

    They are selected beside the columns: what DuckDB finds twice in a condition it computes twice.
    """

    rule: ByExpression
    precision: float
    """The probability of a pair whose values are not equal themselves."""

    @property
    def left_key(self) -> str:
        """SQL for what of a left row is compared."""
        return self.rule.of_left(self.left.text)

    @property
    def right_key(self) -> str:
        """SQL for what of a right row is compared."""
        return self.rule.of_right(self.right.text)

    @property
    def probability(self) -> str:
        """SQL for how likely a pair is to be right."""
        return f'CASE WHEN l."text" = r."text" THEN CAST(1 AS DOUBLE) ELSE CAST({self.precision!r} AS DOUBLE) END'

    @property
    def _is_equal(self) -> str:
        return f"l.{self._key_name} = r.{self._key_name}"

    def _from_item(self, rows: SideRows, key: str) -> str:
        return f"(SELECT *, {key} AS {self._key_name} FROM {rows.from_item}) AS {rows.alias}"

    def _numbered(self, rows: SideRows, key: str) -> str:
        return rows.numbered(f'{key} AS "key", {rows.text} AS "text"')

    @property
    def _key_name(self) -> str:
        """Return a name that no column has."""
        columns = (*self.left.side.columns, *self.right.side.columns)
        return quoted(sql_names([*(name for name, _ in columns), "join key"])[-1])
