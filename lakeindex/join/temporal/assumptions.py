"""What a join of moments takes for granted, and how surely: the order of dates, the zone, what numbers count."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lakeindex.join.temporal.grains import Grain
from lakeindex.join.temporal.meeting import Meeting, shifted_meetings
from lakeindex.join.temporal.number_moments import is_named_for_moments
from lakeindex.join.temporal.period_match import MomentColumn

_SURE_OF_NUMBERS, _UNSURE_OF_NUMBERS, _DOUBTFUL_NUMBERS = 0.97, 0.7, 0.3
_SHORT_YEAR = _ORDER_BESIDE = _SAME_ORDER = 0.95
_DAY_IN_UTC, _LONGER_IN_UTC = 0.93, 0.99
_LEAST_IN_UTC, _MOST_IN_UTC = 0.5, 0.95
_FEWEST = 3
_NO_CHANCE = math.log(1000)
_FEWEST_OF_RANGE = 10
_SECOND = 1_000_000
_MOST_OF_RANGE = 0.9


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something that is taken for granted of two columns."""

    precision: float
    """How probable it is."""
    text: str
    """What is assumed, for people; nothing for what goes without saying."""


def assumption_of_numbers(numbers: MomentColumn, meeting: Meeting, grain: Grain, is_left: bool) -> Assumption | None:
    """Assume that numbers, the left or the right ones of a meeting, count time; None where they meet no moments.

    It is sure where their name says so, where they lie at the beginnings of days or hours, where they meet much more
    than arbitrary numbers would, and where both columns begin and end together.
    """
    counted = numbers.moments.numbers
    assert counted is not None, "only numbers that count time need this assumption"
    if meeting.met < _FEWEST or meeting.share < 0.5 or not meeting.is_in_range:
        return None
    name = is_named_for_moments(numbers.side.column)
    own = numbers.moments
    is_even = own.grain.is_coarser(counted.grain) and 1 - own.certainty < math.exp(-_NO_CHANCE)
    # A number falls on any tick, and then in a period of the grain by which both are joined.
    tick = _SECOND if counted.grain.is_coarser(own.grain) else counted.tick
    is_unlikely = meeting.surprise(max(tick, grain.microseconds)) > _NO_CHANCE
    has_one_range = meeting.has_one_range and meeting.met >= _FEWEST_OF_RANGE and meeting.share >= _MOST_OF_RANGE
    is_sure = name or is_even or is_unlikely or (has_one_range and name is None)
    text = f"numbers of the column {numbers.side.column!r} are taken for {counted.name}"
    if is_sure:
        return Assumption(_SURE_OF_NUMBERS, text)
    within = meeting.lefts_within / meeting.lefts if is_left else meeting.rights_within / meeting.rights
    precision = _UNSURE_OF_NUMBERS if within >= _MOST_OF_RANGE else _DOUBTFUL_NUMBERS
    return Assumption(precision, f"{text}, which is a guess: as many arbitrary numbers would meet")


def assumption_of_zone(left: MomentColumn, right: MomentColumn, grain: Grain) -> Assumption | None:
    """Assume that moments without a zone are in UTC, where those of the other column have one; None where both do."""
    if left.moments.is_zoned == right.moments.is_zoned:
        return None
    zoned, plain = (left, right) if left.moments.is_zoned else (right, left)
    text = f"the moments of {plain.side.column!r}, which have no zone, are taken for UTC, which is a guess"
    if grain.is_of_days:
        if zoned.moments.grain.is_of_days:
            # At midnight in UTC, all of them: they are days in UTC.
            return None
        return Assumption(_DAY_IN_UTC if grain is Grain.DAY else _LONGER_IN_UTC, text)
    met, shifted = shifted_meetings(left, right, grain)
    return Assumption(min(max(_LEAST_IN_UTC, 1 - shifted / met if met else 0.0), _MOST_IN_UTC), text)


def assumption_of_order(left: MomentColumn, right: MomentColumn, met: int, met_otherwise: int) -> Assumption | None:
    """Assume the orders of day and month by which most moments meet; None where they are known.

    `met_otherwise` is how many meet by the next best orders.
    """
    guessed = [one for one in (left, right) if one.moments.is_guess and one.moments.order is not None]
    if not guessed:
        return None
    sure, years = 1.0, ""
    if any(one.moments.has_short_year for one in guessed):
        sure, years = _SHORT_YEAR, "; years of two digits are taken for 1970 to 2069"
    columns = " and ".join(repr(one.side.column) for one in guessed)
    if len(guessed) == 2 and left.moments.order is right.moments.order:
        text = f"dates of {columns} are read in one order of day and month, which is a guess"
        return Assumption(sure * _SAME_ORDER, text + years)
    orders = " and ".join(f"{one.moments.order}" for one in guessed)
    text = f"dates of {columns} are read as {orders}, which is a guess after"
    if all(one.beside for one in guessed):
        beside = " and ".join(repr(one.beside) for one in guessed)
        return Assumption(sure * _ORDER_BESIDE, f"{text} the column {beside} of its table{years}")
    # Readings that meet as often are as likely as one another.
    apart = (met - met_otherwise) ** 2 / (2 * max(met + met_otherwise, 1))
    return Assumption(sure * (1 - 0.5 * math.exp(-apart)), f"{text} the values of the other column{years}")
