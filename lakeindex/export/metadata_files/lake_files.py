"""The tables of a lake that are one file each, and how each file is read: what metadata files can describe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakeindex.errors import LakeIndexError
from lakeindex.export.described_lake import DescribedLake, DescribedTable
from lakeindex.export.metadata_files.written_types import written_types

if TYPE_CHECKING:
    from lakeindex.catalog.lake_views import ViewedTable
    from lakeindex.lake import Lake

_FORMATS = {"read_csv": "csv", "read_parquet": "parquet", "read_json": "json"}


@dataclass(frozen=True, slots=True)
class LakeFile:
    """A table that is one file."""

    table: DescribedTable
    path: Path
    form: str
    """csv, parquet or json."""
    options: dict[str, Any]
    """How DuckDB reads the file."""
    types: Mapping[str, str]
    """The SQL type of each column, by name: VARCHAR where another reader may fail at its values."""

    @property
    def name(self) -> str:
        """Its path relative to the lake's root."""
        return self.table.file

    @property
    def is_compressed(self) -> bool:
        """Whether the file has to be unpacked first."""
        return bool(self.options.get("compression", "none") != "none")

    @property
    def has_header(self) -> bool:
        """Whether the first row names the columns."""
        return bool(self.options.get("header", True))

    def type_of(self, place: int) -> str:
        """Return the SQL type of a column by its place."""
        return self.types[self.table.columns[place].name]


def files_of(lake: Lake, described: DescribedLake) -> tuple[list[LakeFile], list[str]]:
    """Return the tables that are one file, and of the others why they are left out, a sentence each."""
    found, left_out = list[LakeFile](), list[str]()
    for table in described.tables:
        try:
            (viewed,) = lake.opened.tables.viewed([table.id])
        except LakeIndexError as error:
            left_out.append(f"{table.id} is left out: {error}")
            continue
        if reason := _why_not(table, viewed):
            left_out.append(f"{table.id} is left out: {reason}")
        else:
            assert viewed.scan is not None
            form = _FORMATS[viewed.scan.function]
            own = {column.name: column.sql_type for column in table.columns}
            types = written_types(lake, table) if form == "csv" else own
            found.append(LakeFile(table, viewed.file, form, dict(viewed.scan.options), types))
    return found, left_out


def _why_not(table: DescribedTable, viewed: ViewedTable) -> str:
    if viewed.parts:
        return "it lies in many files"
    if viewed.scan is None or table.id != table.file:
        return "it is no file that other tools read as one table"
    return "" if table.columns else "it has no columns"
