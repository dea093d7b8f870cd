"""The protocol between a worker and its parent: requests are lines of JSON, responses are frames."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from enum import IntEnum
from pathlib import Path
from typing import IO, Any, Protocol

import pyarrow as pa

from lakeindex.config.profile_limits import ProfileLimits, limits_from_json
from lakeindex.files.frames import frame_head, read_frame
from lakeindex.profile.parts.part_json import part_from_json, scan_from_json
from lakeindex.types.lake import Header, LakeFile, ReadOptions, TableId
from lakeindex.types.layouts import Layout
from lakeindex.types.reports import FileOutcome, FileStatus, PartOutcome, ReadTable, Sampling
from lakeindex.types.share import Share

_PIPE_BYTES = 1 << 16  # what a pipe holds: asking for more only allocates more

_FOLDERS = ("copies", "pieces", "earlier")
"""Options that are paths."""

OUT_OF_MEMORY = 86
"""The exit code of a worker that needed more memory than it may have."""


class Tag(IntEnum):
    """What the payload of a frame is."""

    READY = 0
    """The worker has started and found its connectors."""
    FILE_DONE = 1
    """The outcome of the next file of the request, JSON."""
    RECORDS = 2
    """The profiles of all files of the request, an Arrow IPC stream; the last frame of its response."""


@dataclass(frozen=True, slots=True)
class Request:
    """A work unit: files to read and profile, and how."""

    files: tuple[LakeFile, ...]
    options: ReadOptions
    limits: ProfileLimits

    def to_line(self) -> bytes:
        """Write the request as one line of JSON."""
        files = [_file_to_json(file) for file in self.files]
        options = asdict(self.options)
        options |= {name: options[name] and str(options[name]) for name in _FOLDERS}
        request = {"files": files, "options": options, "limits": asdict(self.limits)}
        return json.dumps(request).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Request:
        """Read a request back."""
        request = json.loads(line)
        files = tuple(map(_file_from_json, request["files"]))
        options = request["options"]
        folders = {name: options[name] and Path(options[name]) for name in _FOLDERS}
        read_options = ReadOptions(**options | {"header": Header(options["header"])} | folders)
        return cls(files, read_options, limits_from_json(request["limits"]))


def _file_to_json(file: LakeFile) -> dict[str, Any]:
    share = file.share and asdict(file.share)
    parts = list(map(_file_to_json, file.parts))
    return _fields_of(file) | {"path": str(file.path), "parts": parts, "share": share}


def _file_from_json(read: dict[str, Any]) -> LakeFile:
    layout = read["layout"] and Layout(read["layout"])
    parts = tuple(map(_file_from_json, read["parts"]))
    unreadable = _pairs(read["unreadable"])
    share = read["share"] and Share(**read["share"])
    known = {"path": Path(read["path"]), "parts": parts, "layout": layout, "unreadable": unreadable, "share": share}
    return LakeFile(**read | known)


def write_frame(stream: IO[bytes], tag: Tag, payload: bytes | pa.Buffer) -> None:
    """Write one frame."""
    stream.write(frame_head(tag, len(payload)))
    stream.write(payload)
    stream.flush()


def write_records(stream: IO[bytes], records: pa.Table) -> None:
    """Write the frame of a response's records, without a copy of them all."""
    counted = pa.MockOutputStream()
    _write_stream(counted, records)
    stream.write(frame_head(Tag.RECORDS, counted.size()))
    _write_stream(stream, records)
    stream.flush()


def _write_stream(sink: Any, records: pa.Table) -> None:
    with pa.ipc.new_stream(sink, records.schema) as writer:
        writer.write_table(records)


class Readable(Protocol):
    """A stream that frames are read from."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end of the stream."""
        ...


def receive_frame(stream: Readable) -> tuple[Tag, bytearray] | None:
    """Read one frame; None when the other process has ended."""
    frame = read_frame(stream.read, _PIPE_BYTES)
    return None if frame is None else (Tag(frame[0]), frame[1])


def outcome_to_json(outcome: FileOutcome) -> bytes:
    """Write an outcome as JSON."""
    return json.dumps(outcome, default=_fields_of).encode()


def _fields_of(value: Any) -> dict[str, Any]:
    """Return the fields of a dataclass; `asdict` copies them deeply, which takes ten times as long."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def outcome_from_json(payload: bytes | bytearray) -> FileOutcome:
    """Read an outcome back."""
    read: dict[str, Any] = json.loads(payload)
    tables = tuple(_read_table(table) for table in read.pop("tables"))
    parts = tuple(_read_part(part) for part in read.pop("parts"))
    return FileOutcome(**read | {"status": FileStatus(read["status"]), "tables": tables, "parts": parts})


def _read_part(read: dict[str, Any]) -> PartOutcome:
    tables = tuple(part_from_json(one) for one in read["tables"])
    return PartOutcome(read["path"], FileStatus(read["status"]), read["reason"], tables)


def _read_table(read: dict[str, Any]) -> ReadTable:
    return ReadTable(
        **read
        | {
            "id": TableId(read["id"]),
            "scan": scan_from_json(read["scan"]),
            "settings": _pairs(read["settings"]),
            "notes": tuple(read["notes"]),
            "sampling": Sampling(**read["sampling"]),
        }
    )


def _pairs(pairs: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in pairs)
