"""Walk a lake: list every entry below its root, with those that can't be opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from lakeindex.errors import LakeIndexError, NotFound, UnreadableTable, is_of_machine
from lakeindex.files.regular_file import kind_of
from lakeindex.types.lake import LakeFile
from lakeindex.types.reports import FileOutcome, FileStatus


def walk(root: Path, exclude: Path) -> Iterator[LakeFile | FileOutcome]:
    """Yield each entry below `root` that is no folder, in the order of its path.

    A regular file is a LakeFile; anything that can't be opened safely (a FIFO, a link that leaves the lake) is an
    outcome, skipped, with the reason. An entry that can't be looked at for a reason of the machine is an outcome,
    unseen; where it is a folder, or may be one, so is whatever lies below it. `exclude`, the folder of the index, is
    left out. Raises NotFound when `root` is no folder, LakeIndexError when it can't be listed.
    """
    if not root.is_dir():
        what = "is no folder" if root.exists() else "doesn't exist"
        raise NotFound(f"no lake at {root}: the path {what}; give the folder that holds your CSV and Parquet files")
    yield from _walk(root.resolve(), exclude.resolve())


def refuse_replaced(file: LakeFile) -> None:
    """Raise UnreadableTable when something else has taken the place of a file since the lake was listed.

    A folder above it may have become a link that leaves the lake, the file itself a FIFO on which a reader would wait.
    What is read together as one file is no file: its parts are looked at when they are read.
    """
    if file.parts:
        return
    try:
        facts = file.path.lstat()
        is_moved = file.path.resolve(strict=True) != file.path
    except (OSError, RuntimeError) as error:
        raise UnreadableTable(f"it can't be opened any more: {getattr(error, 'strerror', None) or error}") from error
    if is_moved:
        raise UnreadableTable("a link has taken its place since the lake was listed")
    if not stat.S_ISREG(facts.st_mode):
        raise UnreadableTable(f"{kind_of(facts.st_mode)} has taken its place since the lake was listed")


def _walk(root: Path, exclude: Path) -> Iterator[LakeFile | FileOutcome]:
    # A stack instead of recursion: folders may be nested deeper than Python's calls.
    todo: list[Path | os.DirEntry[str]] = [root]
    while todo:
        entry = todo.pop()
        path = Path(entry)
        try:
            if isinstance(entry, os.DirEntry) and not entry.is_dir(follow_symlinks=False):
                yield _open_entry(root, path, entry)
                continue
            with os.scandir(path) as scan:
                inside = sorted(scan, key=lambda found: found.name, reverse=True)
        except OSError as error:
            if path == root:
                raise LakeIndexError(
                    f"the lake's folder {root} can't be listed: {error.strerror}; nothing was indexed"
                ) from error
            yield _refusal(root, path, f"can't list the folder: {error.strerror}", FileStatus.UNSEEN)
        else:
            todo += [found for found in inside if Path(found) != exclude]


def _open_entry(root: Path, path: Path, entry: os.DirEntry[str]) -> LakeFile | FileOutcome:
    try:
        target = path.resolve(strict=True)
        facts = target.stat()
    except (OSError, RuntimeError) as error:
        reason = str(getattr(error, "strerror", None) or error)
        if entry.is_symlink() and (not is_of_machine(error) or isinstance(error, FileNotFoundError)):
            return _refusal(root, path, f"link that leads nowhere: {reason}")
        return _refusal(root, path, f"can't be opened: {reason}", FileStatus.UNSEEN)
    if not target.is_relative_to(root):
        return _refusal(root, path, "a link that leaves the lake")
    if entry.is_symlink() and target.is_dir():
        return _refusal(root, path, "a link to a folder of the lake, which is read in its own place")
    if not stat.S_ISREG(facts.st_mode):
        return _refusal(root, path, f"{kind_of(facts.st_mode)}, not a regular file")
    name = _relative(root, path)
    if name != _printable(name):
        return _refusal(root, path, "its name is not valid UTF-8; rename it")
    return LakeFile(target, name, facts.st_size, facts.st_mtime_ns)


def _refusal(root: Path, path: Path, reason: str, status: FileStatus = FileStatus.SKIPPED) -> FileOutcome:
    return FileOutcome(_printable(_relative(root, path)), status, reason)


def _relative(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def _printable(name: str) -> str:
    r"""Write bytes that are no UTF-8 as `\xff`, so that a report can contain the name."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
