"""Choose the condition of a join: the one that matches most left rows, among those that are precise enough."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from lakeindex.errors import InvalidSetting
from lakeindex.join.condition import JoinCondition
from lakeindex.join.fuzzy.fuzzy_join import fuzzy_condition, semantic_condition
from lakeindex.join.key_conditions import are_comparable, exact_condition, normal_forms
from lakeindex.join.key_counter import KeyCounter
from lakeindex.join.kinds import AsOf, MatchKind
from lakeindex.join.list_counter import key_counter
from lakeindex.join.side import TEXT, JoinSide
from lakeindex.join.temporal.asof import asof_condition
from lakeindex.join.temporal.pair_moments import moment_condition, require_comparable_moments
from lakeindex.join.transform.find import find_transformation
from lakeindex.join.transform.inner_numbers import inner_number_condition
from lakeindex.join.transform.transformation import condition_of

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts
    from lakeindex.join.find_bridges import BridgeSearch
    from lakeindex.join.fuzzy.candidates import Embed, ValueModel

_MOST_COUNTED = 1_000_000
"""Rows of both sides together up to which an exact join is counted before it runs."""
_MOST_COMPARED = 200_000
"""Distinct values of both sides together up to which they are compared with one another."""


@dataclass(frozen=True)
class Chooser:
    """Two columns of which the join's condition is chosen, and the settings of the choice."""

    left: JoinSide
    right: JoinSide
    precision: float
    """The least share of right pairs that `auto` accepts."""
    model: ValueModel | None = None
    """Embeds values for fuzzy and semantic joins."""
    bridges: BridgeSearch | None = None
    """Finds tables that map one side's values to the other's; None for none."""
    asof: AsOf | None = None
    """The options of an as-of join; None for the defaults."""
    kinds: Collection[MatchKind] = tuple(MatchKind)
    """Those that `auto` chooses among."""

    def choose(self, match: MatchKind) -> tuple[JoinCondition, tuple[JoinCondition, ...]]:
        """Choose a condition of a kind; return it, and all that were tried, the simplest first.

        Raises InvalidSetting where the columns' types are never equal, for a precision outside 0 to 1, and where no
        condition of the kind matches any values.
        """
        self._require_sense(match)
        only = self._only(match)
        if only is not None:
            return only, (only,)
        with key_counter(self.left, self.right) as counter:
            tried = tuple(self._tried(match, counter))
        precise = [one for one in tried if one.is_promised and one.precision >= self.precision]
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

    def _require_certain(self, tried: tuple[JoinCondition, ...]) -> None:
        """Raise InvalidSetting where the types are never equal, and no other condition is precise enough."""
        if tried and not are_comparable(self.left, self.right):
            best = max(tried, key=lambda one: one.precision)
            raise InvalidSetting(
                f"{self.left} and {self.right} are never equal as they are written; of the pairs of another condition "
                f"{best.precision:.0%} are expected to be right ({best.description}): ask for it with "
                f"--match {best.match}"
            )
        require_comparable_moments(self.left, self.right)

    def _only(self, match: MatchKind) -> JoinCondition | None:
        """Return the condition that needs neither choice nor counting."""
        if match is MatchKind.ASOF:
            return asof_condition(self.left, self.right, self.asof or AsOf())
        is_long = self.left.rows + self.right.rows > _MOST_COUNTED
        return exact_condition(self.left, self.right) if match is MatchKind.EXACT and is_long else None

    def _tried(self, match: MatchKind, counter: KeyCounter) -> Iterator[JoinCondition]:
        matched = 0.0
        for kind, conditions in self._conditions(match, counter):
            # Nothing can match more than all.
            if match is kind or (match is MatchKind.AUTO and kind in self.kinds and matched < 1):
                for condition in conditions:
                    counted = condition if kind is MatchKind.NORMALISED else counter.counted(condition)
                    matched = max(matched, counted.matched)
                    yield counted

    def _conditions(self, match: MatchKind, counter: KeyCounter) -> Iterator[tuple[MatchKind, Iterable[JoinCondition]]]:
        """List the kinds, the simplest first; the conditions of a kind are only looked for when they are iterated."""
        if match is not MatchKind.AUTO or are_comparable(self.left, self.right):
            yield MatchKind.EXACT, self._exact(counter)
            yield MatchKind.NORMALISED, self._normalised(counter)
        yield MatchKind.TEMPORAL, self._temporal(counter)
        yield MatchKind.TRANSFORM, self._transformed()
        yield MatchKind.FUZZY, self._fuzzy()
        yield MatchKind.SEMANTIC, self._semantic(match)

    def _exact(self, counter: KeyCounter) -> Iterator[JoinCondition]:
        yield exact_condition(self.left, self.right, counter.occurring)

    def _normalised(self, counter: KeyCounter) -> Iterator[JoinCondition]:
        yield from map(counter.normalised, normal_forms(self.left, self.right, counter.occurring))

    def _temporal(self, counter: KeyCounter) -> Iterator[JoinCondition]:
        found = moment_condition(self.left, counter.left_values, self.right, counter.right_values)
        yield from () if found is None else (found,)

    def _transformed(self) -> Iterator[JoinCondition]:
        if (values := self._compared) is None:
            return
        if (by_number := inner_number_condition(*values)) is not None:
            yield by_number
        elif (found := find_transformation(*values)) is not None:
            yield condition_of(found)

    def _fuzzy(self) -> Iterator[JoinCondition]:
        values = self._compared
        if values is not None:
            found = fuzzy_condition(*values, self.precision, self._embed(*values))
            yield from () if found is None else (found,)

    def _semantic(self, match: MatchKind) -> Iterator[JoinCondition]:
        if self.bridges is not None:
            found = (bridge.condition(self.left, self.right) for bridge in self.bridges.tables())
            yield from (condition for condition in found if condition is not None)
        # That a model takes values to mean the same is a guess: it is only made on request.
        values = self._compared if match is MatchKind.SEMANTIC else None
        if values is not None and (embed := self._embed(*values)) is not None:
            guessed = semantic_condition(*values, self.precision, embed)
            yield from () if guessed is None else (guessed,)

    @cached_property
    def _compared(self) -> tuple[Texts, Texts] | None:
        """Return the distinct values of both sides, where one is of text and they are not too many."""
        if TEXT not in (self.left.sql_type, self.right.sql_type):
            return None
        left, right = (side.distinct_texts(_MOST_COMPARED + 1) for side in (self.left, self.right))
        return (left, right) if len(left) and len(right) and len(left) + len(right) <= _MOST_COMPARED else None

    def _embed(self, left: Texts, right: Texts) -> Embed | None:
        return None if self.model is None else self.model.value_encoder(len(left) + len(right))
