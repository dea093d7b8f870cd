"""Try out an index that nobody here built: read all of it in a process of its own, whose crash costs nothing.

FAISS and DuckDB are written for their own files; a file that was made to mislead them may take the process down.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from lakeindex.errors import IndexDamaged
from lakeindex.store.generations import Generation
from lakeindex.store.trust_cache import recall, remember

_SECONDS = 60.0
_SECONDS_A_GIGABYTE = 60.0


def require_tried(index: Path, generation: Generation) -> None:
    """Try a generation out unless this user built it, or has tried it before.

    Raises IndexDamaged when it can't be read to its end.
    """
    folder = generation.folder
    if generation.manifest.checksum in recall(folder).tried:
        return
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
    if not is_sound:
        raise IndexDamaged(
            f"the index in {folder} was made elsewhere and can't be read ({how}); build one here: "
            f"lakeindex index {generation.manifest.lake} --index {index}"
        )
    remember(folder, tried=generation.manifest.checksum)
