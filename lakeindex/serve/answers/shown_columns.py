"""Which columns are shown of a join that is too wide to be shown whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lakeindex.join.plan import JoinPlan


def key_places(plan: JoinPlan, width: int) -> set[int]:
    """Return where the columns that a join is made on stand among the `width` columns that it gives."""
    count = len(plan.left.columns)
    return {*plan.left.places, *(count + place for place in plan.right.places)} & set(range(width))


def shown_places(plan: JoinPlan, width: int, most: int) -> list[int]:
    """Return which columns are shown, in their order: those that the join is made on, and the first of the others."""
    keys = key_places(plan, width)
    others = [place for place in range(width) if place not in keys]
    return sorted([*keys, *others[: max(most - len(keys), 0)]])
