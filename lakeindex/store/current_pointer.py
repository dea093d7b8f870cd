"""The file CURRENT names the current generation, the one that answers queries; it is replaced atomically."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from lakeindex.errors import IndexDamaged

CURRENT = "CURRENT"

_POINTER = re.compile(r"([0-9]{1,18}) ([0-9a-f]{32})\n")
_POINTER_OF_EARLIER_FORMATS = re.compile(r"[0-9]{1,18}\n?")


@dataclass(frozen=True, slots=True)
class Pointer:
    """The content of CURRENT."""

    number: int
    checksum: str
    """Of the generation's manifest; empty in earlier formats."""


def read_pointer(index: Path) -> Pointer | None:
    """Read CURRENT; None where nothing was published. Raises IndexDamaged when it holds anything else."""
    path = index / CURRENT
    try:
        text = path.read_bytes().decode("ascii")
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamaged(f"{path} can't be read ({error}); {way_out(index)}") from error
    if found := _POINTER.fullmatch(text):
        return Pointer(int(found[1]), found[2])
    if _POINTER_OF_EARLIER_FORMATS.fullmatch(text):
        return Pointer(int(text), "")
    raise IndexDamaged(
        f"{path} should hold the number of a generation and its checksum, not {text[:40]!r}; {way_out(index)}"
    )


def way_out(index: Path) -> str:
    """Tell people how to go on with a damaged index."""
    return (
        f"lakeindex repair --index {index} mends what can be mended, lakeindex rollback --index {index} returns to the "
        "generation before; or build the index again"
    )


def point_at(index: Path, pointer: Pointer) -> None:
    """Replace CURRENT, atomically and durably."""
    replacement = index / f"{CURRENT}.new"
    if (index / CURRENT).is_dir() and not (index / CURRENT).is_symlink():
        (index / CURRENT).rmdir()
    replacement.write_text(f"{pointer.number} {pointer.checksum}\n", "ascii")
    sync(replacement)
    replacement.replace(index / CURRENT)
    sync(index)


def sync(path: Path) -> None:
    """Flush a file or folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
