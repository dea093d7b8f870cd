"""Keep what the generation before says of files that can't be seen for a reason of the machine."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from lakeindex.types.lake import LakeFile
from lakeindex.types.reports import FileOutcome, FileStatus

_WITH_TABLES = (FileStatus.INDEXED, FileStatus.UNSEEN)


def keep_unseen(
    outcomes: Sequence[FileOutcome], listed: Collection[str], known: Mapping[str, FileOutcome], are_hidden: bool = False
) -> list[FileOutcome]:
    """Return what becomes of every file that was listed and not unchanged, and of those below unseen folders.

    `outcomes` are of entries that were read or refused, `listed` the names of the lake's files, `known` the outcomes of
    the generation before. A file that it indexed and that is unseen now keeps its tables; what is unseen otherwise has
    nothing to keep and is failed, as is a folder that can't be listed. Files below such a folder stay as they were;
    where names `are_hidden`, none shows its folder, and all that are not listed stay.
    """
    unseen = {one.path: one for one in outcomes if one.status is FileStatus.UNSEEN}
    kept = [_kept(one, known.get(one.path)) for one in outcomes]
    if not unseen:
        return kept
    present = {*listed, *(one.path for one in outcomes)}
    missing = [one for path, one in known.items() if path not in present]
    if are_hidden:
        folders = [one for path, one in unseen.items() if path not in listed]
        return kept + [_below(one, folders[0]) for one in missing if folders]
    return kept + [_below(one, unseen[folder]) for one in missing if (folder := _folder_above(one.path, unseen))]


def without_incomplete(
    files: Sequence[LakeFile], outcomes: Sequence[FileOutcome], known: Mapping[str, FileOutcome]
) -> tuple[list[LakeFile], list[FileOutcome]]:
    """Return the files that can be read, and the outcomes of those that the index has and that lack parts now.

    Parts are missing where a folder in theirs, or one of them, is unseen: the table stays as it was.
    """
    unseen = [one for one in outcomes if one.status is FileStatus.UNSEEN]
    if not unseen:
        return list(files), []
    missing = {
        file.name: one
        for file in files
        for one in unseen
        if file.parts and one.path.startswith(file.folder) and file.name in known and known[file.name].tables
    }
    lacking = [
        FileOutcome(name, FileStatus.UNSEEN, f"a part of it is in {one.path}: {one.reason}")
        for name, one in missing.items()
    ]
    return [file for file in files if file.name not in missing], lacking


def unseen_in(outcomes: Sequence[FileOutcome]) -> tuple[str, ...]:
    """Return the names of the files whose tables are those of the generation before."""
    return tuple(one.path for one in outcomes if one.status is FileStatus.UNSEEN)


def _kept(outcome: FileOutcome, known: FileOutcome | None) -> FileOutcome:
    if outcome.status is not FileStatus.UNSEEN:
        return outcome
    if known is None or known.status not in _WITH_TABLES:
        return replace(outcome, status=FileStatus.FAILED)
    return replace(known, status=FileStatus.UNSEEN, reason=outcome.reason)


def _below(known: FileOutcome, folder: FileOutcome) -> FileOutcome:
    if known.status not in _WITH_TABLES:
        return known
    return replace(known, status=FileStatus.UNSEEN, reason=f"it is in {folder.path}: {folder.reason}")


def _folder_above(path: str, folders: Collection[str]) -> str | None:
    """Return the highest of some folders that a path is in."""
    above = [str(parent) for parent in PurePosixPath(path).parents]
    return next((folder for folder in reversed(above) if folder in folders), None)
