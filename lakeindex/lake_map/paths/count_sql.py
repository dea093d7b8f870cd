"""The statement that counts the rows of a join path: the rows of each key are multiplied, and nothing is joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lakeindex.sql import quoted

_TABLE = "SELECT {key} AS k, {following} AS f, count(*) AS n FROM ({rows}) AS t GROUP BY ALL"
"""A table's rows by what both of its hops compare."""
_PARTNERS = "SELECT k, k AS r FROM r{hop} WHERE k IS NOT NULL GROUP BY ALL"
_MAPPED = 'SELECT "left_value" AS k, "right_value" AS r FROM {mapping} WHERE "right_value" IN (SELECT k FROM r{hop})'
_AFTER = (
    "SELECT r.f AS k, sum(w.n * r.n) AS n FROM w{hop} AS w JOIN p{hop} AS p USING (k) JOIN r{hop} AS r ON r.k = p.r "
    "GROUP BY 1"
)
_FIGURES = (
    ("before", "(SELECT coalesce(sum(n), 0) FROM w{hop})"),
    ("kept", "(SELECT coalesce(sum(n), 0) FROM w{hop} WHERE k IN (SELECT k FROM p{hop}))"),
    ("rows", "(SELECT coalesce(sum(n), 0) FROM w{after})"),
)


@dataclass(frozen=True, slots=True)
class HopSql:
    """A hop in SQL, in which each table goes by the alias `t`."""

    left_key: str
    right_key: str
    right_rows: str
    """The SELECT of the right table's rows."""
    mapping: str = ""
    """The name of a relation of pairs left_value, right_value, where keys meet by these."""


def count_sql(first_rows: str, hops: Sequence[HopSql]) -> str:
    """Write a statement of one row: before_, kept_ and rows_ of each hop, by its number from 0.

    These are the path's rows before the hop, those of them with a partner, and the rows after it.
    """
    keys = f"SELECT {hops[0].left_key} AS k, CAST(count(*) AS HUGEINT) AS n FROM ({first_rows}) AS t GROUP BY 1"
    parts = [_part("w0", keys)]
    figures = []
    for hop, one in enumerate(hops):
        following = hops[hop + 1].left_key if hop + 1 < len(hops) else "NULL"
        partners = _MAPPED.format(hop=hop, mapping=quoted(one.mapping)) if one.mapping else _PARTNERS.format(hop=hop)
        parts += [
            _part(f"r{hop}", _TABLE.format(key=one.right_key, following=following, rows=one.right_rows)),
            _part(f"p{hop}", partners),
            _part(f"w{hop + 1}", _AFTER.format(hop=hop)),
        ]
        figures += [f"{sql.format(hop=hop, after=hop + 1)} AS {name}_{hop}" for name, sql in _FIGURES]
    return f"WITH {', '.join(parts)} SELECT {', '.join(figures)}"


def _part(name: str, select: str) -> str:
    return f"{name} AS MATERIALIZED ({select})"
