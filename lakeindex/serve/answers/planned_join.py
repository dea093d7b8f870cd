"""A planned join as JSON: what it promises, its first rows and its statement; nothing is written."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from lakeindex.errors import InvalidSetting

if TYPE_CHECKING:
    import pyarrow as pa

    from lakeindex.join.plan import JoinPlan
    from lakeindex.join.side import JoinSide


def join_to_json(plan: JoinPlan, rows: int) -> dict[str, Any]:
    """Return a plan with `rows` joined rows at most. Raises UnreadableTable when a file is gone."""
    promised = plan.promised
    preview = plan.preview(rows) if rows else None
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
        "sql": _statement(plan),
        "columns": [] if preview is None else preview.column_names,
        "rows": [] if preview is None else _rows(preview),
    }


def _side_to_json(side: JoinSide) -> dict[str, Any]:
    return {"table": side.table, "columns": [side.columns[place][0] for place in side.places]}


def _rows(table: pa.Table) -> list[list[Any]]:
    """Return the rows, each a list: both sides may have a column of one name."""
    return list(map(list, zip(*(one.to_pylist() for one in table.columns), strict=True)))


def _statement(plan: JoinPlan) -> str | None:
    """Return the statement that runs without lakeindex; None where the pairs of a mapping are too many for one."""
    try:
        return plan.self_contained_sql()
    except InvalidSetting:
        return None
