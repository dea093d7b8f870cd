"""What the page of a join shows of its plan: what is promised, the first rows, the statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from lakeindex.serve.answers.planned_join import statement_of
from lakeindex.serve.answers.shown_columns import key_places, shown_places

if TYPE_CHECKING:
    from lakeindex.join.plan import JoinPlan

ROWS = 20
_COLUMNS = 60
"""So many columns are shown of a wide join, those that it is made on among them."""


@dataclass(frozen=True, slots=True)
class PreviewColumn:
    """A column of the joined rows."""

    name: str
    side: str
    """left or right."""
    is_key: bool
    is_number: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """The first joined rows."""

    columns: tuple[PreviewColumn, ...]
    rows: tuple[tuple[object, ...], ...]
    left_out: int
    """Columns that are not shown."""
    why_none: str = ""
    """Why no rows may be shown."""


@dataclass(frozen=True, slots=True)
class ShownJoin:
    """A plan for people."""

    description: str
    figures: tuple[tuple[str, str], ...]
    """What is promised: a figure and what it is of."""
    multiplies: bool
    preview: Preview
    remarks: tuple[str, ...]
    sql: str
    why_no_sql: str

    @classmethod
    def of(cls, plan: JoinPlan, withheld: str) -> ShownJoin:
        """Run a plan as far as a page shows it: no values where `withheld` says why they may not be shown.

        Raises UnreadableTable when a file is gone.
        """
        preview = Preview((), (), 0, withheld) if withheld else preview_of(plan)
        sql, why_no_sql = statement_of(plan, withheld)
        remarks = plan.remarks(0) if not (preview.rows or withheld) else ()
        return cls(
            plan.describe(),
            _figures(plan),
            plan.promised.multiplies,
            preview,
            tuple(remarks[1:]),
            sql or "",
            why_no_sql,
        )


def preview_of(plan: JoinPlan) -> Preview:
    """Return the first rows of a join, and of many columns some."""
    table = plan.preview(ROWS)
    count = len(plan.left.columns)
    keys, places = key_places(plan, table.num_columns), shown_places(plan, table.num_columns, _COLUMNS)
    columns = tuple(
        PreviewColumn(
            table.field(place).name, "left" if place < count else "right", place in keys, _is_number(table, place)
        )
        for place in places
    )
    rows = tuple(zip(*(table.column(place).to_pylist() for place in places), strict=True))
    return Preview(columns, rows, table.num_columns - len(places))


def _is_number(table: pa.Table, place: int) -> bool:
    kind = table.schema.field(place).type
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _figures(plan: JoinPlan) -> tuple[tuple[str, str], ...]:
    promised = plan.promised
    rows = f"{promised.rows.expected:,.0f}"
    figures: list[tuple[str, str]] = [
        (f"{promised.match_rate.expected:.1%}", "of the left rows find a partner"),
        (_few_digits(promised.fan_out.expected), "joined rows for each of them"),
        (rows if promised.rows.is_exact else f"about {rows}", "rows in all"),
    ]
    if plan.promised_precision is not None:
        figures.append((f"{plan.promised_precision:.1%}", "of the joined pairs are right, as promised"))
    return tuple(figures)


def _few_digits(number: float) -> str:
    return f"{number:,.2f}".rstrip("0").rstrip(".")
