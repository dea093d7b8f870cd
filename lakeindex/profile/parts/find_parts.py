"""Find the files of a lake that are read together, by their names alone: nothing is opened here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from lakeindex.profile.parts.dlt_folders import datasets_of, dlt_folders, is_of_dlt
from lakeindex.profile.parts.grouping import Found, Kinds, with_free_names
from lakeindex.profile.parts.key_folders import key_folders
from lakeindex.profile.parts.lakehouse_folders import lakehouse_folders
from lakeindex.profile.parts.output_folders import output_folders
from lakeindex.profile.parts.siblings import dated_siblings, numbered_siblings
from lakeindex.protocols import Connector
from lakeindex.types.lake import LakeFile
from lakeindex.types.layouts import Parts
from lakeindex.types.reports import FileOutcome, FileStatus

_Finder = Callable[[Sequence[LakeFile], Kinds], Found]
_OF_DLT = "what dlt keeps for itself, no table"


def find_parts(
    files: Sequence[LakeFile], root: Path, parts: Parts, connectors: Callable[[], Mapping[str, Connector]]
) -> tuple[list[LakeFile], list[FileOutcome]]:
    """Return the files of a lake, those that are read together as one, by their names; and those that are no tables.

    What is read together goes by a name that no file has; files for which there is none stay apart. `connectors` are
    asked for only where a name makes it worth while.
    """
    if parts is Parts.SEPARATE:
        return list(files), []
    files = sorted(files, key=lambda file: file.name)
    skipped = [FileOutcome(file.name, FileStatus.SKIPPED, _OF_DLT) for file in files if is_of_dlt(file.name)]
    datasets = datasets_of(one.path for one in skipped)
    rest: Sequence[LakeFile] = [file for file in files if not is_of_dlt(file.name)] if skipped else files
    siblings = numbered_siblings if parts is Parts.MERGE else dated_siblings
    finders: tuple[_Finder, ...] = (lakehouse_folders, dlt_folders(datasets), key_folders, output_folders, siblings)
    kinds, groups = Kinds(root, connectors), list[LakeFile]()
    for find in finders:
        found, rest = find(rest, kinds)
        groups += found
    return with_free_names(groups, rest), skipped
