"""A planned join as JSON: what it promises, its first rows and its statement; nothing is written."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from lakeindex.errors import InvalidSetting
from lakeindex.join.condition import ByMapping

if TYPE_CHECKING:
    import pyarrow as pa

    from lakeindex.join.plan import JoinPlan
    from lakeindex.join.side import JoinSide


def join_to_json(plan: JoinPlan, rows: int, withheld: str = "") -> dict[str, Any]:
    """Return a plan with `rows` joined rows at most, without any value where `withheld` says why none may be shown.

    Raises UnreadableTable when a file is gone.
    """
    promised = plan.promised
    preview = plan.preview(rows) if rows and not withheld else None
    statement, why_none = statement_of(plan, withheld)
    return {
        "left": _side_to_json(plan.left),
        "right": _side_to_json(plan.right),
        "how": str(plan.how),
        "match": plan.condition.match,
        "says": plan.describe(),
        "precision": plan.promised_precision,
        "promised": {
            "match_rate": asdict(promised.match_rate),
            "fan_out": asdict(promised.fan_out),
            "rows": asdict(promised.rows),
            "is_exact": promised.is_exact,
            "multiplies": promised.multiplies,
            "says": promised.describe(),
        },
        "sql": statement,
        "columns": [] if preview is None else preview.column_names,
        "rows": [] if preview is None else _rows(preview),
        "remark": withheld or why_none,
    }


def statement_of(plan: JoinPlan, withheld: str) -> tuple[str | None, str]:
    """Return the statement that runs without lakeindex; or none, and why.

    A mapping is a list of values: there is none where they are `withheld`, and none where they are too many.
    """
    if withheld and isinstance(plan.condition.rule, ByMapping):
        return None, f"the statement lists values, and {withheld}"
    try:
        return plan.self_contained_sql(), ""
    except InvalidSetting as error:
        return None, str(error)


def _side_to_json(side: JoinSide) -> dict[str, Any]:
    return {"table": side.table, "columns": [side.columns[place][0] for place in side.places]}


def _rows(table: pa.Table) -> list[list[Any]]:
    """Return the rows, each a list: both sides may have a column of one name."""
    return list(map(list, zip(*(one.to_pylist() for one in table.columns), strict=True)))
