"""What this user already knows of generations, kept outside every index: that files were hashed, or tried out.

A folder that can't be written only means that it is all done again.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from lakeindex.files.user_folders import cache_slot

_KEPT = 8


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is known of the generations of an index."""

    verified: tuple[str, ...] = ()
    """What the files of some looked like when their checksums were right."""
    tried: tuple[str, ...] = ()
    """The checksums of manifests that were built or tried out here."""


def recall(folder: Path) -> Remembered:
    """Return what is known of the index of a generation's folder; nothing where that can't be read."""
    try:
        told = json.loads(_path(folder).read_text("utf-8"))
        return Remembered(tuple(map(str, told["verified"])), tuple(map(str, told["tried"])))
    except (OSError, ValueError, KeyError, TypeError, RuntimeError):
        return Remembered()


def remember(folder: Path, verified: str = "", tried: str = "") -> None:
    """Keep what was found out of the generation in a folder; of the oldest findings, not all stay."""
    with suppress(OSError, RuntimeError):
        known, path = recall(folder), _path(folder)
        told = Remembered(_with(known.verified, verified), _with(known.tried, tried))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_name(f"{path.name}.{os.getpid()}")
        unfinished.write_text(json.dumps(asdict(told)), "utf-8")
        unfinished.replace(path)


def _with(known: tuple[str, ...], one: str) -> tuple[str, ...]:
    return known if not one else (*(other for other in known if other != one), one)[-_KEPT:]


def _path(folder: Path) -> Path:
    # A slot for each index, not for each generation: they come and go.
    return cache_slot("generations", folder.resolve().parent)
