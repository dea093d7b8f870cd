"""The models that this user has named, kept outside every index: a model that only an index names is not loaded."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from lakeindex.config.model_options import AUTO_MODEL, BASE_MODEL, DEFAULT_MODEL, STATIC_MODEL
from lakeindex.encode.encoders import HASHING
from lakeindex.files.user_folders import cache_slot

_SHIPPED = (AUTO_MODEL, DEFAULT_MODEL, BASE_MODEL, STATIC_MODEL, HASHING)


def remember_model(name: str) -> None:
    """Record that this user named a model, unless it is shipped; do nothing where the folder can't be written."""
    if name not in _SHIPPED:
        with suppress(OSError, RuntimeError):
            path = _path(name)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.write_text(f"{name}\n", "utf-8", "backslashreplace")


def is_named(name: str) -> bool:
    """Return whether this user has named a model before, or it is shipped."""
    try:
        return name in _SHIPPED or _path(name).is_file()
    except (OSError, RuntimeError):
        return False


def _path(name: str) -> Path:
    # A relative path names another folder elsewhere.
    folder = Path(name).expanduser()
    return cache_slot("models", folder.resolve() if folder.is_dir() else name)
