"""The reasons for a match's score: at most six, the biggest first, which sum to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from lakeindex.reasons.themes import theme_of
from lakeindex.types.matches import Evidence, Match

MOST_REASONS = 6
REST = "everything else"
_NOTICED = 0.0005
"""A part of this size is the least that shows, as figures are given in tenths of a percent."""
_TENTHS = 1000


@dataclass(frozen=True, slots=True)
class Reason:
    """One of the few things that make up a score."""

    name: str
    part: float
    """What it adds to the score; below zero where it speaks against the join."""
    says: str
    """What was seen, in a sentence."""
    shows: tuple[str, ...]
    """Values, names or ranges that show it; some of them long."""
    evidence: tuple[str, ...]
    """The names of the evidence that it sums up."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """The reasons for a score, the biggest first; whatever else there is comes last, as one."""

    listed: tuple[Reason, ...]
    score: float
    """The sum of their parts."""

    @property
    def steps(self) -> list[tuple[float, float]]:
        """Where each reason takes the score from, and to: a waterfall that ends at the score."""
        stops = list(accumulate(one.part for one in self.listed))
        return list(zip([0.0, *stops], stops, strict=False))

    @property
    def tenths(self) -> list[int]:
        """The parts in tenths of a percent, rounded so that they sum to the rounded score: the biggest gives way."""
        rounded = [round(one.part * _TENTHS) for one in self.listed]
        if rounded:
            rounded[0] += round(self.score * _TENTHS) - sum(rounded)
        return rounded

    def to_json(self) -> list[dict[str, object]]:
        """Return them as JSON, parts unrounded."""
        return [
            {
                "name": one.name,
                "part": one.part,
                "says": one.says,
                "shows": list(one.shows),
                "sums_up": list(one.evidence),
            }
            for one in self.listed
        ]


def reasons_of(match: Match) -> Reasons:
    """Sum the evidence of a match up as the few reasons that people are given: in a terminal, a page, and as JSON."""
    groups: dict[str, list[Evidence]] = {}
    for one in match.evidence:
        groups.setdefault(theme_of(one).name, []).append(one)
    summed = {name: sum(one.part for one in found) for name, found in groups.items()}
    ranked = sorted(summed, key=lambda name: -abs(summed[name]))
    noticed = [name for name in ranked if abs(summed[name]) >= _NOTICED]
    if len(noticed) > MOST_REASONS or len(noticed) < len(ranked):
        noticed = noticed[: MOST_REASONS - 1]
    listed = [_reason(match, name, groups[name]) for name in noticed]
    others = [name for name in ranked if name not in noticed]
    if others:
        rest = match.score - sum(one.part for one in listed)
        listed.append(Reason(REST, rest, _rest(others), (), tuple(one.name for name in others for one in groups[name])))
    return Reasons(tuple(listed), match.score)


def _reason(match: Match, name: str, found: Sequence[Evidence]) -> Reason:
    said = theme_of(found[0]).describe(match, found)
    return Reason(name, sum(one.part for one in found), said.says, said.shows, tuple(one.name for one in found))


def _rest(others: Sequence[str]) -> str:
    return f"together, {', '.join(others)}"
