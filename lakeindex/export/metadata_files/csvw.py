"""The CSV files of a lake as CSVW metadata: https://www.w3.org/TR/tabular-metadata/."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from lakeindex.export.described_lake import DescribedLake
from lakeindex.export.metadata_files.lake_files import LakeFile
from lakeindex.lake_map.formats.plain_names import column_words
from lakeindex.lake_map.formats.schema_graph import ForeignKey
from lakeindex.types.lake import TableId

_TYPES = {"BIGINT": "integer", "INTEGER": "integer", "DOUBLE": "number", "DATE": "date"}
Names = dict[TableId, dict[str, str]]


def is_described(file: LakeFile) -> bool:
    """Whether CSVW can describe a file."""
    return file.form == "csv" and not file.is_compressed


def csvw_metadata(
    described: DescribedLake, all_files: Sequence[LakeFile], all_keys: Sequence[ForeignKey]
) -> dict[str, Any]:
    """Return the metadata of the CSV files among these; its addresses are relative to the lake's root."""
    files = [one for one in all_files if is_described(one)]
    known = {one.table.id for one in files}
    keys = [key for key in all_keys if {key.child, key.parent} <= known]
    names = {one.table.id: column_words([column.name for column in one.table.columns]) for one in files}
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "dc:title": described.name,
        "tables": [_table(one, names, keys) for one in files],
    }


def _table(file: LakeFile, names: Names, keys: Sequence[ForeignKey]) -> dict[str, Any]:
    own = names[file.table.id]
    schema: dict[str, Any] = {"columns": [_column(file, place, own) for place in range(len(file.table.columns))]}
    referring = [key for key in keys if key.child == file.table.id]
    if referring:
        schema["foreignKeys"] = [_foreign_key(key, names) for key in referring]
    return {"url": _address(file.table.id), "dialect": _dialect(file), "tableSchema": schema}


def _dialect(file: LakeFile) -> dict[str, Any]:
    told = {
        "delimiter": str(file.options.get("delim", ",")),
        "encoding": str(file.options.get("encoding", "utf-8")),
        "header": file.has_header,
        "skipRows": int(file.options.get("skip", 0)),
    }
    if character := str(file.options.get("quote", '"')):
        told["quoteChar"] = character
    return told


def _column(file: LakeFile, place: int, names: dict[str, str]) -> dict[str, Any]:
    column = file.table.columns[place]
    nulls = file.options.get("nullstr", "")
    return {
        "name": names[column.name],
        "titles": column.name,
        "datatype": _TYPES.get(file.type_of(place), "string"),
        "null": list(nulls) if isinstance(nulls, tuple) else [nulls],
    }


def _foreign_key(key: ForeignKey, names: Names) -> dict[str, Any]:
    return {
        "columnReference": [names[key.child][name] for name in key.child_columns],
        "reference": {
            "resource": _address(key.parent),
            "columnReference": [names[key.parent][name] for name in key.parent_columns],
        },
    }


def _address(table: TableId) -> str:
    return quote(table)
