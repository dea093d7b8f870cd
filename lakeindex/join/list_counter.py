"""Count what a join condition matches where the left column holds lists: rows, and not elements."""

from __future__ import annotations

from dataclasses import replace

from lakeindex.join.condition import ByExpression, ByMapping, JoinCondition
from lakeindex.join.key_conditions import NormalForm
from lakeindex.join.key_counter import KeyCounter
from lakeindex.join.side import JoinSide, reading
from lakeindex.join.side_rows import SideRows
from lakeindex.sql import quoted
from lakeindex.types.names import sql_names

_MATCHED = """
SELECT count(DISTINCT "row"), count(DISTINCT "row") FILTER ("key" IN (SELECT other FROM ({right}) AS others(other)
                                                                      WHERE other IS NOT NULL))
FROM (SELECT "row", {left} AS "key" FROM left_elements) WHERE "key" IS NOT NULL
"""


def key_counter(left: JoinSide, right: JoinSide) -> KeyCounter:
    """Read both columns, to count their join. Raises UnreadableTable when a file is gone or no longer what it was."""
    return _ListKeyCounter(left, right) if left.has_lists else KeyCounter(left, right)


class _ListKeyCounter(KeyCounter):
    """Counts a row as matched where any of its elements is."""

    def __init__(self, left: JoinSide, right: JoinSide) -> None:
        super().__init__(left, right)
        row = quoted(sql_names([*(name for name, _ in left.columns), "join row"])[-1])
        relation = f"(SELECT row_number() OVER () - 1 AS {row}, * FROM ({left.row_source}) AS numbered_rows)"
        rows = SideRows(left, relation, "l", row)
        with reading(str(left)):
            elements = rows.numbered(f"{rows.text} AS value")
            self._cursor.execute(f"CREATE TEMP TABLE left_elements AS SELECT * FROM {elements}")

    def counted(self, condition: JoinCondition) -> JoinCondition:
        """Return a condition with the share of left rows with a value that it matches."""
        return self._by_rows(super().counted(condition))

    def normalised(self, form: NormalForm) -> JoinCondition:
        """Return the condition of a normal form: how many left rows it matches, and its estimated precision."""
        return self._by_rows(super().normalised(form))

    def _by_rows(self, condition: JoinCondition) -> JoinCondition:
        rule = condition.rule
        if isinstance(rule, ByMapping):
            left, right = "value", 'SELECT "left_value" FROM mapped'
        else:
            assert isinstance(rule, ByExpression), "an as-of join takes no list"
            left, right = rule.of_left("value"), f"SELECT {rule.of_right('value')} FROM right_texts"
        valued, matched = self._fetch(_MATCHED.format(left=left, right=right))
        return replace(condition, matched=matched / valued if valued else 0.0)
