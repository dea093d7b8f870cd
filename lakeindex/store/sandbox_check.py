"""The sandbox check of an index that was built elsewhere: read all of it in a process of its own, which may crash.

FAISS and DuckDB expect files of their own; a file made to mislead them may crash the process.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

from lakeindex.errors import IndexDamaged
from lakeindex.store.generations import Generation
from lakeindex.store.trust_cache import add_trust, read_trust

_PATIENCE = 60.0
"""Seconds that the check may go on without a sign of progress."""
_POLL_SECONDS = 0.5
_CHUNK = 1 << 16
_TOO_LONG = "it takes too long"


def require_sandbox_checked(index: Path, generation: Generation) -> None:
    """Check a generation in a sandbox unless this user built it, or has checked it before.

    A check that gets on is waited for, however busy the machine is; it limits the processor time that it takes itself.
    Raises IndexDamaged when the generation can't be read to its end.
    """
    folder = generation.folder
    if generation.manifest.checksum in read_trust(folder).sandbox_checked:
        return
    if problem := fault_of(index, generation):
        raise IndexDamaged(
            f"the index in {folder} was made elsewhere and can't be read ({problem}); build one here: "
            f"lakeindex index {generation.manifest.lake} --index {index}"
        )
    add_trust(folder, sandbox_checked=generation.manifest.checksum)


def fault_of(index: Path, generation: Generation) -> str:
    """Return why a generation can't be read to its end in a process of its own; nothing where it can."""
    # -P: what lies in the folder that we are in, which may be the stranger's, is not imported.
    command = [sys.executable, "-P", "-m", "lakeindex.search.check_foreign_index", str(index), str(generation.number)]
    return run_while_it_gets_on(command, _PATIENCE)


def run_while_it_gets_on(command: list[str], patience: float) -> str:
    """Run a check to its end; return what is wrong, or nothing.

    It is given up when, for `patience` seconds, it has neither printed a line nor been given any time of a processor.
    """
    with tempfile.TemporaryFile() as messages:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=messages, bufsize=0
        )
        try:
            if not _gets_on_to_its_end(process, patience):
                return f"{_TOO_LONG}: nothing came of it for {patience:g} s"
            return _problem(process.wait(), messages)
        finally:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


def _gets_on_to_its_end(process: subprocess.Popen[bytes], patience: float) -> bool:
    assert process.stdout is not None
    lines = process.stdout.fileno()
    spent, alive = _processor_time(process.pid), time.monotonic()
    with selectors.DefaultSelector() as selector:
        selector.register(lines, selectors.EVENT_READ)
        while time.monotonic() - alive < patience:
            if selector.select(_POLL_SECONDS):
                if not os.read(lines, _CHUNK):
                    return True
                alive = time.monotonic()
            elif (now := _processor_time(process.pid)) != spent:
                spent, alive = now, time.monotonic()
    return False


def _processor_time(pid: int) -> str:
    """Return how long a process has run, as Linux counts it; nothing on other systems, where only its lines count."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return " ".join(fields[11:13])


def _problem(code: int, messages: IO[bytes]) -> str:
    if code == 0:
        return ""
    if code == -signal.SIGXCPU:
        return _TOO_LONG
    messages.seek(0)
    last = messages.read().decode("utf-8", "replace").strip().split("\n")[-1]
    return f"killed by signal {-code}" if code < 0 else last
