"""Files that an export writes: what is there already stays, unless it is the same, or ours and unedited."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from lakeindex.errors import Refused
from lakeindex.export.outcome import Outcome, Result

_MARKS = {".yml": "#", ".yaml": "#", ".sql": "--"}
_MARK = re.compile(r"\A(?:#|--) written by lakeindex, content ([0-9a-f]{16})\n")


def write_files(folder: Path, files: Mapping[str, str], force: bool) -> list[Outcome]:
    """Write files below a folder, or one file for the path "".

    One that was written here before, and that nobody edited, is written over. Raises Refused where another is in the
    way, unless `force` is set: nothing is written then.
    """
    planned = [(folder / path if path else folder, _marked(path or folder.name, text)) for path, text in files.items()]
    results = [(path, text, _result(path, text, force)) for path, text in planned]
    for path, text, result in results:
        if result is not Result.UNCHANGED:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
    return [Outcome("file", str(path), result) for path, _, result in results]


def _marked(name: str, text: str) -> str:
    mark = _MARKS.get(Path(name).suffix)
    return text if mark is None else f"{mark} written by lakeindex, content {_hash(text)}\n{text}"


def _result(path: Path, text: str, force: bool) -> Result:
    try:
        there = path.read_text("utf-8")
    except FileNotFoundError:
        return Result.CREATED
    except (OSError, UnicodeDecodeError):
        there = ""
    if there == text:
        return Result.UNCHANGED
    mark = _MARK.match(there)
    if not force and (mark is None or _hash(there[mark.end() :]) != mark[1]):
        what = "was edited" if mark else "is there already"
        raise Refused(f"{path} {what}; give another name with --out, or --force to write over it")
    return Result.CHANGED


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
