"""The lake's folder: whether it is where it was when it was indexed, and what to do where it isn't."""

from __future__ import annotations

import os
from pathlib import Path

_WAY_OUT = "say where it is now: --lake FOLDER (in Python: Lake.open(..., lake=FOLDER))"


def why_unreachable(root: Path) -> str:
    """Return in a sentence why no file of a lake can be read, and how to go on; nothing where its folder is there.

    A folder that holds nothing is where a file system is mounted that isn't there.
    """
    try:
        with os.scandir(root) as entries:
            return "" if next(entries, None) is not None else f"the lake's folder {root} is empty now; {_WAY_OUT}"
    except (FileNotFoundError, NotADirectoryError):
        return f"the lake is gone from {root}; if it moved, {_WAY_OUT}"
    except OSError as error:
        return f"the lake's folder {root} can't be read ({error.strerror or error}); if it moved, {_WAY_OUT}"
