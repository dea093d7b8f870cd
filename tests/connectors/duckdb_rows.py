"""Rows of a file as DuckDB reads them by a `Scan`."""

from __future__ import annotations

from pathlib import Path

import duckdb

from lakeindex.types.lake import Scan, ScanValue, SourceTable


def duckdb_rows(path: Path, table: SourceTable, scan: Scan) -> list[tuple[object, ...]]:
    options = {name: literal(value) for name, value in scan.options}
    if scan.function == "read_csv":
        columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(table.schema)))
        options["columns"] = f"{{{columns}}}"
    arguments = ", ".join([literal(str(path)), *(f"{name} = {value}" for name, value in options.items())])
    with duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}) as database:
        return database.execute(f"SELECT * FROM {scan.function}({arguments})").fetchall()


def literal(value: ScanValue) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(literal(item) for item in value)}]"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value).lower()
