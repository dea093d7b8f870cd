"""Read a file of settings, without being led elsewhere by what lies in its place."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

from lakeindex.errors import InvalidSetting
from lakeindex.files.regular_file import open_regular
from lakeindex.files.user_folders import config_folder

FILE = "lakeindex.toml"
_MOST_BYTES = 1 << 20


def own_settings_file() -> Path | None:
    """Return the path of the user's own configuration; None where there is no home folder."""
    try:
        return config_folder() / FILE
    except RuntimeError:
        return None


def read_folder_file(path: Path) -> dict[str, Any]:
    """Return what a folder's file sets, nothing where there is none.

    Raises InvalidSetting when it can't be read, or is a link that leaves the folder: a stranger may have put it there.
    """
    if not os.path.lexists(path):
        return {}
    target = path.resolve()
    if not target.is_relative_to(path.parent.resolve()):
        raise InvalidSetting(f"{path} is a link that leaves its folder, which is not followed; put the settings there")
    return _parsed(path, target)


def read_own_file(path: Path) -> dict[str, Any]:
    """Return what the user's own file sets, nothing where there is none.

    Raises InvalidSetting when it can't be read, or others than the user can write to it.
    """
    if not path.exists():
        return {}
    facts = path.stat()
    if facts.st_uid not in (os.getuid(), 0) or facts.st_mode & stat.S_IWOTH:
        raise InvalidSetting(
            f"{path} counts as your own configuration, but others can write to it: make it yours alone (chmod 600)"
        )
    return _parsed(path, path.resolve())


def _parsed(path: Path, target: Path) -> dict[str, Any]:
    try:
        with open_regular(target) as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise InvalidSetting(f"{path} has more than {_MOST_BYTES:,} bytes, which no settings take")
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, OSError) as error:
        raise InvalidSetting(f"{path} can't be read: {error}") from error
