"""Lists of the catalog's tables and columns, for people and programs."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.canonical.column_reading import ColumnReading
from lakeindex.catalog.catalog import Catalog
from lakeindex.sql import literal
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.pair_facts import ColumnSummary

_TABLES = """SELECT table_id AS "table",
       coalesce((SELECT path FROM parts WHERE path = table_id AND parts.table_id = tables.table_id), file) AS file,
       connector, rows, rejected, {sampled}
       (SELECT count(*) FROM columns WHERE columns.table_id = tables.table_id) AS columns, notes
FROM tables ORDER BY table_id"""

_SAMPLED = "nullif(sampled, 0) AS sampled, nullif(rows_low, 0) AS rows_low, nullif(rows_high, 0) AS rows_high,"
_BOUNDS = ("rows_low", "rows_high", "nulls_low", "nulls_high", "distinct_low", "distinct_high")
_PARTS = """SELECT table_id AS "table", path AS part, rows, rejected, keys FROM parts WHERE table_id NOT IN ('', path)
ORDER BY table_id, path"""
_BOUNDS_SQL = "".join(f"{name}, " for name in _BOUNDS)
_NAMES_OF_KEYS = """SELECT table_id, position, name FROM columns
WHERE table_id IN (SELECT table_id FROM parts WHERE keys != '[]')"""


def list_tables(catalog: Catalog, visible: Sequence[TableId] | None = None) -> pa.Table:
    """List the tables, or those of them that are visible: table, file, connector, rows, rejected, columns, notes.

    Where tables were sampled, there are `sampled`, the rows that were read, and the bounds of `rows`, null for others.

    They are in ascending order. Of a file that holds other tables, too, notes tell of these: they are left out.
    """
    tables = catalog.fetch(_TABLES.format(sampled=_SAMPLED if catalog.count("tables", "sampled > 0") else ""))
    if visible is None:
        return tables
    is_visible = pc.is_in(tables["table"], pa.array(visible, pa.string()))
    shown, shared = tables.filter(is_visible), tables.filter(pc.invert(is_visible))["file"]
    notes = pc.if_else(pc.is_in(shown["file"], shared), pa.scalar("[]", tables["notes"].type), shown["notes"])
    return shown.set_column(shown.num_columns - 1, "notes", notes)


def list_parts(catalog: Catalog, visible: Sequence[TableId] | None = None) -> pa.Table:
    """List the files of tables that lie in many: table, part, rows, rejected and keys, as `year=2024, month=1`.

    Only those of tables that are visible, where that is given.
    """
    names = {(row["table_id"], row["position"]): row["name"] for row in catalog.fetch(_NAMES_OF_KEYS).to_pylist()}
    parts = catalog.fetch(_PARTS)
    if visible is not None:
        parts = parts.filter(pc.is_in(parts["table"], pa.array(visible, pa.string())))
    keys = [
        ", ".join(
            f"{names.get((row['table'], place), place)}={'null' if value is None else value}"
            for place, value in json.loads(row["keys"])
        )
        for row in parts.select(["table", "keys"]).to_pylist()
    ]
    return parts.set_column(parts.num_columns - 1, "keys", pa.array(keys, pa.string()))


def list_profiles(catalog: Catalog, table: TableId, column: str | None) -> pa.Table:
    """List the facts of a table's columns, in the file's order, or of one column; `reading` is what was decided.

    Of a table that was sampled, there are the bounds of rows, nulls and distinct values, too.
    """
    is_sampled = bool(catalog.count("tables", f"sampled > 0 AND table_id = {literal(table)}"))
    found = catalog.fetch(
        'SELECT name AS "column", kind AS type, sql_type, rows, nulls, "distinct", is_key, '
        f"{_written('minimum')} AS minimum, {_written('maximum')} AS maximum, "
        f"list_transform(quantiles, lambda q: {_written('q')}) AS quantiles, "
        f'list_transform("values"[:5], lambda v: v.text) AS values, {_BOUNDS_SQL if is_sampled else ""} reading '
        "FROM columns WHERE table_id = ? AND (? IS NULL OR name = ?) ORDER BY position",
        [table, column, column],
    )
    described = [ColumnReading.from_json(text).describe() for text in found["reading"].to_pylist()]
    return found.set_column(found.num_columns - 1, "reading", pa.array(described, pa.string()))


def list_columns(catalog: Catalog) -> pa.Table:
    """List the facts of every column: table, column, type, sql_type, rows, nulls, distinct, is_key, minimum, maximum.

    They are by table, in each file's order.
    """
    return catalog.fetch(
        'SELECT table_id AS "table", name AS "column", kind AS type, sql_type, rows, nulls, "distinct", is_key, '
        f"{_written('minimum')} AS minimum, {_written('maximum')} AS maximum FROM columns ORDER BY table_id, position"
    )


def summary_of(catalog: Catalog, column: ColumnId) -> ColumnSummary:
    """Return the profile of a column that there is in a few figures."""
    (row,) = list_profiles(catalog, column.table, column.name).to_pylist()
    known = {name: row[name] for name in ("type", "rows", "nulls", "distinct", "is_key", "minimum", "maximum")}
    return ColumnSummary(**known, values=tuple(row["values"] or ()))


def _written(number: str) -> str:
    """Return SQL that writes a number as the values of its column are written: days as a date."""
    whole = f"regexp_replace(CAST({number} AS VARCHAR), '\\.0$', '')"
    date = f"CAST(DATE '1970-01-01' + CAST(floor({number}) AS INTEGER) AS VARCHAR)"
    return f"CASE WHEN isnan({number}) THEN NULL WHEN kind = 'date' THEN {date} ELSE {whole} END"
