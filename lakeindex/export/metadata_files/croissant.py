"""A lake in Croissant, the vocabulary of data sets for machine learning: https://docs.mlcommons.org/croissant/."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lakeindex.export.described_lake import DescribedLake
from lakeindex.export.metadata_files.lake_files import LakeFile
from lakeindex.export.table_words import Words
from lakeindex.lake_map.formats.plain_names import column_words
from lakeindex.lake_map.formats.schema_graph import ForeignKey
from lakeindex.types.lake import ColumnId, TableId

_ENCODINGS = {"csv": "text/csv", "parquet": "application/x-parquet", "json": "application/jsonlines"}
_TYPES = {
    "BIGINT": "sc:Integer",
    "INTEGER": "sc:Integer",
    "DOUBLE": "sc:Float",
    "BOOLEAN": "sc:Boolean",
    "DATE": "sc:Date",
}
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataBiases": "cr:dataBiases",
    "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "personalSensitiveInformation": "cr:personalSensitiveInformation",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
Ids = dict[TableId, str]


def croissant(described: DescribedLake, files: Sequence[LakeFile], keys: Sequence[ForeignKey]) -> dict[str, Any]:
    """Return the metadata; its addresses are relative to the lake's root. Every file is read, for its checksum."""
    ids = {one.table.id: Words.of(described, {}).tables[one.table.id] for one in files}
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "name": "lake",
        "description": f"The tables of {described.name}, as lakeindex found them.",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "datePublished": described.published_at.date().isoformat(),
        "version": f"{described.generation}.0.0",
        "distribution": [_file(one, ids) for one in files],
        "recordSet": [_records(described, one, ids, keys) for one in files],
    }


def _file(file: LakeFile, ids: Ids) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": f"{ids[file.table.id]}_file",
        "name": file.name,
        "contentUrl": file.name,
        "encodingFormat": _ENCODINGS[file.form],
        "sha256": _checksum(file.path),
    }


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _records(described: DescribedLake, file: LakeFile, ids: Ids, keys: Sequence[ForeignKey]) -> dict[str, Any]:
    table, own = file.table, ids[file.table.id]
    words = {one.id: column_words([column.name for column in one.columns]) for one in described.tables}
    referred = {
        ColumnId(key.child, left): f"{ids[key.parent]}/{words[key.parent][right]}"
        for key in keys
        if key.child == table.id != key.parent  # what refers to itself is a circle to mlcroissant
        for left, right in zip(key.child_columns, key.parent_columns, strict=True)
    }
    fields = []
    for place, column in enumerate(table.columns):
        field = {
            "@type": "cr:Field",
            "@id": f"{own}/{words[table.id][column.name]}",
            "name": f"{own}/{words[table.id][column.name]}",
            "description": column.name,
            "dataType": _TYPES.get(file.type_of(place), "sc:Text"),
            "source": {"fileObject": {"@id": f"{own}_file"}, "extract": {"column": column.name}},
        }
        if to := referred.get(ColumnId(table.id, column.name)):
            field["references"] = {"field": {"@id": to}}
        fields.append(field)
    return {"@type": "cr:RecordSet", "@id": own, "name": own, "description": str(table.id), "field": fields}
