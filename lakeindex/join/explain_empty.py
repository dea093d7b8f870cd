"""Explain why a join gives no pairs, and suggest what to try instead."""

from __future__ import annotations

import shlex

from lakeindex.join.condition import ByMoment, JoinCondition
from lakeindex.join.counts import JoinCounts
from lakeindex.join.side import TEXT, JoinSide
from lakeindex.join.temporal.detect_moments import has_moment_type
from lakeindex.profile.look_alikes import find_look_alikes

_FEW = 0.5
"""The share of matched left rows from which on nothing is looked for that keeps the others from it."""
_MOST_COMPARED = 200_000


def explain_empty(left: JoinSide, right: JoinSide, condition: JoinCondition, counts: JoinCounts) -> str:
    """Explain why no value of one column matches one of the other."""
    for side, rows, valued in (
        (left, counts.left_rows, counts.left_valued),
        (right, counts.right_rows, counts.right_valued),
    ):
        if not rows:
            return f"nothing is joined: {side.table} has no rows"
        if not valued:
            return f"nothing is joined: {side} has no value that could meet another; name another column"
    return (
        f"nothing is joined: no value of {left} meets one of {right} by {condition.match} match; "
        f"{_suggestion(left, right, condition)}, or ask what joins: lakeindex query {shlex.quote(left.table)} "
        f"{shlex.quote(left.column)}"
    )


def explain_few(left: JoinSide, right: JoinSide, counts: JoinCounts) -> list[str]:
    """Name what keeps values of two columns apart, where most of the left rows match nothing."""
    if counts.match_rate >= _FEW or {left.sql_type, right.sql_type} != {TEXT}:
        return []
    sides = [side.distinct_texts(_MOST_COMPARED) for side in (left, right)]
    names = (str(left), str(right))
    return [one.describe(*(names if one.is_left else names[::-1])) for one in find_look_alikes(*sides)]


def _suggestion(left: JoinSide, right: JoinSide, condition: JoinCondition) -> str:
    if isinstance(condition.rule, ByMoment):
        return "try another --direction" + ("" if condition.rule.tolerance is None else " or a larger --tolerance")
    if has_moment_type(left.first) and has_moment_type(right.first):
        return "try --match asof, by which each left row meets the latest right one before it"
    return "try another --match"
