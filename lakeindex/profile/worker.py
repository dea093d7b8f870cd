"""The worker process: `python -m lakeindex.profile.worker` reads requests on stdin and answers on stdout."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import BinaryIO

import pyarrow as pa

from lakeindex.plugins import find_connectors
from lakeindex.profile.frames import Request, Tag, outcome_to_json, write_frame
from lakeindex.profile.profile_files import profile_files
from lakeindex.types import FileOutcome


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer each request until there are no more."""
    connectors = find_connectors()
    pa.set_cpu_count(1)  # there is a worker a core already
    write_frame(answers, Tag.READY, b"")
    for line in requests:
        request = Request.from_line(line)
        for result in profile_files(request.files, connectors, request.options, request.limits):
            if isinstance(result, FileOutcome):
                _forget_messages()
                write_frame(answers, Tag.FILE_DONE, outcome_to_json(result))
            else:
                write_frame(answers, Tag.RECORDS, _to_stream(result))


def _forget_messages() -> None:
    """Empty stderr's file, so that last words are about the file at fault; when it is a terminal, leave it."""
    with suppress(OSError):
        os.ftruncate(2, 0)
        os.lseek(2, 0, os.SEEK_SET)


def _to_stream(records: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, records.schema) as writer:
        writer.write_table(records)
    return sink.getvalue().to_pybytes()


def main() -> None:
    """Keep the answers' pipe to ourselves: what a library prints goes to stderr."""
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
