"""Choose how two columns meet: the way that matches most left rows, among those that are precise enough."""

from __future__ import annotations

from typing import Any

from lakeindex.errors import InvalidSetting
from lakeindex.integrate.join_counted import KeyCounter
from lakeindex.integrate.join_kinds import MatchKind
from lakeindex.integrate.join_side import JoinSide
from lakeindex.integrate.key_meetings import exact_meeting, normalised_forms
from lakeindex.integrate.meeting import Meeting

_COUNTED_ROWS = 1_000_000
"""Up to so many rows of both sides a match that was asked for is counted before it runs."""


def choose_meeting(
    sides: tuple[JoinSide, JoinSide], match: MatchKind, precision: float, lake: Any
) -> tuple[Meeting, tuple[Meeting, ...]]:
    """Choose a way to meet of the kind asked for; return it, and all that were tried, the simplest first.

    Raises InvalidSetting where the columns' types are never equal, or for a kind that can't be asked for yet.
    """
    if not 0 <= precision <= 1:
        raise InvalidSetting(f"a precision of {precision} makes no sense: give a share between 0 and 1")
    if match not in (MatchKind.AUTO, MatchKind.EXACT, MatchKind.NORMALISED):
        raise InvalidSetting(f"--match {match} is not there yet; there are: auto, exact, normalised")
    exact = exact_meeting(*sides)
    forms = () if match is MatchKind.EXACT else normalised_forms(*sides)
    if not forms and sides[0].rows + sides[1].rows > _COUNTED_ROWS:
        return exact, (exact,)
    with KeyCounter(*sides) as counter:
        tried = [counter.exact(exact)]
        if tried[0].matched < 1 or match is MatchKind.NORMALISED:
            tried += map(counter.normalised, forms)
    able = tried[1:] if match is MatchKind.NORMALISED and forms else tried
    precise = [meeting for meeting in able if meeting.precision >= precision]
    # The first of the best, as `max` takes it, is the simplest.
    best = max(precise, key=lambda meeting: meeting.matched) if precise else max(able, key=lambda one: one.precision)
    return best, tuple(tried)
