"""The files that the log or the metadata of a table name: only those below the table's own folder are read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from lakeindex.errors import UnreadableTable
from lakeindex.types.lake import LakeFile

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def files_below(file: LakeFile) -> dict[str, LakeFile]:
    """Return the parts of a file by their paths below its folder."""
    return {part.name.removeprefix(file.folder): part for part in file.parts}


def resolved(path: str, file: LakeFile, origin: str, places: Sequence[str] = ()) -> str:
    """Return the path below the table's folder of what a log calls a file, encoded as in a URL.

    An absolute one must lie in that folder, or in one of `places`, where the table says that it was written. Raises
    UnreadableTable for any other.
    """
    decoded = unquote(path)
    if _SCHEME.match(path) or path.startswith("/"):
        decoded = _below(decoded, [str(file.path), *places])
    if not decoded or decoded.startswith("/") or "\0" in decoded or {"", ".", ".."} & set(decoded.split("/")):
        raise UnreadableTable(f"{origin} names a file outside of the table's folder: {path!r}")
    return decoded


def _below(path: str, folders: Sequence[str]) -> str:
    """Return what an absolute path has below one of some folders; nothing where it is in none of them."""
    plain = _plain(path)
    for folder in map(_plain, folders):
        if folder and plain.startswith(f"{folder}/"):
            return plain.removeprefix(f"{folder}/")
    return ""


def _plain(path: str) -> str:
    """Return a path without the scheme of a local file, and without a `/` at its end."""
    split = urlsplit(path)
    local = split.path if split.scheme == "file" and split.netloc in ("", "localhost") else path
    return local.rstrip("/")
