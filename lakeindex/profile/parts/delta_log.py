"""The current version of a Delta folder, from its log: https://github.com/delta-io/delta/blob/master/PROTOCOL.md."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from lakeindex.errors import UnreadableTable
from lakeindex.profile.parts.lakehouse_folders import DELTA_LOG
from lakeindex.profile.parts.lakehouse_paths import files_below, resolved
from lakeindex.profile.parts.plan import LoggedFiles, Plan, PlannedPart
from lakeindex.types.lake import LakeFile

_COMMIT = re.compile(r"(\d{20})\.json")
_CHECKPOINT = re.compile(r"(\d{20})\.checkpoint(?:\.(\d{10})\.(\d{10}))?\.parquet")
_LATEST_READER, _WITH_FEATURES = 2, 3
_HARMLESS = frozenset({
    "appendOnly", "invariants", "timestampNtz", "vacuumProtocolCheck", "typeWidening", "typeWidening-preview",
    "columnMapping", "deletionVectors", "v2Checkpoint",
})  # fmt: skip
"""Features of a reader that change nothing here, or that are refused where they are used."""
_TYPES: dict[object, pa.DataType] = {
    "string": pa.string(), "byte": pa.int8(), "short": pa.int16(), "integer": pa.int32(), "long": pa.int64(),
    "float": pa.float32(), "double": pa.float64(), "boolean": pa.bool_(), "date": pa.date32(),
    "timestamp": pa.timestamp("us", "UTC"), "timestamp_ntz": pa.timestamp("us"), "binary": pa.binary(),
}  # fmt: skip


@dataclass(slots=True)
class _Version:
    """A version of the table, as far as its log was replayed."""

    number: int = -1
    added: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    protocol: Mapping[str, Any] = field(default_factory=dict)

    def replay(self, action: Mapping[str, Any]) -> None:
        if add := action.get("add"):
            self.added[add["path"]] = add
        if remove := action.get("remove"):
            self.added.pop(remove["path"], None)
        self.metadata = action.get("metaData") or self.metadata
        self.protocol = action.get("protocol") or self.protocol


def delta_plan(file: LakeFile) -> Plan:
    """Return the files of a Delta folder's current version, with the values of its partition columns.

    Raises UnreadableTable where the log has gaps, asks for what is not known here, or names files elsewhere.
    """
    files = files_below(file)
    try:
        version = _replayed({name: part for name, part in files.items() if name.startswith(f"{DELTA_LOG}/")})
        _require_readable(version)
        logged = LoggedFiles(file, files, DELTA_LOG, ("Delta table", "log", "current version"))
        for path, add in version.added.items():
            keys = dict(_pairs(add.get("partitionValues")))
            logged.add(resolved(path, file, "the Delta log"), partial(PlannedPart, keys=keys))
        return logged.plan(_schema_of(version))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableTable(f"the Delta log can't be understood ({type(error).__name__}: {error})") from error


def _replayed(log: Mapping[str, LakeFile]) -> _Version:
    names = {name.removeprefix(f"{DELTA_LOG}/"): part for name, part in log.items()}
    commits = {int(match[1]): part for name, part in names.items() if (match := _COMMIT.fullmatch(name))}
    checkpoint, files = _latest_checkpoint(names)
    version = _Version(checkpoint)
    for part in files:
        for action in _actions_of_checkpoint(part):
            version.replay(action)
    for number in range(checkpoint + 1, max(commits, default=checkpoint) + 1):
        if number not in commits:
            raise UnreadableTable(f"the Delta log lacks version {number}")
        version.number = number
        for action in _actions_of_commit(commits[number]):
            version.replay(action)
    return version


def _latest_checkpoint(names: Mapping[str, LakeFile]) -> tuple[int, Sequence[LakeFile]]:
    """Return the version of the latest checkpoint all of whose files are there, and these; -1 where there is none."""
    parts: dict[tuple[int, int], dict[int, LakeFile]] = defaultdict(dict)
    for name, part in names.items():
        if match := _CHECKPOINT.fullmatch(name):
            parts[int(match[1]), int(match[3] or 1)][int(match[2] or 1)] = part
    whole = {key: files for key, files in parts.items() if len(files) == key[1]}
    if not whole:
        return -1, ()
    latest = max(whole)
    return latest[0], [whole[latest][place] for place in sorted(whole[latest])]


def _actions_of_checkpoint(file: LakeFile) -> Iterator[Mapping[str, Any]]:
    wanted = ("add", "remove", "metaData", "protocol")
    try:
        with file.open() as handle, parquet.ParquetFile(handle) as opened:
            columns = [name for name in wanted if name in opened.schema_arrow.names]
            for batch in opened.iter_batches(columns=columns, use_threads=False):
                yield from batch.to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise UnreadableTable(f"the checkpoint {file.name} can't be read: {error}") from error


def _actions_of_commit(file: LakeFile) -> Iterator[Mapping[str, Any]]:
    with file.open() as handle:
        for line in handle:
            if line.strip():
                yield json.loads(line)


def _require_readable(version: _Version) -> None:
    """Raise UnreadableTable where a version has what is not read here, so that its rows would be others."""
    if not version.metadata or not version.protocol:
        raise UnreadableTable("the Delta log names no schema, or no protocol")
    reader = int(version.protocol["minReaderVersion"])
    features = set(version.protocol.get("readerFeatures") or ())
    if reader > _WITH_FEATURES or (unknown := sorted(features - _HARMLESS)):
        what = f"version {reader}" if reader > _WITH_FEATURES else f"the feature {unknown[0]!r}"
        raise UnreadableTable(f"reading this Delta table takes {what} of the protocol, which is not known here")
    mode = dict(_pairs(version.metadata.get("configuration"))).get("delta.columnMapping.mode", "none")
    if mode != "none":
        raise UnreadableTable(
            f"the Delta table's columns have other names in its files (column mapping {mode!r}), which is not read here"
        )
    if any(add.get("deletionVector") for add in version.added.values()):
        raise UnreadableTable(
            "rows of the Delta table are deleted by deletion vectors, which are not read here: "
            "write it anew with REORG TABLE ... APPLY (PURGE)"
        )


def _schema_of(version: _Version) -> pa.Schema:
    fields = json.loads(version.metadata["schemaString"])["fields"]
    return pa.schema([pa.field(one["name"], _arrow_type(one["type"])) for one in fields])


def _arrow_type(kind: object) -> pa.DataType:
    # Structs and lists are written as objects.
    return _TYPES.get(kind, pa.string()) if isinstance(kind, str) else pa.string()


def _pairs(pairs: Any) -> Sequence[tuple[str, Any]]:
    """Return the pairs of a map: of JSON a dictionary, of Parquet a list."""
    return list(pairs.items()) if isinstance(pairs, dict) else [(name, value) for name, value in pairs or ()]
