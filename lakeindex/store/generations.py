"""An index folder: immutable generations, one of them current, at most one writer.

INDEX/CURRENT                   number and checksum of the current generation, replaced atomically
INDEX/writer.lock               locked (flock) by the writer; names its process
INDEX/generations/7/...         artifacts and manifest.json, never changed once published
INDEX/generations/building-*    a generation being built, or left by a killed build
INDEX/generations/removing-*    an old generation being removed
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from lakeindex.errors import IndexDamaged, IndexMissing, IndexUnusable, NotFound
from lakeindex.store.checksums import Damage, damages, require_whole
from lakeindex.store.current_pointer import CURRENT, Pointer, read_pointer, way_out
from lakeindex.store.manifest import MANIFEST, Manifest, Size, read_manifest, read_size
from lakeindex.store.read_lock import ReadLock

GENERATIONS = "generations"


@dataclass(frozen=True, slots=True)
class Generation:
    """A published state of the index."""

    number: int
    folder: Path
    manifest: Manifest
    read_lock: ReadLock | None = field(default=None, compare=False, repr=False)
    """Keeps the generation from being removed while this object is referred to."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of checking a generation."""

    number: int
    is_current: bool
    damages: tuple[Damage, ...]


def open_current(index: Path) -> Generation:
    """Open the current generation with a read lock.

    Raises IndexMissing where nothing was published, StaleArtifact where another version of lakeindex did it,
    IndexDamaged where a file is not as it was published, or isn't there.
    """
    while True:
        pointer = read_pointer(index)
        if pointer is None:
            raise missing(index)
        read_lock = ReadLock.of(folder_of(index, pointer.number) / MANIFEST)
        if read_lock is not None or read_pointer(index) == pointer:
            if not folder_of(index, pointer.number).is_dir():
                raise dangling(index, pointer.number)
            generation = _open(index, pointer.number, read_lock)
            if generation.manifest.checksum != pointer.checksum:
                raise IndexDamaged(f"{index / CURRENT} names another generation than there is; {way_out(index)}")
            return generation
        # Meanwhile a writer published another one and removed this one.


def open_generation(index: Path, number: int) -> Generation:
    """Open a generation by its number, read-locked. Raises NotFound, naming those there are, and as `open_current`."""
    numbers = sorted(numbers_in(index))
    if number not in numbers:
        known = ", ".join(map(str, numbers)) or "none"
        raise NotFound(f"{index} has no generation {number}; there are: {known}")
    return _open(index, number, ReadLock.of(folder_of(index, number) / MANIFEST))


def published(index: Path) -> list[int]:
    """Return the numbers of the generations there are, ascending, up to the current one."""
    current = current_number(index)
    return [] if current is None else [number for number in sorted(numbers_in(index)) if number <= current]


def current_number(index: Path) -> int | None:
    """Return the number of the current generation, None where there is none yet."""
    pointer = read_pointer(index)
    return None if pointer is None else pointer.number


def current_size(index: Path) -> Size | None:
    """Return the size of the current generation, whatever its format and the state of its files.

    Where that isn't known, it is the size of the newest generation of which it is; None where there is none.
    """
    numbers = sorted(numbers_in(index), reverse=True)
    with suppress(IndexDamaged):
        current = current_number(index)
        numbers.sort(key=lambda number: number != current)
    return next(filter(None, (_size_of(index, number) for number in numbers)), None)


def _size_of(index: Path, number: int) -> Size | None:
    try:
        return read_size((folder_of(index, number) / MANIFEST).read_bytes())
    except OSError:
        return None


def verify(index: Path) -> Iterator[Checked]:
    """Check every file of every generation there is, the newest first.

    Raises IndexMissing where nothing was published, IndexDamaged where CURRENT names no generation.
    """
    pointer = read_pointer(index)
    if pointer is None:
        raise missing(index)
    current = pointer.number
    for number in sorted({*numbers_in(index), current}, reverse=True):
        read_lock = ReadLock.of(folder_of(index, number) / MANIFEST)
        if read_lock is not None or number == current:
            yield Checked(number, number == current, tuple(_damages_of(index, number, pointer)))


def _open(index: Path, number: int, read_lock: ReadLock | None) -> Generation:
    folder = folder_of(index, number)
    manifest = manifest_of(index, number)
    require_whole(index, folder, manifest)
    return Generation(number, folder, manifest, read_lock)


def folder_of(index: Path, number: int) -> Path:
    """Return the folder of a generation, whether it exists or not."""
    return index / GENERATIONS / str(number)


def numbers_in(index: Path) -> list[int]:
    """Return the numbers of all generations there are, whether published or not, in no order."""
    try:
        return [int(path.name) for path in (index / GENERATIONS).iterdir() if path.name.isdecimal()]
    except (FileNotFoundError, NotADirectoryError):
        return []


def manifest_of(index: Path, number: int) -> Manifest:
    """Read the manifest of a generation. Raises IndexDamaged where it can't be read, StaleArtifact."""
    path = folder_of(index, number) / MANIFEST
    try:
        content = path.read_bytes()
    except OSError as error:
        raise IndexDamaged(f"{path} can't be read ({error.strerror}); {way_out(index)}") from error
    return read_manifest(content, path, index)


def _damages_of(index: Path, number: int, current: Pointer) -> Iterator[Damage]:
    try:
        manifest = manifest_of(index, number)
    except IndexUnusable as error:
        yield Damage(MANIFEST, str(error))
        return
    if number == current.number and manifest.checksum != current.checksum:
        yield Damage(MANIFEST, f"is not the one that {CURRENT} names")
    yield from damages(folder_of(index, number), manifest)


def missing(index: Path) -> IndexMissing:
    """Return the error of a folder without CURRENT: it says what is there, and how to go on."""
    build = f"build one: lakeindex index LAKE --index {index}"
    if index.exists() and not index.is_dir():
        return IndexMissing(f"{index} is no folder, and so no index; name the index's folder with --index")
    if numbers := sorted(numbers_in(index)):
        return IndexMissing(
            f"{index} has {_listed(numbers)} but no {CURRENT}, the file that names the one that answers; "
            f"lakeindex repair --index {index} lets the newest whole one answer, "
            f"lakeindex rollback --to {numbers[-1]} --index {index} that one"
        )
    if (index / GENERATIONS).exists():
        return IndexMissing(f"no index in {index}: a build was begun there, but none was published; {build}")
    if index.exists() and not any(index.iterdir()):
        return IndexMissing(f"no index in {index}, which is an empty folder; {build}")
    return IndexMissing(f"no index in {index}; {build}")


def dangling(index: Path, number: int) -> IndexDamaged:
    """Return the error of an index whose CURRENT names a generation that isn't there: it says which are, if any."""
    named = f"{index / CURRENT} names generation {number}, which isn't there"
    if numbers := sorted(numbers_in(index)):
        return IndexDamaged(f"{named}, but {_listed(numbers)}; {way_out(index)}")
    return IndexDamaged(f"{named}, nor any other; build the index again: lakeindex index LAKE --index {index}")


def _listed(numbers: Sequence[int]) -> str:
    return f"generation{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"
