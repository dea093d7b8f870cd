"""Where a user's own files of lakeindex lie, outside every index: what may be lost, and what must not be."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

_OURS = "lakeindex"


def cache_slot(kind: str, name: str | Path) -> Path:
    """Return the path of the cached file about something named. Raises RuntimeError where there is no home folder."""
    key = hashlib.blake2b(os.fsencode(name), digest_size=16).hexdigest()
    return _base("XDG_CACHE_HOME", ".cache") / _OURS / kind / key


def config_folder() -> Path:
    """Return the folder of what a user can't do without. Raises RuntimeError where there is no home folder."""
    return _base("XDG_CONFIG_HOME", ".config") / _OURS


def _base(variable: str, below_home: str) -> Path:
    given = os.environ.get(variable)
    return Path(given) if given else Path.home() / below_home
