"""The worker process, which `start_worker` starts: it reads requests on stdin and responds on stdout.

It may take as many bytes of memory as its argument says beyond what it has when it is ready.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress
from typing import BinaryIO

import pyarrow as pa

from lakeindex.files.process_limits import limit_memory
from lakeindex.plugins import find_connectors
from lakeindex.profile.workers.protocol import (
    OUT_OF_MEMORY,
    Request,
    Tag,
    outcome_to_json,
    write_frame,
    write_records,
)
from lakeindex.profile.workers.read_files import profile_files
from lakeindex.types.reports import FileOutcome

_PR_SET_PDEATHSIG = 1


def serve(requests: BinaryIO, responses: BinaryIO, memory: int) -> None:
    """Respond to each request until there are no more."""
    connectors = find_connectors()
    pa.set_cpu_count(1)  # there is a worker a core already
    limit_memory(memory)
    write_frame(responses, Tag.READY, b"")
    for line in requests:
        request = Request.from_line(line)
        for result in profile_files(request.files, connectors, request.options, request.limits):
            if isinstance(result, FileOutcome):
                _clear_messages()
                write_frame(responses, Tag.FILE_DONE, outcome_to_json(result))
            else:
                write_records(responses, result)


def _clear_messages() -> None:
    """Empty the file that stderr goes to, so that its last message is about the file at fault; leave a terminal."""
    with suppress(OSError):
        os.ftruncate(2, 0)
        os.lseek(2, 0, os.SEEK_SET)


def _end_with_parent() -> None:
    """Have the kernel end this process when the thread that drives it ends, even in the middle of a file."""
    with suppress(AttributeError, OSError):  # Linux alone has this
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    """Serve requests; what a library prints goes to stderr, not between the responses."""
    _end_with_parent()
    with os.fdopen(os.dup(1), "wb") as responses:
        os.dup2(2, 1)
        try:
            serve(sys.stdin.buffer, responses, int(sys.argv[1]))
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
