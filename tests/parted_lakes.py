"""Lakes whose tables lie in many files, written as Hive, Spark, Delta and Iceberg write them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Rows = Mapping[str, Sequence[Any]]


def write_parquet(path: Path, rows: Rows) -> Path:
    """Write a Parquet file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(dict(rows)), path)
    return path


def write_text(path: Path, text: str) -> Path:
    """Write a text file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def write_commit(folder: Path, version: int, *actions: Mapping[str, Any]) -> Path:
    """Write a commit of a Delta log."""
    lines = "".join(json.dumps(action) + "\n" for action in actions)
    return write_text(folder / "_delta_log" / f"{version:020d}.json", lines)


def delta_start(fields: Mapping[str, str], keys: Sequence[str] = (), **protocol: Any) -> list[dict[str, Any]]:
    """Return the actions that begin a Delta table of columns with Spark's types."""
    schema = {
        "type": "struct",
        "fields": [{"name": name, "type": kind, "nullable": True, "metadata": {}} for name, kind in fields.items()],
    }
    metadata = {
        "id": "t", "schemaString": json.dumps(schema), "partitionColumns": list(keys),
        "configuration": protocol.pop("configuration", {}),
    }  # fmt: skip
    return [{"protocol": {"minReaderVersion": 1, "minWriterVersion": 2} | protocol}, {"metaData": metadata}]


def added(path: str, keys: Mapping[str, str | None] | None = None, **more: Any) -> dict[str, Any]:
    """Return the action that adds a file to a Delta table."""
    return {"add": {"path": path, "partitionValues": dict(keys or {}), "size": 1, "dataChange": True} | more}


def removed(path: str) -> dict[str, Any]:
    """Return the action that removes a file from a Delta table."""
    return {"remove": {"path": path, "dataChange": True, "deletionTimestamp": 1}}


def write_checkpoint(folder: Path, version: int, actions: Sequence[Mapping[str, Any]], parts: int = 1) -> None:
    """Write a checkpoint of a Delta log, in one file or several, and the hint that names it."""
    log = folder / "_delta_log"
    pairs = pa.map_(pa.string(), pa.string())
    schema = pa.schema(
        [
            ("add", pa.struct([("path", pa.string()), ("partitionValues", pairs), ("size", pa.int64())])),
            ("remove", pa.struct([("path", pa.string())])),
            ("metaData", pa.struct([("id", pa.string()), ("schemaString", pa.string()), ("configuration", pairs)])),
            ("protocol", pa.struct([("minReaderVersion", pa.int32()), ("minWriterVersion", pa.int32())])),
        ]
    )
    rows = [{name: _known(action.get(name), schema.field(name).type) for name in schema.names} for action in actions]
    for number in range(1, parts + 1):
        name = f"{version:020d}.checkpoint"
        name += f".{number:010d}.{parts:010d}.parquet" if parts > 1 else ".parquet"
        log.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(rows[number - 1 :: parts], schema=schema), log / name)
    write_text(log / "_last_checkpoint", json.dumps({"version": version, "size": len(rows)}))


def _known(value: Any, kind: pa.StructType) -> Any:
    if value is None:
        return None
    fields = {one.name: value.get(one.name) for one in kind}
    return {name: list(one.items()) if isinstance(one, dict) else one for name, one in fields.items()}


def write_iceberg(
    folder: Path, schema: Sequence[Mapping[str, Any]], files: Sequence[Mapping[str, Any]], **more: Any
) -> None:
    """Write the metadata of an Iceberg table with one snapshot of data files: path, and perhaps status and content."""
    import fastavro

    metadata = folder / "metadata"
    metadata.mkdir(parents=True, exist_ok=True)
    location = more.pop("location", folder.as_uri())
    spec = more.pop("spec", [])
    data_file = {
        "type": "record", "name": "r2", "fields": [
            {"name": "content", "type": "int", "default": 0}, {"name": "file_path", "type": "string"},
            {"name": "file_format", "type": "string"},
            {"name": "partition", "type": {"type": "record", "name": "r102", "fields": [
                {"name": one["name"], "type": ["null", "int"], "default": None} for one in spec]}},
        ]}  # fmt: skip
    entry = {"type": "record", "name": "manifest_entry", "fields": [
        {"name": "status", "type": "int"}, {"name": "data_file", "type": data_file}]}  # fmt: skip
    listed = {"type": "record", "name": "manifest_file", "fields": [
        {"name": "manifest_path", "type": "string"}, {"name": "partition_spec_id", "type": "int"},
        {"name": "content", "type": "int", "default": 0}]}  # fmt: skip
    entries = [
        {
            "status": one.get("status", 1),
            "data_file": {
                "content": one.get("content", 0),
                "file_path": one["path"] if ":" in one["path"] else f"{location}/{one['path']}",
                "file_format": one.get("format", "PARQUET"),
                "partition": one.get("partition", {}),
            },
        }
        for one in files
    ]
    with (metadata / "m0.avro").open("wb") as handle:
        fastavro.writer(handle, entry, entries)
    with (metadata / "snap-7-1-x.avro").open("wb") as handle:
        manifest = {"manifest_path": f"{location}/metadata/m0.avro", "partition_spec_id": 0, "content": 0}
        fastavro.writer(handle, listed, [manifest])
    content = {
        "format-version": 2, "location": location, "current-schema-id": 1, "current-snapshot-id": 7,
        "schemas": [{"schema-id": 1, "type": "struct", "fields": list(schema)}], "default-spec-id": 0,
        "partition-specs": [{"spec-id": 0, "fields": list(spec)}],
        "snapshots": [{"snapshot-id": 7, "manifest-list": f"{location}/metadata/snap-7-1-x.avro"}],
    } | more  # fmt: skip
    write_text(metadata / "v1.metadata.json", json.dumps(content | {"current-snapshot-id": -1}))
    write_text(metadata / "v2.metadata.json", json.dumps(content))
    write_text(metadata / "version-hint.text", "2")


def with_ids(path: Path, rows: Rows, ids: Sequence[int]) -> Path:
    """Write a Parquet file whose columns bear the ids of Iceberg's fields."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table(dict(rows))
    fields = [
        one.with_metadata({"PARQUET:field_id": str(number)}) for one, number in zip(table.schema, ids, strict=True)
    ]
    pq.write_table(table.cast(pa.schema(fields)), path)
    return path
