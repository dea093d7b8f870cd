"""The trust cache: which generations this user has verified or checked in a sandbox, kept outside every index.

Where its folder can't be written, every check is made again.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lakeindex.files.user_folders import cache_slot

_MOST_ENTRIES = 8
_VERIFIED, _SANDBOX_CHECKED = "verified", "tried"
"""The keys of the JSON file."""


@dataclass(frozen=True, slots=True)
class TrustRecord:
    """The trusted generations of an index."""

    verified: tuple[str, ...] = ()
    """Hashes of the files' metadata at the time when their checksums were right."""
    sandbox_checked: tuple[str, ...] = ()
    """Checksums of the manifests of generations that were built or checked in a sandbox here."""


def read_trust(folder: Path) -> TrustRecord:
    """Return the trust record of the index that a generation's folder is in; an empty one where it can't be read."""
    try:
        record = json.loads(_path(folder).read_text("utf-8"))
        return TrustRecord(tuple(map(str, record[_VERIFIED])), tuple(map(str, record[_SANDBOX_CHECKED])))
    except (OSError, ValueError, KeyError, TypeError, RuntimeError):
        return TrustRecord()


def add_trust(folder: Path, verified: str = "", sandbox_checked: str = "") -> None:
    """Record that the generation in a folder was verified or sandbox-checked; the oldest entries are dropped."""
    with suppress(OSError, RuntimeError):
        known, path = read_trust(folder), _path(folder)
        record = {
            _VERIFIED: _with(known.verified, verified),
            _SANDBOX_CHECKED: _with(known.sandbox_checked, sandbox_checked),
        }
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_name(f"{path.name}.{os.getpid()}")
        unfinished.write_text(json.dumps(record), "utf-8")
        unfinished.replace(path)


def drop_trust(folder: Path) -> None:
    """Remove the record of the index that a generation's folder is in, which is gone."""
    with suppress(OSError, RuntimeError):
        _path(folder).unlink(missing_ok=True)


def _with(known: tuple[str, ...], one: str) -> tuple[str, ...]:
    return known if not one else (*(other for other in known if other != one), one)[-_MOST_ENTRIES:]


def _path(folder: Path) -> Path:
    # One file for each index, not for each generation: generations come and go.
    return cache_slot("generations", folder.resolve().parent)
