"""Builds of which one call on a file fails: `python faulty_build.py PLAN`, with `faults.c` preloaded.

Reads lines of JSON on stdin (lake, index, at, error; with `at` 0 nothing fails, with `error` 0 the build kills itself),
and prints a line for each build: how it ended, what it wrote to stderr, the call that failed, the calls there were.
Each build is a process of its own, forked after everything is imported.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import sys
import tempfile
from pathlib import Path

from lakeindex.serve.cli import main

_PATH = 4096


class Plan(ctypes.Structure):
    """As in `faults.c`."""

    _fields_ = (
        ("at", ctypes.c_long),
        ("error", ctypes.c_long),
        ("calls", ctypes.c_long),
        ("folder", ctypes.c_char * _PATH),
        ("failed", ctypes.c_char * _PATH),
    )


def run(plan: Plan, lake: str, index: str, at: int, error: int) -> dict[str, object]:
    """Build in a forked process."""
    plan.folder, plan.failed, plan.calls, plan.at, plan.error = index.encode(), b"", 0, at, error
    with tempfile.TemporaryFile() as messages:
        child = os.fork()
        if child == 0:
            os.dup2(messages.fileno(), 2)
            sys.argv = ["lakeindex", "index", lake, "--index", index, "--strict", "--jobs", "1", "--memory", "500MB"]
            try:
                main.main()
            except SystemExit as end:
                sys.stderr.flush()
                os._exit(int(end.code or 0))
            except BaseException:
                sys.excepthook(*sys.exc_info())
                sys.stderr.flush()
                os._exit(70)
            sys.stderr.flush()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        plan.folder = b""
        messages.seek(0)
        written = messages.read().decode()
    code = os.waitstatus_to_exitcode(status)
    return {"code": code, "stderr": written, "failed": plan.failed.decode(), "calls": plan.calls}


def serve() -> None:
    """Run builds until there are no more."""
    with Path(sys.argv[1]).open("r+b") as file:
        plan = Plan.from_buffer(mmap.mmap(file.fileno(), ctypes.sizeof(Plan)))
        for line in sys.stdin:
            sys.stdout.write(json.dumps(run(plan, **json.loads(line))) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    serve()
