"""A join path that can run: the condition of each hop, the rows that it keeps and multiplies, and its statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from lakeindex.catalog.sql_process.cursor import SqlCursor
from lakeindex.errors import InvalidSetting
from lakeindex.join.condition import ByMapping
from lakeindex.join.plan import JoinPlan
from lakeindex.join.side import JoinSide, reading
from lakeindex.lake_map.hop_keys import hop_keys
from lakeindex.lake_map.paths.count_sql import HopSql, count_sql
from lakeindex.lake_map.paths.join_path import JoinPath
from lakeindex.sql import literal, quoted
from lakeindex.types.names import sql_names, title_of

_MOST_WRITTEN = 1_000
"""Pairs of a mapping that are written into a statement."""
_SECONDS = 120.0
"""How long the rows of a path may be counted."""


@dataclass(frozen=True, slots=True)
class HopRows:
    """What a hop does to the rows of the path before it."""

    kept: float
    """The share of them that find a partner."""
    low: int
    """The rows after it, between two bounds, which are equal where they were counted."""
    rows: int
    high: int


@dataclass(frozen=True, eq=False)
class PathJoin:
    """A join path with the plan of each hop."""

    path: JoinPath
    plans: tuple[JoinPlan, ...]

    @cached_property
    def rows(self) -> tuple[HopRows, ...]:
        """Count the rows after each hop, without joining: the rows of each key are multiplied, table after table.

        Raises UnreadableTable when a file is gone or no longer what it was, or when counting takes too long.
        """
        with reading(f"the path {self.path}"):
            counted = self._cursor.sql(self._counts(), seconds=_SECONDS).to_arrow_table().to_pylist()[0]
        has_lists = any(plan.left.has_lists or plan.right.has_lists for plan in self.plans)
        # Two lists may share several elements, and are one pair of rows nevertheless.
        rows = [(int(counted[f"before_{hop}"]), int(counted[f"rows_{hop}"])) for hop in range(len(self.plans))]
        kept = [int(counted[f"kept_{hop}"]) for hop in range(len(self.plans))]
        return tuple(
            HopRows(met / before if before else 0.0, 0 if has_lists else after, after, after)
            for met, (before, after) in zip(kept, rows, strict=True)
        )

    def sql(self) -> str:
        """Write the path as one statement for DuckDB, which reads the lake's files where they are.

        The columns are those of all tables, in their order. Raises InvalidSetting for columns of lists, and for a hop
        by a long mapping.
        """
        columns = [(place, name) for place, side in enumerate(self._sides) for name, _ in side.columns]
        shown = ", ".join(f"t{place}.{quoted(name)} AS {quoted(alias)}" for (place, name), alias in
                          zip(columns, self._names(columns), strict=True))  # fmt: skip
        joins = [f"({self._sides[0].file_source}) AS t0", *map(self._joined, range(len(self.plans)))]
        return f"SELECT {shown}\nFROM " + "\nJOIN ".join(joins)

    @property
    def _sides(self) -> list[JoinSide]:
        """Each table once, as the side of a hop."""
        return [self.plans[0].left, *(plan.right for plan in self.plans)]

    def _names(self, columns: Sequence[tuple[int, str]]) -> list[str]:
        """Name the joined columns apart: one that an earlier table has, too, bears its table's title."""
        taken: set[str] = set()
        names = []
        for place, name in columns:
            names.append(f"{name} ({title_of(self._sides[place].table)})" if name.lower() in taken else name)
            taken.add(name.lower())
        return sql_names(names)

    def _joined(self, hop: int) -> str:
        plan, (left, right) = self.plans[hop], hop_keys(self.plans[hop], f"t{hop}", f"t{hop + 1}")
        if plan.left.has_lists or plan.right.has_lists:
            raise InvalidSetting(f"{plan.left} or {plan.right} holds lists: join the tables hop by hop")
        rows = f"({plan.right.file_source}) AS t{hop + 1}"
        if not isinstance(plan.condition.rule, ByMapping):
            return f"{rows}\n  ON {left} = {right}"
        pairs = _written(plan.condition.rule.pairs, f"{plan.left} with {plan.right}")
        mapping = f'{pairs} AS m{hop}("left_value", "right_value")'
        return f'{mapping}\n  ON {left} = m{hop}."left_value"\nJOIN {rows}\n  ON m{hop}."right_value" = {right}'

    @property
    def _cursor(self) -> SqlCursor:
        cursor = self.plans[0].left.connection.cursor()
        for hop, plan in enumerate(self.plans):
            if isinstance(plan.condition.rule, ByMapping):
                cursor.register(_mapping(hop), plan.condition.rule.pairs)
        return cursor

    def _counts(self) -> str:
        hops = []
        for hop, plan in enumerate(self.plans):
            mapping = _mapping(hop) if isinstance(plan.condition.rule, ByMapping) else ""
            hops.append(HopSql(*hop_keys(plan, "t", "t"), plan.right.source, mapping))
        return count_sql(self.plans[0].left.source, hops)


def _mapping(hop: int) -> str:
    return f"path_mapping_{hop}"


def _written(pairs: pa.Table, what: str) -> str:
    """Write the pairs of a mapping into a statement."""
    if pairs.num_rows > _MOST_WRITTEN:
        raise InvalidSetting(
            f"{what} meets by {pairs.num_rows:,} pairs of values, too many for a statement: join it first, with "
            f"`lakeindex join ... --sql --out FILE`"
        )
    sides = zip(pairs["left_value"].to_pylist(), pairs["right_value"].to_pylist(), strict=True)
    return "(VALUES " + ", ".join(f"({literal(str(left))}, {literal(str(right))})" for left, right in sides) + ")"
