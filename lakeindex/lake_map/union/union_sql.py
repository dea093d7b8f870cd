"""The statement of a union of two tables by their alignment: an outer union, which loses no column of either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lakeindex.join.side import TEXT
from lakeindex.sql import quoted
from lakeindex.types.names import sql_names

TypedColumns = Sequence[tuple[str, str]]
"""The name and the DuckDB type of each column of a table."""


def union_sql(sides: tuple[TypedColumns, TypedColumns], rows: tuple[str, str], other: Mapping[str, str]) -> str:
    """Write the rows of both tables below each other, given the SELECT of each.

    `other` gives for columns of the first table that of the second which is the same attribute. The result's columns
    are those of the first table, then those that only the second has; where two of one attribute have different types,
    both are text.
    """
    (left, right), types = sides, dict(sides[1])
    rest = [name for name, _ in right if name not in set(other.values())]
    shown = sql_names([*(name for name, _ in left), *rest])
    upper = [*(_column(name, type_, types.get(other.get(name, ""), type_)) for name, type_ in left), *_nothing(rest)]
    lower = [
        *(_column(other[name], types[other[name]], type_) if name in other else "NULL" for name, type_ in left),
        *map(quoted, rest),
    ]
    selects = [
        f"SELECT {', '.join(f'{value} AS {quoted(name)}' for value, name in zip(values, shown, strict=True))}\n"
        f"FROM ({source})"
        for values, source in zip((upper, lower), rows, strict=True)
    ]
    return "\nUNION ALL\n".join(selects)


def _nothing(names: Sequence[str]) -> list[str]:
    return ["NULL"] * len(names)


def _column(name: str, own_type: str, other_type: str) -> str:
    return quoted(name) if own_type == other_type else f"CAST({quoted(name)} AS {TEXT})"
