"""What two tables compare where they join, as SQL."""

from __future__ import annotations

from lakeindex.join.condition import EQUAL_VALUES, ByExpression
from lakeindex.join.equal_keys_sql import EqualValuesSql
from lakeindex.join.plan import JoinPlan
from lakeindex.join.side_rows import SideRows


def hop_keys(plan: JoinPlan, left: str, right: str) -> tuple[str, str]:
    """Write what is compared of the rows of a join that go by two aliases, left and right.

    Where a mapping pairs values, these are the values as text; otherwise rows are partners where both are equal.
    """
    sides = SideRows(plan.left, "", left), SideRows(plan.right, "", right)
    rule = plan.condition.rule
    if rule == EQUAL_VALUES:
        equal = EqualValuesSql(*sides)
        return equal.left_key, equal.right_key
    if isinstance(rule, ByExpression):
        return rule.of_left(sides[0].text), rule.of_right(sides[1].text)
    return sides[0].text, sides[1].text
