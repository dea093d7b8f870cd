"""The sandbox check of an index that was built elsewhere: read all of it in a process of its own, which may crash.

FAISS and DuckDB expect files of their own; a file made to mislead them may crash the process.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from lakeindex.errors import IndexDamaged
from lakeindex.store.generations import Generation
from lakeindex.store.trust_cache import add_trust, read_trust

_SECONDS = 60.0
_SECONDS_A_GIGABYTE = 60.0


def require_sandbox_checked(index: Path, generation: Generation) -> None:
    """Check a generation in a sandbox unless this user built it, or has checked it before.

    Raises IndexDamaged when it can't be read to its end.
    """
    folder = generation.folder
    if generation.manifest.checksum in read_trust(folder).sandbox_checked:
        return
    if how := fault_of(index, generation):
        raise IndexDamaged(
            f"the index in {folder} was made elsewhere and can't be read ({how}); build one here: "
            f"lakeindex index {generation.manifest.lake} --index {index}"
        )
    add_trust(folder, sandbox_checked=generation.manifest.checksum)


def fault_of(index: Path, generation: Generation) -> str:
    """Return why a generation can't be read to its end in a process of its own; nothing where it can."""
    size = generation.manifest.bytes
    # -P: what lies in the folder that we are in, which may be the stranger's, is not imported.
    command = [sys.executable, "-P", "-m", "lakeindex.search.check_foreign_index", str(index), str(generation.number)]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS + _SECONDS_A_GIGABYTE * size / 1e9,
            check=False,
        )
        how = f"killed by signal {-done.returncode}" if done.returncode < 0 else done.stderr.strip().split("\n")[-1]
        is_sound = done.returncode == 0
    except subprocess.TimeoutExpired:
        how, is_sound = "it takes too long", False
    return "" if is_sound else how or f"exit code {done.returncode}"
