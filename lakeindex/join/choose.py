"""Choose how two columns meet: the way that matches most left rows, among those that are precise enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from lakeindex.errors import InvalidSetting
from lakeindex.join.condition import Meeting
from lakeindex.join.fuzzy.fuzzy_join import fuzzy_meeting, semantic_meeting
from lakeindex.join.key_conditions import are_comparable, exact_meeting, normalised_forms, require_comparable
from lakeindex.join.key_counter import KeyCounter
from lakeindex.join.kinds import AsOf, MatchKind
from lakeindex.join.side import TEXT, JoinSide
from lakeindex.join.temporal.asof import asof_meeting
from lakeindex.join.temporal.period_match import MomentColumn, temporal_meeting
from lakeindex.join.transform.find import find_transformation
from lakeindex.join.transform.transformation import Transformation, meeting_of

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts
    from lakeindex.join.bridge_table import Lookup
    from lakeindex.join.fuzzy.candidates import Embed

_MOST_COUNTED = 1_000_000
"""Rows of both sides together up to which what was asked for is counted before it runs."""
_MOST_COMPARED = 200_000
"""Distinct values of both sides together up to which they are compared with one another."""

_MOST_REWRITTEN = 5_000
"""Distinct values of a side up to which a program is looked for while somebody waits for the answer to a query."""
_SURE = 0.9


def transformation_of(left: Texts, right: Texts) -> Transformation | None:
    """Find the program by which most values of a column become those of another; None where none is certain."""
    if not (len(left) and len(right)) or max(len(left), len(right)) > _MOST_REWRITTEN:
        return None
    found = find_transformation(left, right)
    return None if found is None or found.precision < _SURE else found


def rewritable_texts(side: JoinSide) -> Texts:
    """Read the values that `transformation_of` compares, and of a long column no more than show that it is too long."""
    return side.distinct_texts(_MOST_REWRITTEN + 1)


@dataclass(frozen=True, slots=True)
class Means:
    """What a lake brings to the join of two of its columns; each is looked for when it is first needed."""

    embed: Callable[[int], Embed | None]
    """Gives the model that reads so many values; None where the lake has none."""
    lookups: Callable[[], Iterable[Lookup]]
    """Lists tables that may map one side's values to the other's."""


@dataclass(frozen=True)
class Chooser:
    """Two columns, and what is asked of their join."""

    left: JoinSide
    right: JoinSide
    precision: float
    means: Means
    asof: AsOf | None = None
    """What is asked of an as-of join; None for its defaults."""

    def choose(self, match: MatchKind) -> tuple[Meeting, tuple[Meeting, ...]]:
        """Choose a way to meet of the kind asked for; return it, and all that were tried, the simplest first.

        Raises InvalidSetting where the columns' types are never equal, for a precision that is none, and where
        nothing of the kind that was asked for makes their values meet.
        """
        self._require_sense(match)
        only = self._only(match)
        if only is not None:
            return only, (only,)
        with KeyCounter(self.left, self.right) as counter:
            tried = tuple(self._tried(match, counter))
        precise = [meeting for meeting in tried if meeting.precision >= self.precision]
        if match is MatchKind.AUTO and not precise:
            self._require_certain(tried)
        if not tried:
            raise InvalidSetting(
                f"there is no {match} match of {self.left} and {self.right}: try --match auto or a lower --precision, "
                f"or ask what joins with `lakeindex query`"
            )
        # The first of the best, as `max` takes it, is the simplest.
        best = max(precise, key=lambda one: one.matched) if precise else max(tried, key=lambda one: one.precision)
        return best, tried

    def _require_sense(self, match: MatchKind) -> None:
        if not 0 <= self.precision <= 1:
            raise InvalidSetting(f"a precision of {self.precision} makes no sense: give a share between 0 and 1")
        if self.asof is not None and match is not MatchKind.ASOF:
            raise InvalidSetting(f"a direction and a tolerance are for match asof and not for {match}: ask for asof")

    def _require_certain(self, tried: tuple[Meeting, ...]) -> None:
        """Raise InvalidSetting where values of types that are never equal don't meet for certain in another way."""
        if tried and not are_comparable(self.left, self.right):
            best = max(tried, key=lambda one: one.precision)
            raise InvalidSetting(
                f"{self.left} and {self.right} are never equal; they meet in a way of whose pairs {best.precision:.0%} "
                f"are expected to be right ({best.told}): ask for it with --match {best.match}"
            )
        require_comparable(self.left, self.right)

    def _only(self, match: MatchKind) -> Meeting | None:
        """Return the way to meet that needs no choice."""
        if match is MatchKind.ASOF:
            return asof_meeting(self.left, self.right, self.asof or AsOf())
        is_long = self.left.rows + self.right.rows > _MOST_COUNTED
        return exact_meeting(self.left, self.right) if match is MatchKind.EXACT and is_long else None

    def _tried(self, match: MatchKind, counter: KeyCounter) -> Iterator[Meeting]:
        matched = 0.0
        for kind, meetings in self._ways(match, counter):
            # Nothing can match more than all.
            if match is kind or (match is MatchKind.AUTO and matched < 1):
                for meeting in meetings:
                    counted = meeting if kind is MatchKind.NORMALISED else counter.counted(meeting)
                    matched = max(matched, counted.matched)
                    yield counted

    def _ways(self, match: MatchKind, counter: KeyCounter) -> Iterator[tuple[MatchKind, Iterable[Meeting]]]:
        """List the kinds, the simplest first; nothing of one is looked for before its meetings are asked for."""
        if match is not MatchKind.AUTO or are_comparable(self.left, self.right):
            yield MatchKind.EXACT, (exact_meeting(self.left, self.right) for _ in "1")
            yield MatchKind.NORMALISED, self._written_alike(counter)
        yield MatchKind.TEMPORAL, self._in_one_period(counter)
        yield MatchKind.TRANSFORM, self._transformed()
        yield MatchKind.FUZZY, self._spelled()
        yield MatchKind.SEMANTIC, self._meant(match)

    def _written_alike(self, counter: KeyCounter) -> Iterator[Meeting]:
        yield from map(counter.normalised, normalised_forms(self.left, self.right))

    def _in_one_period(self, counter: KeyCounter) -> Iterator[Meeting]:
        left = MomentColumn.of(self.left, counter.left_values)
        right = MomentColumn.of(self.right, counter.right_values) if left is not None else None
        found = None if left is None or right is None else temporal_meeting(left, right)
        yield from () if found is None else (found,)

    def _transformed(self) -> Iterator[Meeting]:
        values = self._compared
        if values is not None and (found := find_transformation(*values)) is not None:
            yield meeting_of(found)

    def _spelled(self) -> Iterator[Meeting]:
        values = self._compared
        if values is not None:
            found = fuzzy_meeting(*values, self.precision, self._embed(*values))
            yield from () if found is None else (found,)

    def _meant(self, match: MatchKind) -> Iterator[Meeting]:
        through = (lookup.meeting(self.left, self.right) for lookup in self.means.lookups())
        yield from (meeting for meeting in through if meeting is not None)
        # What a model takes to mean alike is a guess: that has to be asked for.
        values = self._compared if match is MatchKind.SEMANTIC else None
        if values is not None and (embed := self._embed(*values)) is not None:
            found = semantic_meeting(*values, self.precision, embed)
            yield from () if found is None else (found,)

    @cached_property
    def _compared(self) -> tuple[Texts, Texts] | None:
        """Return the distinct values of both sides, where one is of text and they are not too many."""
        if TEXT not in (self.left.sql_type, self.right.sql_type):
            return None
        left, right = (side.distinct_texts(_MOST_COMPARED + 1) for side in (self.left, self.right))
        return (left, right) if len(left) and len(right) and len(left) + len(right) <= _MOST_COMPARED else None

    def _embed(self, left: Texts, right: Texts) -> Embed | None:
        return self.means.embed(len(left) + len(right))
