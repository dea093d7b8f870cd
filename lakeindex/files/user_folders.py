"""The user's own folders of lakeindex, outside every index: the cache, which may be lost, and the configuration."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

_FOLDER = "lakeindex"


def cache_slot(kind: str, name: str | Path) -> Path:
    """Return the path of the cached file for a name. Raises RuntimeError where there is no home folder."""
    key = hashlib.blake2b(os.fsencode(name), digest_size=16).hexdigest()
    return _base("XDG_CACHE_HOME", ".cache") / _FOLDER / kind / key


def config_folder() -> Path:
    """Return the folder of files that must not be lost. Raises RuntimeError where there is no home folder."""
    return _base("XDG_CONFIG_HOME", ".config") / _FOLDER


def _base(variable: str, below_home: str) -> Path:
    given = Path(os.environ.get(variable, ""))
    # A relative path would be one in whatever folder is the current one; the specification has it ignored, too.
    return given if given.is_absolute() else Path.home() / below_home
