"""The current snapshot of an Iceberg folder, from its metadata: https://iceberg.apache.org/spec/."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from lakeindex.errors import MissingExtra, UnreadableTable
from lakeindex.profile.parts.lakehouse_folders import ICEBERG_METADATA
from lakeindex.profile.parts.lakehouse_paths import files_below, resolved
from lakeindex.profile.parts.plan import LoggedFiles, Plan, PlannedPart
from lakeindex.types.lake import LakeFile

_METADATA = re.compile(r"(?:v(\d+)|(\d+)-[0-9a-f-]+)(?:\.gz)?\.metadata\.json(?:\.gz)?")
_HINT = "version-hint.text"
_LATEST_FORMAT = 2
_DELETED = 2
_NO_SNAPSHOT = (None, -1)
_FIELD_ID = b"PARQUET:field_id"
_PRIMITIVE: dict[object, pa.DataType] = {
    "boolean": pa.bool_(), "int": pa.int32(), "long": pa.int64(), "float": pa.float32(), "double": pa.float64(),
    "date": pa.date32(), "time": pa.time64("us"), "timestamp": pa.timestamp("us"), "string": pa.string(),
    "timestamptz": pa.timestamp("us", "UTC"), "binary": pa.binary(), "uuid": pa.binary(16),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _IcebergFolder:
    """An Iceberg folder with its metadata."""

    file: LakeFile
    files: Mapping[str, LakeFile]
    metadata: Mapping[str, Any]

    def named(self, path: str) -> str:
        """Return the path below the folder of what the metadata call a file."""
        return resolved(path, self.file, "the Iceberg metadata", (str(self.metadata["location"]),))

    def read(self, path: str) -> Sequence[Mapping[str, Any]]:
        """Return the records of an Avro file of the metadata."""
        name = self.named(path)
        if name not in self.files:
            raise UnreadableTable(f"the Iceberg metadata name {name}, which is not there")
        return _records(self.files[name])


def iceberg_plan(file: LakeFile) -> Plan:
    """Return the files of an Iceberg folder's current snapshot.

    Raises UnreadableTable where rows are deleted by delete files, a file is none of Parquet, or lies elsewhere;
    MissingExtra without the package that reads Avro.
    """
    files = files_below(file)
    try:
        folder = _IcebergFolder(file, files, _latest_metadata(files))
        schema = _current_schema(folder.metadata)
        logged = LoggedFiles(file, files, ICEBERG_METADATA, ("Iceberg table", "metadata", "current snapshot"))
        for data in _data_files(folder):
            plan = partial(_planned, data=data, schema=schema, metadata=folder.metadata)
            logged.add(folder.named(str(data["file_path"])), plan)
        return logged.plan(pa.schema([(one["name"], _arrow_type(one["type"])) for one in schema]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableTable(f"the Iceberg metadata can't be understood ({type(error).__name__}: {error})") from error


def _latest_metadata(files: Mapping[str, LakeFile]) -> Mapping[str, Any]:
    """Read the metadata that the hint names, or else those of the highest version."""
    below = {
        name.removeprefix(f"{ICEBERG_METADATA}/"): part
        for name, part in files.items()
        if name.startswith(f"{ICEBERG_METADATA}/")
    }
    versions = {name: int(match[1] or match[2]) for name in below if (match := _METADATA.fullmatch(name))}
    hinted = _hinted(below)
    chosen = [name for name, version in versions.items() if version == hinted and name.startswith("v")]
    latest = max(versions, key=lambda name: (versions[name], below[name].modified_ns, name))
    name = chosen[0] if chosen else latest
    with below[name].open() as handle:
        content = handle.read()
    metadata = json.loads(gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content)
    if int(metadata["format-version"]) > _LATEST_FORMAT:
        raise UnreadableTable(f"the Iceberg table is of format {metadata['format-version']}, which is not known here")
    return dict(metadata)


def _hinted(below: Mapping[str, LakeFile]) -> int:
    if _HINT not in below:
        return -1
    with below[_HINT].open() as handle:
        text = handle.read(32).strip()
    return int(text) if text.isdigit() else -1


def _current_schema(metadata: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    schemas = {one.get("schema-id"): one for one in metadata.get("schemas", ())}
    schema = schemas[metadata["current-schema-id"]] if schemas else metadata["schema"]
    return list(schema["fields"])


def _data_files(folder: _IcebergFolder) -> Iterator[Mapping[str, Any]]:
    """Yield the data files of the current snapshot."""
    current = folder.metadata.get("current-snapshot-id")
    if current in _NO_SNAPSHOT:
        return
    snapshot = {one["snapshot-id"]: one for one in folder.metadata["snapshots"]}[current]
    listed = folder.read(snapshot["manifest-list"]) if "manifest-list" in snapshot else []
    manifests = [*listed, *({"manifest_path": path} for path in snapshot.get("manifests", ()))]
    for manifest in manifests:
        is_of_deletes = bool(manifest.get("content", 0))
        for entry in folder.read(manifest["manifest_path"]):
            if entry["status"] == _DELETED:
                continue
            data = entry["data_file"]
            if is_of_deletes or data.get("content", 0):
                raise UnreadableTable(
                    "rows of the Iceberg table are deleted by delete files, which are not read here: "
                    "write its data files anew (rewrite_data_files)"
                )
            if str(data["file_format"]).upper() != "PARQUET":
                raise UnreadableTable(
                    f"the Iceberg table has files of {data['file_format']}, only Parquet is read here"
                )
            yield dict(data) | {"spec": manifest.get("partition_spec_id", folder.metadata.get("default-spec-id", 0))}


def _planned(
    part: LakeFile, data: Mapping[str, Any], schema: Sequence[Mapping[str, Any]], metadata: Mapping[str, Any]
) -> PlannedPart:
    """Plan a data file: its columns go by their ids, a partition's value stands for a column that it lacks."""
    ids = {one["id"]: one["name"] for one in schema}
    names = _names_by_id(part, ids)
    held = set(names.values())
    specs = {one["spec-id"]: one["fields"] for one in metadata.get("partition-specs", ())}
    keys = {
        ids[field["source-id"]]: _text(data["partition"].get(field["name"]))
        for field in specs.get(data["spec"], ())
        if field["transform"] == "identity" and field["source-id"] in ids and ids[field["source-id"]] not in held
    }
    return PlannedPart(part, keys, names)


def _names_by_id(part: LakeFile, ids: Mapping[int, str]) -> dict[str, str]:
    """Return what the table calls the columns of a file; a file without ids calls them as the table does."""
    try:
        with part.open() as handle, parquet.ParquetFile(handle) as opened:
            fields = list(opened.schema_arrow)
    except (pa.ArrowException, OSError):
        return {}  # the reader of the file says why
    known = {one.name: int((one.metadata or {}).get(_FIELD_ID, -1)) for one in fields}
    if max(known.values(), default=-1) < 0:
        return {name: name for name in ids.values()}
    return {name: ids[number] for name, number in known.items() if number in ids}


def _records(file: LakeFile) -> Sequence[Mapping[str, Any]]:
    try:
        import fastavro
    except ImportError as error:
        raise MissingExtra("fastavro", "iceberg") from error
    try:
        with file.open() as handle:
            records: list[Any] = list(fastavro.reader(handle))
            return records
    except (OSError, EOFError, IndexError, LookupError) as error:
        raise UnreadableTable(f"{file.name} can't be read as Avro: {error}") from error


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _arrow_type(kind: object) -> pa.DataType:
    # Structs and lists are written as objects.
    return _PRIMITIVE.get(kind, pa.string()) if isinstance(kind, str) else pa.string()
