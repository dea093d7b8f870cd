"""What this user already knows of generations, kept outside every index: that files were hashed, or tried out.

A folder that can't be written only means that it is all done again.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

_FOLDER = Path("lakeindex") / "generations"


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is known of a generation."""

    verified: str = ""
    """What its files looked like when their checksums were right."""
    tried: str = ""
    """The checksum of the manifest that was built or tried out here."""


def recall(folder: Path) -> Remembered:
    """Return what is known of the generation in a folder; nothing where that can't be read."""
    try:
        told = json.loads(_path(folder).read_text("utf-8"))
        return Remembered(str(told["verified"]), str(told["tried"]))
    except (OSError, ValueError, KeyError, TypeError, RuntimeError):
        return Remembered()


def remember(folder: Path, what: Remembered) -> None:
    """Keep what is known of the generation in a folder."""
    with suppress(OSError, RuntimeError):
        path = _path(folder)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_name(f"{path.name}.{os.getpid()}")
        unfinished.write_text(json.dumps(asdict(what)), "utf-8")
        unfinished.replace(path)


def _path(folder: Path) -> Path:
    cache = os.environ.get("XDG_CACHE_HOME")
    home = Path(cache) if cache else Path.home() / ".cache"
    # A slot for each index, not for each generation: they come and go.
    return home / _FOLDER / hashlib.blake2b(os.fsencode(folder.resolve().parent), digest_size=16).hexdigest()
