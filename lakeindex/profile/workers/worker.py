"""The worker process: `python -m lakeindex.profile.workers.worker BYTES` reads requests on stdin and answers on stdout.

It may take BYTES of memory beyond what it has when it is ready.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from lakeindex.plugins import find_connectors
from lakeindex.profile.workers.protocol import OUT_OF_MEMORY, Request, Tag, outcome_to_json, write_frame
from lakeindex.profile.workers.read_files import profile_files
from lakeindex.types.reports import FileOutcome

_MEMORY = Path("/proc/self/statm")
_DATA_FIELD = 5
_PR_SET_PDEATHSIG = 1


def serve(requests: BinaryIO, answers: BinaryIO, memory: int) -> None:
    """Answer each request until there are no more."""
    connectors = find_connectors()
    pa.set_cpu_count(1)  # there is a worker a core already
    limit_memory(memory)
    write_frame(answers, Tag.READY, b"")
    for line in requests:
        request = Request.from_line(line)
        for result in profile_files(request.files, connectors, request.options, request.limits):
            if isinstance(result, FileOutcome):
                _forget_messages()
                write_frame(answers, Tag.FILE_DONE, outcome_to_json(result))
            else:
                write_frame(answers, Tag.RECORDS, _to_stream(result))


def limit_memory(more: int) -> None:
    """Let this process have so many bytes more than now, and leave no core file; what asks for more is refused.

    Where the system doesn't tell how much there is now, as macOS, it can't be limited either.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(FileNotFoundError):
        pages = int(_MEMORY.read_text("ascii").split()[_DATA_FIELD])
        limit = pages * resource.getpagesize() + more
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        least = limit if hard == resource.RLIM_INFINITY else min(limit, hard)  # a limit of the user's may be lower
        resource.setrlimit(resource.RLIMIT_DATA, (least, least))


def _forget_messages() -> None:
    """Empty stderr's file, so that last words are about the file at fault; when it is a terminal, leave it."""
    with suppress(OSError):
        os.ftruncate(2, 0)
        os.lseek(2, 0, os.SEEK_SET)


def _to_stream(records: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, records.schema) as writer:
        writer.write_table(records)
    return sink.getvalue()


def _end_with_parent() -> None:
    """Have the kernel end this process when the thread that drives it is gone, whatever a reader is at."""
    with suppress(AttributeError, OSError):  # Linux alone has this
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    """Keep the answers' pipe to ourselves: what a library prints goes to stderr."""
    _end_with_parent()
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        try:
            serve(sys.stdin.buffer, answers, int(sys.argv[1]))
        except MemoryError:
            os._exit(OUT_OF_MEMORY)


if __name__ == "__main__":
    main()
