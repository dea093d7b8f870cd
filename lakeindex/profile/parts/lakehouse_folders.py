"""Folders of Delta and Iceberg: what they hold is for their log and their metadata to say."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from lakeindex.profile.parts.grouping import Found, Kinds
from lakeindex.types.lake import LakeFile
from lakeindex.types.layouts import Layout

DELTA_LOG, ICEBERG_METADATA = "_delta_log", "metadata"
_DELTA = re.compile(r"(?:(.*)/)?_delta_log/\d{20}\.(?:json|checkpoint[^/]*\.parquet)")
_ICEBERG = re.compile(r"(?:(.*)/)?metadata/(?:v\d+|\d+-[0-9a-f-]+)(?:\.gz)?\.metadata\.json(?:\.gz)?")


def lakehouse_folders(files: Sequence[LakeFile], kinds: Kinds) -> Found:
    """Find the folders of Delta and Iceberg, with all files below them; those inside of one belong to it."""
    layouts = {
        match[1] or "": layout
        for file in files
        for mark, pattern, layout in (
            (DELTA_LOG, _DELTA, Layout.DELTA),
            (".metadata.json", _ICEBERG, Layout.ICEBERG),
        )
        if mark in file.name and (match := pattern.fullmatch(file.name))
    }
    if not layouts:
        return [], list(files)
    parts: dict[str, list[LakeFile]] = defaultdict(list)
    rest: list[LakeFile] = []
    for file in files:
        folder = next((one for one in _folders_above(file.name) if one in layouts), None)
        (rest if folder is None else parts[folder]).append(file)
    groups = [
        kinds.together(kinds.name_of_folder(folder), folder, layouts[folder], some) for folder, some in parts.items()
    ]
    return groups, rest


def _folders_above(name: str) -> Iterator[str]:
    """Yield the folders that a file is in, from the root on, which is ``."""
    yield ""
    for place, character in enumerate(name):
        if character == "/":
            yield name[:place]
