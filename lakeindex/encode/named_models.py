"""Which models this user has named, kept outside every index: one that only an index names is not loaded."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from lakeindex.config.model_options import BASE_MODEL, DEFAULT_MODEL, STATIC_MODEL
from lakeindex.encode.encoders import HASHING
from lakeindex.files.user_folders import cache_slot

_COME_ALONG = (DEFAULT_MODEL, BASE_MODEL, STATIC_MODEL, HASHING)


def remember_model(name: str) -> None:
    """Keep that this user named a model, unless it comes along; a folder that can't be written only means to ask."""
    if name not in _COME_ALONG:
        with suppress(OSError, RuntimeError):
            path = _path(name)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.write_text(f"{name}\n", "utf-8", "backslashreplace")


def is_named(name: str) -> bool:
    """Tell whether this user has named a model before, or needs no name for it."""
    try:
        return name in _COME_ALONG or _path(name).is_file()
    except (OSError, RuntimeError):
        return False


def _path(name: str) -> Path:
    # A folder's name means another one somewhere else.
    folder = Path(name).expanduser()
    return cache_slot("models", folder.resolve() if folder.is_dir() else name)
