"""How each command's table is laid out for people: what is left out first where the terminal is narrow."""

from __future__ import annotations

from lakeindex.serve.cli.grid_layout import Layout

_NAME = 24
"""Of `table · column`, so much stays at least."""

TABLES = Layout(least=("notes", "file", "connector", "rejected"), floors={"table": _NAME})
PROFILE = Layout(
    least=(
        "reading", "quantiles", "sql_type", "sampled", "rows_low", "rows_high", "nulls_low", "nulls_high",
        "distinct_low", "distinct_high", "maximum", "minimum", "is_key", "rows",
    ),
    floors={"values": 18},
)  # fmt: skip
KEYS = Layout(least=("method",), wraps=("evidence",), floors={"columns": _NAME})
RELATIONSHIPS = Layout(
    least=("key", "evidence", "orphans", "method", "cardinality"),
    wraps=("evidence",),
    floors={"child": 22, "parent": 22, "evidence": 24},
)
TYPES = Layout(least=("personal",), floors={"table": 14, "column": 14, "type": 14})
SIMILAR = Layout(least=("score", "rank"), wraps=("differs",), floors={"table": _NAME, "differs": 20})
PATHS = Layout(least=("cardinality", "kept", "rows"), floors={"from": 18, "to": 18})
BROKEN = Layout(
    least=("kind", "score", "reason"), wraps=("reason",), floors={"column": 20, "joins with": 20, "reason": 12}
)
ENRICHED = Layout(least=("evidence", "note"))
DAMAGE = Layout(wraps=("damage",))


def titled(layout: Layout, title: str) -> Layout:
    """Return a layout with a title."""
    return Layout(title, layout.least, layout.wraps, layout.floors)
