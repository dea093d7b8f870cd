"""Joins that broke between two generations of an index, for programs (typed, Arrow) and for people (repr, HTML)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum

import pyarrow as pa

from lakeindex.config.ranges import SHARE
from lakeindex.escaping.markup import html_text
from lakeindex.escaping.visible import visible_line
from lakeindex.types.frames import Frames
from lakeindex.types.lake import ColumnId
from lakeindex.types.matches import JoinKind

_FIELDS: list[tuple[str, pa.DataType]] = [
    ("table", pa.string()),
    ("column", pa.string()),
    ("joins_table", pa.string()),
    ("joins_column", pa.string()),
    ("kind", pa.string()),
    ("score_before", pa.float64()),
    ("containment_before", pa.float64()),
    ("containment_now", pa.float64()),
    ("reason", pa.string()),
]
BROKEN_SCHEMA = pa.schema(_FIELDS)
"""Binding for scripts: columns are only ever appended."""


@dataclass(frozen=True, slots=True)
class WatchRules:
    """Which joins are watched, and how much of them may be lost; all in [0, 1]."""

    least_score: float = 0.32
    """Of summed signals: with this score a join is confident if it is the best, or the best with a key, of a side."""
    sure_score: float = 0.41
    """With this score a join is confident in any case."""
    least_containment: float = 0.5
    tolerance: float = 0.1
    """The drop of a containment that is allowed, besides the error of its estimate."""

    def __post_init__(self) -> None:
        for one in fields(self):
            SHARE.require(getattr(self, one.name), one.name)


class Reason(StrEnum):
    """Why a join broke."""

    VALUES = "values changed"
    COLUMN = "column is gone"
    TABLE = "table is gone"
    UNREADABLE = "table can't be read"


@dataclass(frozen=True, slots=True)
class BrokenJoin:
    """A join of two columns, of which the other contains fewer values of the first than before."""

    column: ColumnId
    joins: ColumnId
    kind: JoinKind
    score_before: float
    containment_before: float
    """The share of the column's distinct values that the other column contained."""
    containment_now: float
    """0 where one of them is gone."""
    reason: Reason

    @property
    def fall(self) -> float:
        """The drop of the containment."""
        return self.containment_before - self.containment_now


@dataclass(frozen=True, slots=True)
class WatchedJoins(Frames):
    """The drift of confident joins between two generations."""

    since: int | None
    """The earlier generation; None where there is none."""
    now: int
    broken: tuple[BrokenJoin, ...]
    """The largest drop first; a join that broke in both directions is in here twice."""
    watched: int
    """The number of joins that were compared: the confident ones of columns that changed, each direction counted."""

    def __len__(self) -> int:
        return len(self.broken)

    def to_arrow(self) -> pa.Table:
        """Return the broken joins as BROKEN_SCHEMA, one row a direction."""
        return pa.Table.from_pylist([broken_row(one) for one in self.broken], schema=BROKEN_SCHEMA)

    def summary(self) -> str:
        """Return the result in one sentence."""
        if self.since is None:
            return f"generation {self.now} is the only one: there is no earlier one to compare with"
        count = len(self.broken)
        found = "no join broke" if not count else "1 join broke" if count == 1 else f"{count} joins broke"
        return (
            f"{found} from generation {self.since} to {self.now}; "
            f"{self.watched} confident joins of changed columns were compared"
        )

    def __repr__(self) -> str:
        lines = [
            f"{one.containment_before:6.1%} → {one.containment_now:6.1%}  {one.reason}  {one.column}  ⋈  {one.joins}"
            for one in self.broken
        ]
        return "\n".join(map(visible_line, [self.summary(), *lines]))

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{name}</th>" for name in BROKEN_SCHEMA.names)
        rows = "".join(
            "<tr>" + "".join(f"<td>{html_text(_shown(value))}</td>" for value in broken_row(one).values()) + "</tr>"
            for one in self.broken
        )
        caption = f"<caption>{html_text(self.summary())}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def broken_row(broken: BrokenJoin) -> dict[str, object]:
    """Return a broken join as a row of BROKEN_SCHEMA."""
    return {
        "table": broken.column.table,
        "column": broken.column.name,
        "joins_table": broken.joins.table,
        "joins_column": broken.joins.name,
        "kind": str(broken.kind),
        "score_before": broken.score_before,
        "containment_before": broken.containment_before,
        "containment_now": broken.containment_now,
        "reason": str(broken.reason),
    }


def _shown(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
