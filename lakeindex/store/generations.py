"""An index folder: immutable generations, one of them current, at most one writer.

INDEX/CURRENT                   number and checksum of the generation that answers, replaced atomically
INDEX/writer.lock               held (flock) by the writer; says who that is
INDEX/generations/7/...         artifacts and manifest.json, never changed once published
INDEX/generations/building-*    what a writer is at work on, or left behind when it was killed
INDEX/generations/removing-*    an old generation on its way out
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lakeindex.errors import IndexDamaged, IndexMissing, IndexUnusable, NotFound
from lakeindex.store.checksums import Damage, damages, require_whole
from lakeindex.store.current_pointer import CURRENT, Pointer, read_pointer
from lakeindex.store.manifest import MANIFEST, Manifest, read_manifest
from lakeindex.store.read_lock import Hold

GENERATIONS = "generations"


@dataclass(frozen=True, slots=True)
class Generation:
    """A published state of the index."""

    number: int
    folder: Path
    manifest: Manifest
    hold: Hold | None = field(default=None, compare=False, repr=False)
    """Keeps it from being removed for as long as somebody refers to this."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking a generation found."""

    number: int
    is_current: bool
    damages: tuple[Damage, ...]


def open_current(index: Path) -> Generation:
    """Open the generation that answers, and hold it.

    Raises IndexMissing where nothing was published, StaleArtifact where another version of lakeindex did it,
    IndexDamaged where a file is not what was published.
    """
    while True:
        pointer = read_pointer(index)
        if pointer is None:
            raise missing(index)
        hold = Hold.of(folder_of(index, pointer.number) / MANIFEST)
        if hold is not None or read_pointer(index) == pointer:
            if not folder_of(index, pointer.number).is_dir():
                raise IndexDamaged(
                    f"{index / CURRENT} names generation {pointer.number}, which isn't there; return to one that is "
                    f"with lakeindex rollback --index {index}, or build the index again"
                )
            generation = _open(index, pointer.number, hold)
            if generation.manifest.checksum != pointer.checksum:
                raise IndexDamaged(f"{index / CURRENT} names another generation than there is; build the index again")
            return generation
        # A writer published another one and removed this one in the meantime.


def open_generation(index: Path, number: int) -> Generation:
    """Open a generation by its number, and hold it. Raises NotFound, naming those there are, and as `open_current`."""
    numbers = sorted(numbers_in(index))
    if number not in numbers:
        known = ", ".join(map(str, numbers)) or "none"
        raise NotFound(f"{index} has no generation {number}; there are: {known}")
    return _open(index, number, Hold.of(folder_of(index, number) / MANIFEST))


def published(index: Path) -> list[int]:
    """List the numbers of the generations there are, ascending, up to the one that answers."""
    current = current_number(index)
    return [] if current is None else [number for number in sorted(numbers_in(index)) if number <= current]


def current_number(index: Path) -> int | None:
    """Return the number of the generation that answers, None where there is none yet."""
    pointer = read_pointer(index)
    return None if pointer is None else pointer.number


def verify(index: Path) -> Iterator[Checked]:
    """Check every file of every generation there is, the newest first.

    Raises IndexMissing where nothing was published, IndexDamaged where CURRENT says nothing.
    """
    pointer = read_pointer(index)
    if pointer is None:
        raise missing(index)
    current = pointer.number
    for number in sorted({*numbers_in(index), current}, reverse=True):
        hold = Hold.of(folder_of(index, number) / MANIFEST)
        if hold is not None or number == current:
            yield Checked(number, number == current, tuple(_damages_of(index, number, pointer)))


def _open(index: Path, number: int, hold: Hold | None) -> Generation:
    folder = folder_of(index, number)
    manifest = _manifest_of(index, number)
    require_whole(index, folder, manifest)
    return Generation(number, folder, manifest, hold)


def folder_of(index: Path, number: int) -> Path:
    """Return where a generation is, or would be."""
    return index / GENERATIONS / str(number)


def numbers_in(index: Path) -> list[int]:
    """List the numbers of all generations there are, whether published or not, in no order."""
    try:
        return [int(path.name) for path in (index / GENERATIONS).iterdir() if path.name.isdecimal()]
    except FileNotFoundError:
        return []


def _manifest_of(index: Path, number: int) -> Manifest:
    path = folder_of(index, number) / MANIFEST
    try:
        content = path.read_bytes()
    except OSError as error:
        raise IndexDamaged(f"{path} can't be read ({error.strerror}); build the index again") from error
    return read_manifest(content, path, index)


def _damages_of(index: Path, number: int, current: Pointer) -> Iterator[Damage]:
    try:
        manifest = _manifest_of(index, number)
    except IndexUnusable as error:
        yield Damage(MANIFEST, str(error))
        return
    if number == current.number and manifest.checksum != current.checksum:
        yield Damage(MANIFEST, f"is not the one that {CURRENT} names")
    yield from damages(folder_of(index, number), manifest)


def missing(index: Path) -> IndexMissing:
    """Make the error of a folder without an index."""
    return IndexMissing(f"no index in {index}; build one: lakeindex index LAKE --index {index}")
