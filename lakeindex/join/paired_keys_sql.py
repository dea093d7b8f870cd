"""SQL for a join through a relation of pairs `left_value, right_value, probability`: a mapping, or nearest moments."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from lakeindex.join.condition import ByMoment
from lakeindex.join.kinds import How
from lakeindex.join.side_rows import SideRows
from lakeindex.join.temporal.asof_sql import NEAREST, moment_key, nearest_moments


@dataclass(frozen=True, slots=True)
class _PairedKeysSql(ABC):
    left: SideRows
    right: SideRows

    @property
    @abstractmethod
    def left_key(self) -> str:
        """SQL for what of a left row is compared."""

    @property
    @abstractmethod
    def right_key(self) -> str:
        """SQL for what of a right row is compared."""

    @property
    @abstractmethod
    def _pairs(self) -> str:
        """What SQL selects the pairs of keys from."""

    @property
    def definitions(self) -> tuple[str, ...]:
        return ()

    @property
    def probability(self) -> str:
        return 'm."probability"'

    def joined(self, how: How, left: Sequence[str], right: Sequence[str]) -> str:
        join = "JOIN" if how is How.INNER else "LEFT JOIN"
        pairs = f"{self._pairs} AS m\n  JOIN {self.right.from_item}\n    ON {self._has_right}"
        joined = (
            f"SELECT {', '.join((*left, *right))}\nFROM {self.left.from_item}\n{join} ({pairs})\n"
            f'  ON {self.left_key} = m."left_value"'
        )
        if how is not How.FULL:
            return joined
        # A right value of several pairs must stay once, and only where none of its left values is there.
        partners = (
            f'SELECT 1 FROM {self._pairs} AS m JOIN {self.left.from_item} ON m."left_value" = {self.left_key} '
            f"WHERE {self._has_right}"
        )
        alone = f"SELECT {', '.join((*('NULL' for _ in left), *right))}\nFROM {self.right.from_item}\n"
        return f"{joined}\nUNION ALL\n{alone}WHERE NOT EXISTS ({partners})"

    def unmatched(self, left: Sequence[str]) -> str:
        partners = (
            f"SELECT 1 FROM {self._pairs} AS m JOIN {self.right.from_item} ON {self._has_right} "
            f'WHERE m."left_value" = {self.left_key}'
        )
        return f"SELECT {', '.join(left)}\nFROM {self.left.from_item}\nWHERE NOT EXISTS ({partners})"

    @property
    def numbered_pairs(self) -> str:
        left, right = self.left.numbered(f'{self.left_key} AS "key"'), self.right.numbered(f'{self.right_key} AS "key"')
        return f'{left}\nJOIN {self._pairs} AS m ON l."key" = m."left_value"\nJOIN {right} ON m."right_value" = r."key"'

    @property
    def partners(self) -> str:
        return (
            f'SELECT m."left_value" AS "key", sum(r."rows") AS "rows" FROM {self._pairs} AS m '
            'JOIN right_keys AS r ON m."right_value" = r."key" GROUP BY 1'
        )

    @property
    def right_matched(self) -> str:
        pairs = f'{self._pairs} AS m JOIN left_keys AS l ON m."left_value" = l."key"'
        return f'SELECT sum("rows") FROM right_keys WHERE "key" IN (SELECT m."right_value" FROM {pairs})'

    @property
    def _has_right(self) -> str:
        """A condition on a pair `m` and a right row."""
        return f'm."right_value" = {self.right_key}'


@dataclass(frozen=True, slots=True)
class MappedValuesSql(_PairedKeysSql):
    """The pairs are a table of texts."""

    mapping: str
    """What SQL selects them from."""

    @property
    def left_key(self) -> str:
        """SQL for what of a left row is compared."""
        return self.left.text

    @property
    def right_key(self) -> str:
        """SQL for what of a right row is compared."""
        return self.right.text

    @property
    def _pairs(self) -> str:
        return self.mapping


@dataclass(frozen=True, slots=True)
class NearestMomentsSql(_PairedKeysSql):
    """The pairs are moments, which the statement itself finds."""

    rule: ByMoment

    @property
    def left_key(self) -> str:
        """SQL for what of a left row is compared."""
        return moment_key(self.left, self.rule.of_left(self.left.first_value))

    @property
    def right_key(self) -> str:
        """SQL for what of a right row is compared."""
        return moment_key(self.right, self.rule.of_right(self.right.first_value))

    @property
    def definitions(self) -> tuple[str, ...]:
        """The common table expressions that find the pairs."""
        return (nearest_moments(self.rule, self.left, self.right),)

    @property
    def _pairs(self) -> str:
        return NEAREST
