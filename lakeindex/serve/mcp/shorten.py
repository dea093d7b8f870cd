"""Make answers short enough for an agent."""

from __future__ import annotations

from math import isfinite
from typing import Any

from lakeindex.serve.mcp.results import (
    MOST_CHARACTERS,
    MOST_ELEMENTS,
    MOST_REASONS,
    MOST_STATEMENT,
    Hop,
    Partner,
    ProfiledColumn,
    Relationship,
)


def partner_of(match: dict[str, Any]) -> Partner:
    """Make a match shorter: its strongest reasons, and a few examples."""
    speaking_for = sorted((one for one in match["evidence"] if one["part"] > 0), key=lambda one: -one["part"])
    return {
        "table": match["table"],
        "column": match["column"],
        "probability": round(match["score"], 4),
        "accepted": bool(match["accepted"]),
        "kind": match["kind"],
        "match": match["match"],
        "matched": round(match["matched"], 4),
        "cardinality": match["cardinality"],
        "counted": match["exact"],
        "examples": [clipped(one) for one in match.get("examples", [])[:MOST_REASONS]],
        "why": [one["meaning"] for one in speaking_for[:MOST_REASONS]],
    }


def profiled(row: dict[str, Any]) -> ProfiledColumn:
    """Make a profile as it is listed shorter."""
    return {
        "column": row["column"],
        "type": row["type"],
        "sql_type": row["sql_type"],
        "rows": row["rows"],
        "nulls": row["nulls"],
        "distinct": row["distinct"],
        "is_key": row["is_key"],
        "minimum": clipped(row["minimum"]),
        "maximum": clipped(row["maximum"]),
        "quantiles": clipped(row["quantiles"] or []),
        "values": clipped(row["values"] or []),
        "reading": row["reading"],
        "estimated": "rows_low" in row,
    }


def relationship_of(row: dict[str, Any]) -> Relationship:
    """Make a relationship shorter."""
    return {
        "child_table": row["child_table"],
        "child_column": row["child_column"],
        "parent_table": row["parent_table"],
        "parent_column": row["parent_column"],
        "probability": round(row["probability"], 4),
        "cardinality": row["cardinality"],
        "method": row["method"],
    }


def hop_of(row: dict[str, Any]) -> Hop:
    """Make a hop of a path shorter."""
    return {
        "rank": row["rank"],
        "hop": row["hop"],
        "left_table": row["left_table"],
        "left_column": row["left_column"],
        "right_table": row["right_table"],
        "right_column": row["right_column"],
        "probability": round(row["probability"], 4),
        "path_probability": round(row["path_probability"], 4),
        "match": row["match"],
        "cardinality": row["cardinality"],
        "rows": row["rows"],
        "kept": row["kept"],
        "trap": row["trap"],
    }


def statement_that_fits(sql: str | None, note: str) -> tuple[str | None, str]:
    """Return a statement, or none and a note where it is too long."""
    if sql is None or len(sql) <= MOST_STATEMENT:
        return sql, note
    too_long = f"the statement of {len(sql):,} characters is left out: `lakeindex join ... --sql` writes it"
    return None, "; ".join(filter(None, (note, too_long)))


def clipped(value: Any) -> Any:
    """Return a value that fits: a long text or list is cut, and what JSON doesn't know becomes text."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, list):
        return [clipped(one) for one in value[:MOST_ELEMENTS]]
    text = str(value)
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"
