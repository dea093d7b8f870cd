"""Folders named after values of columns, `sales/year=2024/month=01`: Hive's partitions, a table a folder above them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from urllib.parse import unquote

from lakeindex.profile.parts.grouping import Found, Kinds, folder_of, is_hidden, suffix_of, with_hidden
from lakeindex.types.lake import LakeFile
from lakeindex.types.layouts import Layout

_NULL = "__HIVE_DEFAULT_PARTITION__"
_KEY = re.compile(r"([^=]+)=(.*)", re.DOTALL)
_CHANGING = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|(?=[a-fA-F]*\d)[0-9a-fA-F]{6,}|\d+")
"""What differs between the names of parts: a UUID, a hash, a number."""


def keys_of(name: str) -> dict[str, str | None]:
    """Return the keys of the folders that a file is in, in their order, and their values, decoded."""
    _, keys, _ = _split(name)
    return {unquote(key): None if value == _NULL else unquote(value) for key, value in keys}


def key_folders(files: Sequence[LakeFile], kinds: Kinds) -> Found:
    """Find the tables of folders that are named after values of columns.

    What Hadoop takes for hidden, in these folders or beside them, goes with the first table.
    """
    inside: dict[tuple[str, str], list[LakeFile]] = defaultdict(list)
    hidden: dict[str, list[LakeFile]] = defaultdict(list)
    rest: list[LakeFile] = []
    for file in files:
        base, keys, below = _split(file.name) if "=" in file.name else ("", [], "")
        if keys and not is_hidden(below) and kinds.of(below):
            inside[base, folder_of(below)].append(file)
        else:
            (hidden[base] if keys and is_hidden(below) else rest).append(file)
    groups = [one for (base, below), parts in inside.items() for one in _tables(base, below, parts, kinds)]
    return with_hidden(groups, hidden, rest, kinds)


def _split(name: str) -> tuple[str, list[tuple[str, str]], str]:
    """Return the folder above the first keys in a file's path, these keys with their values, and the path below."""
    folders = name.split("/")
    matches = [_KEY.fullmatch(folder) for folder in folders[:-1]]
    start = next((place for place, match in enumerate(matches) if match), len(matches))
    stop = next((place for place in range(start, len(matches)) if not matches[place]), len(matches))
    keys = [(match[1], match[2]) for match in matches[start:stop] if match]
    return "/".join(folders[:start]), keys, "/".join(folders[stop:])


def _tables(base: str, below: str, parts: Sequence[LakeFile], kinds: Kinds) -> list[LakeFile]:
    """Return the tables of the files below some folders: one, or one for each name that returns, and each kind."""
    name = f"{base}/*/{below}".lstrip("/") if below else kinds.name_of_folder(base)
    groups = []
    for stem, some in _by_stem(parts).items():
        by_kind = kinds.by_kind(some)
        for of_kind in by_kind.values():
            suffix = suffix_of([part.name for part in of_kind])
            named = f"{name}/*/{stem}{suffix}" if stem else f"{name}/*{suffix}" if len(by_kind) > 1 else name
            groups.append(kinds.together(named, base, Layout.HIVE, of_kind))
    return groups


def _by_stem(parts: Sequence[LakeFile]) -> dict[str, list[LakeFile]]:
    """Return files by what stays of their names from folder to folder, where two such names are in most folders."""
    stems: dict[str, list[LakeFile]] = defaultdict(list)
    for part in parts:
        stems[_CHANGING.sub("*", part.name.rpartition("/")[2].partition(".")[0])].append(part)
    most = len({folder_of(part.name) for part in parts}) / 2
    returning = [some for some in stems.values() if len({folder_of(part.name) for part in some}) > most]
    return stems if len(returning) > 1 else {"": list(parts)}
