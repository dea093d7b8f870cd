"""The secret key of hashed values: from a setting, or drawn once for each user and kept outside every index."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from lakeindex.errors import InvalidSetting
from lakeindex.files.user_folders import config_folder
from lakeindex.hashing.siphash import KEY_BYTES, new_key

_FILE = "hash.key"
_REMEDY = "set LAKEINDEX_HASH_KEY to a long random text"


def hash_key(given: str) -> bytes:
    """Derive a key from a text; from an empty one, return the user's own key, which is drawn at its first use.

    Raises InvalidSetting when that can't be written or read.
    """
    if given:
        return hashlib.blake2b(given.encode(), digest_size=KEY_BYTES).digest()
    try:
        path = config_folder() / _FILE
    except RuntimeError as error:
        raise InvalidSetting(f"there is no home folder to keep a key in; {_REMEDY}") from error
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _draw(path)
    except FileExistsError:
        pass
    except OSError as error:
        raise InvalidSetting(
            f"a key for hashed values can't be kept in {path} ({error.strerror}); {_REMEDY}"
        ) from error
    try:
        key = path.read_bytes()
    except OSError as error:
        raise InvalidSetting(f"{path} can't be read ({error.strerror}); {_REMEDY}") from error
    if len(key) != KEY_BYTES:
        raise InvalidSetting(f"{path} should hold {KEY_BYTES} bytes, not {len(key)}; remove it, or {_REMEDY}")
    return key


def _draw(path: Path) -> None:
    """Write a new key atomically. Raises FileExistsError when another process was faster."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(new_key())
        path.hardlink_to(unfinished)
    finally:
        unfinished.unlink()
