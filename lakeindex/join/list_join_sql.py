"""SQL for a join of a column of lists: rows are partners where an element of one meets a value of the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lakeindex.join.kinds import How
from lakeindex.join.side_rows import SideRows

LEFT_ROWS, RIGHT_ROWS, PAIRS = '"join_left"', '"join_right"', '"join_pairs"'
"""The names of the numbered rows of both sides, and of the pairs of rows that are partners."""

_NUMBERED = "{name} AS MATERIALIZED (SELECT row_number() OVER () - 1 AS {row}, * FROM {relation} AS numbered_rows)"
_PAIRS = """"join_pairs" AS MATERIALIZED (
  SELECT l."row" AS left_row, r."row" AS right_row, max({probability}) AS probability
  FROM {numbered_pairs}
  GROUP BY 1, 2)"""
_KEYS = """"left_elements" AS MATERIALIZED (SELECT DISTINCT "row", "key" FROM {left} WHERE "key" IS NOT NULL),
"right_elements" AS MATERIALIZED (SELECT DISTINCT "row", "key" FROM {right} WHERE "key" IS NOT NULL)"""
_COUNTS = """SELECT
  coalesce(({pairs}), 0) AS pairs,
  (SELECT count(*) FROM "join_left") AS left_rows,
  (SELECT count(DISTINCT "row") FROM "left_elements") AS left_valued,
  ({left_matched}) AS left_matched,
  (SELECT count(*) FROM "join_right") AS right_rows,
  (SELECT count(DISTINCT "row") FROM "right_elements") AS right_valued,
  ({right_matched}) AS right_matched"""
_PRODUCT = """SELECT sum(CAST(l.n AS HUGEINT) * CAST(r.n AS HUGEINT))
  FROM (SELECT "key", count(*) AS n FROM "left_elements" GROUP BY 1) AS l
  JOIN (SELECT "key", count(*) AS n FROM "right_elements" GROUP BY 1) AS r USING ("key")"""
_MEETING = 'SELECT count(DISTINCT "row") FROM "{one}" WHERE "key" IN (SELECT "key" FROM "{other}")'
_REPEATS = """SELECT coalesce((SELECT max(n) FROM (SELECT count(*) AS n FROM "left_elements" GROUP BY "row") AS l)
  * (SELECT max(n) FROM (SELECT count(*) AS n FROM "right_elements" GROUP BY "key") AS r), 0) AS "rows\""""


class ElementKeys(Protocol):
    """What a join condition contributes, given sides whose elements go by `l` and `r`."""

    @property
    def left_key(self) -> str:
        """SQL for what of a left element is compared."""

    @property
    def right_key(self) -> str:
        """SQL for what of a right element is compared."""

    @property
    def numbered_pairs(self) -> str:
        """What a FROM clause takes for the pairs of elements: `l` and `r`, each with the number of its `row`."""

    @property
    def probability(self) -> str:
        """SQL for how likely one of `numbered_pairs` is to be right."""


@dataclass(frozen=True, slots=True)
class ListJoinSql:
    """Statements for a join by elements; two rows are partners once, however many of their elements meet."""

    left: SideRows
    """Of the relation LEFT_ROWS, which the statements define."""
    right: SideRows
    keys: ElementKeys
    left_from: str
    right_from: str
    are_keys_equal: bool
    """Whether elements meet where `left_key` is `right_key`, and not by a table of pairs."""

    def joined(self, how: How, left: Sequence[str], right: Sequence[str]) -> str:
        """Write the statement for these columns of the joined rows; of an anti join, of the left ones."""
        has_left, has_right = f"p.left_row = l.{self.left.row}", f"p.right_row = r.{self.right.row}"
        if how is How.ANTI:
            alone = f"SELECT 1 FROM {PAIRS} AS p WHERE {has_left}"
            return self._with(
                self._pairs, f"SELECT {', '.join(left)}\nFROM {LEFT_ROWS} AS l\nWHERE NOT EXISTS ({alone})"
            )
        first, second = {How.INNER: ("JOIN",) * 2, How.LEFT: ("LEFT JOIN",) * 2, How.FULL: ("LEFT JOIN", "FULL JOIN")}[
            how
        ]
        return self._with(
            self._pairs,
            f"SELECT {', '.join((*left, *right))}\nFROM {LEFT_ROWS} AS l\n"
            f"{first} {PAIRS} AS p ON {has_left}\n{second} {RIGHT_ROWS} AS r ON {has_right}",
        )

    def rows(self) -> str:
        """Write the statement for the pairs of partners: left_row, right_row, probability; rows count from 0."""
        return self._with(
            self._pairs, f"SELECT left_row, right_row, probability FROM {PAIRS} ORDER BY left_row, right_row"
        )

    def counts(self) -> str:
        """Write the statement for the fields of JoinCounts; pairs are only joined where both columns hold lists."""
        if self.are_keys_equal:
            met = [_MEETING.format(one=one, other=other) for one, other in _BOTH_WAYS]
            # Two rows with lists may have several elements in common; others meet by one key at most.
            has_both = self.left.side.has_lists and self.right.side.has_lists
            pairs = f"SELECT count(*) FROM {PAIRS}" if has_both else _PRODUCT
            defined = (*((self._pairs,) if has_both else ()), self._keys)
        else:
            met = [f"SELECT count(DISTINCT {row}) FROM {PAIRS}" for row in ("left_row", "right_row")]
            pairs, defined = f"SELECT count(*) FROM {PAIRS}", (self._pairs, self._keys)
        counts = _COUNTS.format(pairs=pairs, left_matched=met[0], right_matched=met[1])
        return self._with(",\n".join(defined), counts)

    def repeats(self) -> str:
        """Write the statement for the most `rows` that one left row can meet through all its elements."""
        return self._with(self._keys, _REPEATS)

    @property
    def _pairs(self) -> str:
        return _PAIRS.format(probability=self.keys.probability, numbered_pairs=self.keys.numbered_pairs)

    @property
    def _keys(self) -> str:
        left, right = (
            rows.numbered(f'{key} AS "key"')
            for rows, key in ((self.left, self.keys.left_key), (self.right, self.keys.right_key))
        )
        return _KEYS.format(left=left, right=right)

    def _with(self, defined: str, select: str) -> str:
        numbered = [
            _NUMBERED.format(name=rows.relation, row=rows.row, relation=relation)
            for rows, relation in ((self.left, self.left_from), (self.right, self.right_from))
        ]
        return f"WITH {','.join(f'{one}{chr(10)}' for one in (*numbered, defined))}{select}"


_BOTH_WAYS = (("left_elements", "right_elements"), ("right_elements", "left_elements"))
