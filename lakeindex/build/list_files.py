"""List the files of a lake that are to be read, and those that can't be."""

from __future__ import annotations

from pathlib import Path

from lakeindex.plugins import find_connectors
from lakeindex.profile.parts.find_parts import find_parts
from lakeindex.profile.walk import walk
from lakeindex.types.lake import LakeFile
from lakeindex.types.layouts import Parts
from lakeindex.types.reports import FileOutcome


def list_files(lake: Path, index: Path, parts: Parts) -> tuple[list[LakeFile], list[FileOutcome]]:
    """Return a lake's files, those of one table together, and the outcomes of what can't be opened or is no table.

    Those of the index are left out.

    Raises NotFound when there is no lake.
    """
    files: list[LakeFile] = []
    refused: list[FileOutcome] = []
    for entry in walk(lake, index):
        if isinstance(entry, LakeFile):
            files.append(entry)
        else:
            refused.append(entry)
    together, skipped = find_parts(files, lake.resolve(), parts, find_connectors)
    return together, refused + skipped
