"""Say why a join gives no pairs, and what to try instead."""

from __future__ import annotations

import shlex

from lakeindex.join.condition import ByMoment, Meeting
from lakeindex.join.counts import JoinCounts
from lakeindex.join.side import JoinSide
from lakeindex.join.temporal.detect_moments import is_of_moments


def why_nothing(left: JoinSide, right: JoinSide, meeting: Meeting, counts: JoinCounts) -> str:
    """Say why no value of two columns meets another."""
    for side, rows, valued in (
        (left, counts.left_rows, counts.left_valued),
        (right, counts.right_rows, counts.right_valued),
    ):
        if not rows:
            return f"nothing is joined: {side.table} has no rows"
        if not valued:
            return f"nothing is joined: {side} has no value that could meet another; name another column"
    return (
        f"nothing is joined: no value of {left} meets one of {right} by {meeting.match} match; "
        f"{_instead(left, right, meeting)}, or ask what joins: lakeindex query {shlex.quote(left.table)} "
        f"{shlex.quote(left.column)}"
    )


def _instead(left: JoinSide, right: JoinSide, meeting: Meeting) -> str:
    if isinstance(meeting.way, ByMoment):
        return "try another --direction" + ("" if meeting.way.tolerance is None else " or a larger --tolerance")
    if is_of_moments(left.first) and is_of_moments(right.first):
        return "try --match asof, by which each left row meets the latest right one before it"
    return "try another --match"
