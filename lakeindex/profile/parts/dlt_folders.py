"""Datasets that dlt writes: a folder a table, beside folders of dlt's own that start with `_dlt_`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence

from lakeindex.profile.parts.grouping import Found, Kinds, folder_of
from lakeindex.types.lake import LakeFile
from lakeindex.types.layouts import Layout

_OWN = "_dlt_"
_LOADED = re.compile(r"[\d.]+\.[0-9a-zA-Z]+\.\w+(\.gz)?")
"""The name of a file: the load's time, the file's own id and the format."""
_MARKER = "init"


def is_of_dlt(name: str) -> bool:
    """Whether a file lies in a folder of dlt's own."""
    return _OWN in name and any(folder.startswith(_OWN) for folder in name.split("/")[:-1])


def datasets_of(names: Iterable[str]) -> set[str]:
    """Return the folders of the datasets that files of dlt's own are of."""
    return {name[: f"/{name}".index(f"/{_OWN}")].rstrip("/") for name in names}


def dlt_folders(datasets: Collection[str]) -> Callable[[Sequence[LakeFile], Kinds], Found]:
    """Return who finds the tables of some datasets, by their folders."""

    def find(files: Sequence[LakeFile], kinds: Kinds) -> Found:
        if not datasets:
            return [], list(files)
        tables: dict[str, list[LakeFile]] = defaultdict(list)
        rest: list[LakeFile] = []
        for file in files:
            folder, name = folder_of(file.name), file.name.rpartition("/")[2]
            is_of_table = folder and folder_of(folder) in datasets and (name == _MARKER or _LOADED.fullmatch(name))
            (tables[folder] if is_of_table and folder not in datasets else rest).append(file)
        groups = []
        for folder, parts in tables.items():
            if any(kinds.of(part.name) for part in parts):
                groups.append(kinds.together(folder, folder, Layout.FOLDER, parts))
            else:
                rest += parts
        return groups, rest

    return find
