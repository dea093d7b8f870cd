"""A lake as a Frictionless data package: https://datapackage.org/standard/data-package/."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lakeindex.export.dbt.properties import meta_of
from lakeindex.export.described_lake import DescribedLake
from lakeindex.export.metadata_files.lake_files import LakeFile
from lakeindex.export.table_words import Words
from lakeindex.lake_map.formats.schema_graph import ForeignKey
from lakeindex.types.lake import TableId

_TYPES = {"BIGINT": "integer", "INTEGER": "integer", "DOUBLE": "number", "DATE": "date"}


def data_package(described: DescribedLake, files: Sequence[LakeFile], keys: Sequence[ForeignKey]) -> dict[str, Any]:
    """Return the package; its paths are relative to the lake's root."""
    words = Words.of(described, {}).tables
    names = {one.table.id: words[one.table.id].lower().replace("_", "-") for one in files}
    return {
        "name": "lake",
        "profile": "data-package",
        "resources": [_resource(one, names, keys) for one in files],
    }


def _resource(file: LakeFile, names: dict[TableId, str], keys: Sequence[ForeignKey]) -> dict[str, Any]:
    own = [key for key in keys if key.child == file.table.id]
    schema: dict[str, Any] = {"fields": [_field(file, place) for place in range(len(file.table.columns))]}
    if nulls := file.options.get("nullstr"):
        schema["missingValues"] = [nulls] if isinstance(nulls, str) else list(nulls)
    if own:
        schema["foreignKeys"] = [_foreign_key(key, names) for key in own]
    told = {
        "name": names[file.table.id],
        "path": file.name,
        "format": _format(file),
        "schema": schema,
        "lakeindex": {"rows": file.table.rows, "relationships": [meta_of(key) for key in own]},
    }
    if file.form == "csv":
        told |= {"type": "table", "encoding": str(file.options.get("encoding", "utf-8")), "dialect": _dialect(file)}
    if file.is_compressed:
        told["compression"] = {"gzip": "gz"}.get(file.options["compression"], file.options["compression"])
    return told


def _format(file: LakeFile) -> str:
    if file.form == "json":
        return "jsonl" if file.name.lower().endswith(("jsonl", "ndjson", "jsonl.gz")) else "json"
    return file.form


def _dialect(file: LakeFile) -> dict[str, Any]:
    skipped = int(file.options.get("skip", 0))
    told: dict[str, Any] = {"header": file.has_header}
    if skipped:
        told["headerRows"] = [skipped + 1]
    quote = str(file.options.get("quote", '"'))
    told["csv"] = {"delimiter": str(file.options.get("delim", ",")), **({"quoteChar": quote} if quote else {})}
    return told


def _field(file: LakeFile, place: int) -> dict[str, Any]:
    column = file.table.columns[place]
    profile = {"nulls": column.nulls, "distinct": column.distinct}
    kind = _TYPES.get(file.type_of(place), _other(file))
    if kind == "integer" and file.form == "parquet" and column.nulls:
        kind = "number"  # frictionless reads Parquet by pandas, where an integer that is missing is a nan
    return {"name": column.name, "type": kind, "lakeindex": profile}


def _other(file: LakeFile) -> str:
    return "string" if file.form == "csv" else "any"


def _foreign_key(key: ForeignKey, names: dict[TableId, str]) -> dict[str, Any]:
    resource = "" if key.parent == key.child else names[key.parent]
    return {
        "fields": list(key.child_columns),
        "reference": {"resource": resource, "fields": list(key.parent_columns)},
    }
