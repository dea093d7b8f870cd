"""List the files of a lake that are to be read, and those that can't be."""

from __future__ import annotations

from pathlib import Path

from lakeindex.profile.walk import walk
from lakeindex.types.lake import LakeFile
from lakeindex.types.reports import FileOutcome


def list_files(lake: Path, index: Path) -> tuple[list[LakeFile], list[FileOutcome]]:
    """Return a lake's files, those of the index left out, and the outcomes of what can't be opened.

    Raises NotFound when there is no lake.
    """
    files: list[LakeFile] = []
    refused: list[FileOutcome] = []
    for entry in walk(lake, index):
        if isinstance(entry, LakeFile):
            files.append(entry)
        else:
            refused.append(entry)
    return files, refused
