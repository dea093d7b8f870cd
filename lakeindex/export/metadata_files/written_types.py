"""The types of columns of text files that any reader gets from their values: found by reading all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakeindex.export.described_lake import DescribedTable
from lakeindex.sql import literal, quoted

if TYPE_CHECKING:
    from lakeindex.lake import Lake

_WHOLE = r"[+-]?[0-9]{1,18}"
_NUMBER = r"[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_FORMS = {
    "BIGINT": ((_WHOLE, "BIGINT"), (_NUMBER, "DOUBLE")),
    "DOUBLE": ((_NUMBER, "DOUBLE"),),
    "DATE": ((_DAY, "DATE"),),
}
"""The forms that values of an SQL type have to be written in, each with the type that they then have."""


def written_types(lake: Lake, table: DescribedTable) -> dict[str, str]:
    """Return the types of columns, by name: where a value is written otherwise than that type is, it is VARCHAR."""
    cursor, select, viewed = lake.opened.tables.written_rows(table.id)
    asked = [
        (column.name, form, kind, name)
        for column, (name, _) in zip(table.columns, viewed.columns, strict=True)
        for form, kind in _FORMS.get(column.sql_type, ())
    ]
    found = dict.fromkeys((column.name for column in table.columns), "VARCHAR")
    if not asked:
        return found
    counts = ", ".join(
        f"count(*) FILTER (WHERE NOT regexp_full_match(CAST({quoted(name)} AS VARCHAR), {literal(form)}))"
        for _, form, _, name in asked
    )
    (row,) = cursor.sql(f"SELECT {counts} FROM ({select})").fetchall()
    for (column, _, kind, _), otherwise in reversed(list(zip(asked, row, strict=True))):
        if not otherwise:
            found[column] = kind
    return found
