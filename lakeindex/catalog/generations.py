"""An index folder: immutable generations, one of them current, at most one writer.

INDEX/CURRENT                   number and checksum of the generation that answers, replaced atomically
INDEX/writer.lock               held (flock) by the writer; says who that is
INDEX/generations/7/...         artifacts and manifest.json, never changed once published
INDEX/generations/building-*    what a writer is at work on, or left behind when it was killed
INDEX/generations/removing-*    an old generation on its way out
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from lakeindex.catalog.current import CURRENT, Pointer, point_at, read_pointer, sync
from lakeindex.catalog.holding import Hold, held_by_nobody
from lakeindex.catalog.integrity import checksum, files_of, require_whole
from lakeindex.catalog.manifest import MANIFEST, Artifact, Manifest, read_manifest, write_manifest
from lakeindex.catalog.remembered import Remembered, remember
from lakeindex.errors import IndexDamaged, IndexMissing, LockHeld, NotFound

_LOCK = "writer.lock"
_GENERATIONS = "generations"
_BUILDING = "building-"
_REMOVING = "removing-"


@dataclass(frozen=True, slots=True)
class Generation:
    """A published state of the index."""

    number: int
    folder: Path
    manifest: Manifest
    hold: Hold | None = field(default=None, compare=False, repr=False)
    """Keeps it from being removed for as long as somebody refers to this."""


def open_current(index: Path) -> Generation:
    """Open the generation that answers, and hold it.

    Raises IndexMissing where nothing was published, StaleArtifact where another version of lakeindex did it,
    IndexDamaged where a file is not what was published.
    """
    while True:
        pointer = read_pointer(index)
        if pointer is None:
            raise IndexMissing(f"no index in {index}; build one: lakeindex index LAKE --index {index}")
        hold = Hold.of(_folder(index, pointer.number) / MANIFEST)
        if hold is not None or read_pointer(index) == pointer:
            generation = _open(index, pointer.number, hold)
            if generation.manifest.checksum != pointer.checksum:
                raise IndexDamaged(f"{index / CURRENT} names another generation than there is; build the index again")
            return generation
        # A writer published another one and removed this one in the meantime.


def open_generation(index: Path, number: int) -> Generation:
    """Open a generation by its number, and hold it. Raises NotFound, naming those there are, and as `open_current`."""
    numbers = published(index)
    if number not in numbers:
        known = ", ".join(map(str, numbers)) or "none"
        raise NotFound(f"{index} holds no generation {number}; there are: {known}")
    return _open(index, number, Hold.of(_folder(index, number) / MANIFEST))


def published(index: Path) -> list[int]:
    """List the numbers of the generations there are, ascending, up to the one that answers."""
    current = current_number(index)
    return [] if current is None else [number for number in sorted(_numbers(index)) if number <= current]


def current_number(index: Path) -> int | None:
    """Return the number of the generation that answers, None where there is none yet."""
    pointer = read_pointer(index)
    return None if pointer is None else pointer.number


@contextmanager
def writing(index: Path) -> Iterator[Path]:
    """Hold the writer's lock; give a new folder to build a generation in, gone afterwards unless published.

    Raises LockHeld, with the holder, when another writer is at work. A lock dies with its process.
    """
    with _locked(index):
        _remove_leftovers(index)
        folder = index / _GENERATIONS / f"{_BUILDING}{os.getpid()}"
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def publish(index: Path, folder: Path, manifest: Manifest, keep: int) -> Generation:
    """Make what was built in `folder` the generation that answers; of older ones `keep` stay.

    Everything is on disk before CURRENT is replaced, so a crash at any moment leaves the old or the new one. An old
    generation that somebody reads stays until a later publication.
    """
    artifacts = {
        name: Artifact((folder / name).stat().st_size, checksum(folder / name)) for name in sorted(files_of(folder))
    }
    complete = replace(manifest, artifacts=artifacts)
    (folder / MANIFEST).write_bytes(write_manifest(complete))
    for path in [*folder.rglob("*"), folder]:
        sync(path)
    number = max(_numbers(index), default=0) + 1
    target = _folder(index, number)
    folder.rename(target)
    sync(target.parent)
    remember(target, Remembered(tried=complete.checksum))
    point_at(index, Pointer(number, complete.checksum))
    for old in sorted(_numbers(index))[: -(keep + 1)]:
        _remove(index, old)
    return Generation(number, target, complete, Hold.of(target / MANIFEST))


def rollback(index: Path, to: int | None = None) -> Generation:
    """Make an older generation answer again: the one before, or the one numbered `to`.

    The newer ones stay until the next build. Raises NotFound where there is none, IndexDamaged where it isn't whole,
    LockHeld when a writer is at work.
    """
    with _locked(index):
        current = current_number(index)
        older = [number for number in _numbers(index) if current is None or number < current]
        if to is None and not older:
            raise NotFound(f"{index} holds no generation before {current}; set `keep` to keep more of them")
        number = max(older) if to is None else to
        if number not in _numbers(index):
            known = ", ".join(map(str, sorted(_numbers(index))))
            raise NotFound(f"{index} holds no generation {number}; there are: {known}")
        generation = _open(index, number, Hold.of(_folder(index, number) / MANIFEST))
        point_at(index, Pointer(number, generation.manifest.checksum))
        return generation


def share_file(path: Path, target: Path) -> None:
    """Give a published file another name in a new generation, without a copy where the file system can."""
    try:
        target.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, target)


def _open(index: Path, number: int, hold: Hold | None) -> Generation:
    folder = _folder(index, number)
    path = folder / MANIFEST
    try:
        content = path.read_bytes()
    except OSError as error:
        raise IndexDamaged(f"{path} can't be read ({error.strerror}); build the index again") from error
    manifest = read_manifest(content, path, index)
    require_whole(index, folder, manifest)
    return Generation(number, folder, manifest, hold)


@contextmanager
def _locked(index: Path) -> Iterator[None]:
    (index / _GENERATIONS).mkdir(parents=True, exist_ok=True)
    with (index / _LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "an unknown process"
            raise LockHeld(f"{index} is being written by {holder}; wait until it is done, or stop it") from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()} on {socket.gethostname()}")
        lock.flush()
        yield


def _folder(index: Path, number: int) -> Path:
    return index / _GENERATIONS / str(number)


def _numbers(index: Path) -> list[int]:
    try:
        return [int(path.name) for path in (index / _GENERATIONS).iterdir() if path.name.isdecimal()]
    except FileNotFoundError:
        return []


def _remove(index: Path, number: int) -> None:
    """Remove a generation unless somebody reads it; what is left of it is never taken for one."""
    folder = _folder(index, number)
    with held_by_nobody(folder / MANIFEST) as is_free:
        if is_free:
            leaving = folder.with_name(f"{_REMOVING}{number}-{os.getpid()}")
            folder.rename(leaving)
            shutil.rmtree(leaving, ignore_errors=True)


def _remove_leftovers(index: Path) -> None:
    """Clear what killed writers left: whoever holds the lock is the only one at work."""
    leftovers = [path for mark in (_BUILDING, _REMOVING) for path in (index / _GENERATIONS).glob(f"{mark}*")]
    for path in leftovers:
        shutil.rmtree(path, ignore_errors=True)
    (index / f"{CURRENT}.new").unlink(missing_ok=True)
    # A damaged CURRENT says of no generation that it was never published.
    with suppress(IndexDamaged):
        current = current_number(index) or 0
        for number in _numbers(index):
            if number > current:
                _remove(index, number)
