"""The messages between a SQL process and its parent: over each socket, frames of JSON and of Arrow streams.

Requests and responses alternate on a channel; the control socket carries the setup, and later which cursor is to be
interrupted.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import IntEnum
from socket import socket
from typing import Any

import pyarrow as pa

from lakeindex.files.frames import frame_head, read_frame

_MOST_AT_ONCE = 1 << 20


class Tag(IntEnum):
    """What the payload of a frame is."""

    JSON = 0
    """A request, or the last frame of a response."""
    ROWS = 1
    """An Arrow stream that belongs to the JSON frame behind it."""
    ERROR = 2
    """The response of a request that failed: `kind`, the name of DuckDB's exception, and its `message`."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a SQL process may read, and how much memory it may take."""

    memory: str
    folders: tuple[str, ...]
    """Folders below which files may be read; resolved."""
    files: tuple[str, ...] = ()
    """Files that may be read besides; resolved."""
    rows: str | None = None
    """A database file with the tables' rows, attached as `rows_name`."""
    rows_name: str = ""
    is_confined: bool = False
    """Whether it serves statements of strangers: it can write nothing, and opens nothing else from then on."""

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, read: dict[str, Any]) -> Setup:
        """Read a setup back."""
        return cls(**read | {"folders": tuple(read["folders"]), "files": tuple(read["files"])})


def send(channel: socket, tag: Tag, payload: bytes | pa.Buffer) -> None:
    """Send one frame."""
    channel.sendall(frame_head(tag, len(payload)))
    channel.sendall(payload)


def send_json(channel: socket, content: object, tag: Tag = Tag.JSON) -> None:
    """Send a frame of JSON; a decimal becomes a float."""
    send(channel, tag, json.dumps(content, default=float).encode())


def receive(channel: socket) -> tuple[Tag, bytearray] | None:
    """Receive one frame; None when the other process has ended."""
    try:
        frame = read_frame(channel.recv, _MOST_AT_ONCE)
    except ConnectionResetError:
        return None
    return None if frame is None else (Tag(frame[0]), frame[1])


def rows_to_bytes(rows: pa.Table | pa.RecordBatch) -> pa.Buffer:
    """Write rows as an Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write(rows)
    return sink.getvalue()


def rows_from_bytes(payload: bytes | bytearray) -> pa.Table:
    """Read an Arrow stream."""
    return pa.ipc.open_stream(pa.py_buffer(payload)).read_all()
