"""A third-party connector whose readers do what no reader should; installed for workers by `test_pool`."""

from __future__ import annotations

import os
import signal
import struct
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from lakeindex.errors import UnreadableTable
from lakeindex.profile import batching
from lakeindex.types.lake import LakeFile, ReadOptions, Rows, SourceTable, TableId

SCHEMA = pa.schema([("id", pa.string())])


class HostileConnector:
    suffixes = frozenset(
        {".exit", ".segv", ".raise", ".refuse", ".hang", ".late", ".thread", ".chatty", ".kill", ".stop", ".slow"}
    )

    def tables(self, file: LakeFile, options: ReadOptions) -> Sequence[SourceTable]:
        return (SourceTable(TableId(file.name), SCHEMA, file.token),)

    def read(self, file: LakeFile, table: SourceTable, options: ReadOptions) -> Rows:
        match file.path.suffix:
            case ".exit":
                os._exit(3)
            case ".segv":
                os.kill(os.getpid(), signal.SIGSEGV)
            case ".raise":
                raise KeyError("no such thing")
            case ".refuse":
                raise UnreadableTable("not for\nme")
            case ".hang":
                time.sleep(3600)
            case ".late":
                batching.profile_columns = lambda *_: os._exit(4)
            case ".thread":
                threading.Thread(target=time.sleep, args=(3600,)).start()
                raise KeyError("with a thread that goes on")
            case ".slow":
                with file.open() as handle:
                    while os.read(handle.fileno(), 1):
                        time.sleep(0.5)
            case ".kill":
                if _times_tried(file) <= int(file.path.read_text() or "1000"):
                    os.kill(os.getpid(), signal.SIGKILL)
            case ".stop":
                # The head of a frame, and nothing after it.
                os.write(3, struct.pack("<BQ", 1, 1000))  # the responses' pipe, opened first
                time.sleep(3600)
            case ".chatty":
                print("noise " * 50_000)  # noqa: T201
                print("more noise " * 50_000, file=sys.stderr)  # noqa: T201
        return Rows(iter([pa.record_batch([pa.array([file.name])], schema=SCHEMA)]))


def _times_tried(file: LakeFile) -> int:
    """Count the readers of a file, this one included."""
    log = Path(os.environ["KILLED_LOG"])
    with log.open("a") as handle:
        handle.write(f"{file.name}\n")
    return log.read_text().splitlines().count(file.name)


class SlowToStart:
    """Lets the first worker start at once, and none after it."""

    suffixes = frozenset({".none"})
    tables = read = print

    def __init__(self) -> None:
        try:
            Path(os.environ["FIRST_WORKER"]).touch(exist_ok=False)
        except FileExistsError:
            time.sleep(3600)


class Broken:
    """Can't be loaded."""

    def __init__(self) -> None:
        raise RuntimeError("a licence is missing")


class Hungry:
    """Takes as many megabytes as the file's content names, and fails in the way that it names."""

    suffixes = frozenset({".hungry"})

    def tables(self, file: LakeFile, options: ReadOptions) -> Sequence[SourceTable]:
        return (SourceTable(TableId(file.name), SCHEMA, file.token),)

    def read(self, file: LakeFile, table: SourceTable, options: ReadOptions) -> Rows:
        megabytes, _, ending = file.path.read_text().partition(" ")
        taken: list[object] = []
        try:
            taken.extend(bytes(10**6) for _ in range(int(megabytes)))
        except MemoryError as error:
            if ending == "abort":
                taken.clear()
                os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\n")
                os.abort()
            if ending == "swallow":
                raise UnreadableTable("no such luck") from error
            if ending == "arrow":
                taken.append(pa.allocate_buffer(10**9))
            if ending == "thread":
                threading.Thread(target=time.sleep, args=(3600,)).start()
            raise
        return Rows(iter([pa.record_batch([pa.array([file.name])], schema=SCHEMA)]))
