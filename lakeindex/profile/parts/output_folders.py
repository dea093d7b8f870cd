"""Folders that Spark, Hadoop or Dask wrote a table into: `part-00000.parquet` and its like, and marks beside them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from lakeindex.profile.parts.grouping import Found, Kinds, is_hidden, suffix_of, with_hidden
from lakeindex.types.lake import LakeFile
from lakeindex.types.layouts import Layout

_PART = re.compile(r"part[-._]?[rm]?[-._]?\d+([^0-9].*)?")
_MARKS = frozenset({"_SUCCESS", "_metadata", "_common_metadata"})
_LEAST_UNMARKED = 2
"""Parts that a folder without a mark of its writer needs."""


def output_folders(files: Sequence[LakeFile], kinds: Kinds) -> Found:
    """Find the tables of folders with files that are called parts."""
    parts: dict[str, list[LakeFile]] = defaultdict(list)
    marked: set[str] = set()
    rest: list[LakeFile] = []
    for file in files:
        folder, _, name = file.name.rpartition("/")
        if name in _MARKS:
            marked.add(folder)
        is_part = name.startswith("part") and _PART.fullmatch(name) and not is_hidden(file.name) and kinds.of(name)
        (parts[folder] if is_part else rest).append(file)
    groups: list[LakeFile] = []
    for folder, some in parts.items():
        if folder in marked or len(some) >= _LEAST_UNMARKED:
            # Without a mark their columns have to agree: anybody may call a file a part.
            groups += _tables(folder, some, Layout.FOLDER if folder in marked else Layout.SIBLINGS, kinds)
        else:
            rest += some
    marked_groups, rest = with_hidden([one for one in groups if one.layout is Layout.FOLDER], {}, rest, kinds)
    return marked_groups + [one for one in groups if one.layout is not Layout.FOLDER], rest


def _tables(folder: str, parts: Sequence[LakeFile], layout: Layout, kinds: Kinds) -> list[LakeFile]:
    by_kind = kinds.by_kind(parts)
    name = kinds.name_of_folder(folder)
    return [
        kinds.together(
            name if len(by_kind) == 1 else f"{name}/*{suffix_of([part.name for part in some])}",
            folder,
            layout,
            some,
        )
        for some in by_kind.values()
    ]
