"""How a generation is built and published: by one writer at a time, all at once, for good."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from lakeindex.errors import IndexDamaged, LakeIndexError, LockHeld, NotFound
from lakeindex.store.checksums import checksum, files_of
from lakeindex.store.current_pointer import CURRENT, Pointer, point_at, sync
from lakeindex.store.generations import (
    GENERATIONS,
    Generation,
    current_number,
    folder_of,
    missing,
    numbers_in,
    open_generation,
)
from lakeindex.store.manifest import MANIFEST, Artifact, Manifest, write_manifest
from lakeindex.store.read_lock import Hold, held_by_nobody
from lakeindex.store.trust_cache import remember

_LOCK = "writer.lock"
_BUILDING = "building-"
_REMOVING = "removing-"


@contextmanager
def writing(index: Path) -> Iterator[Path]:
    """Hold the writer's lock; give a new folder to build a generation in, gone afterwards unless published.

    Raises LockHeld, with the holder, when another writer is at work. A lock dies with its process. Raises
    LakeIndexError in place of an OSError, a full disk for example.
    """
    with _saying_what_is_full(index), _locked(index):
        _remove_leftovers(index)
        folder = index / GENERATIONS / f"{_BUILDING}{os.getpid()}"
        folder.mkdir()
        try:
            yield folder
        finally:
            _remove_leftovers(index)


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
    number = max(numbers_in(index), default=0) + 1
    target = folder_of(index, number)
    folder.rename(target)
    sync(target.parent)
    remember(target, tried=complete.checksum)
    point_at(index, Pointer(number, complete.checksum))
    for old in sorted(numbers_in(index))[: -(keep + 1)]:
        _remove(index, old)
    return Generation(number, target, complete, Hold.of(target / MANIFEST))


def rollback(index: Path, to: int | None = None) -> Generation:
    """Make an older generation answer again: the one before, or the one numbered `to`.

    The newer ones stay until the next build. Raises IndexMissing where there is no index, NotFound where there is no
    such generation, IndexDamaged where it isn't whole, LockHeld when a writer is at work.
    """
    if not numbers_in(index):
        raise missing(index)
    with _locked(index):
        current = None
        with suppress(IndexDamaged):  # which is what this may be wanted for
            current = current_number(index)
        older = [number for number in numbers_in(index) if current is None or number < current]
        if to is None and not older:
            raise NotFound(f"{index} has no generation before {current}; set `keep` to keep more of them")
        number = max(older) if to is None else to
        generation = open_generation(index, number)
        point_at(index, Pointer(number, generation.manifest.checksum))
        return generation


def share_file(path: Path, target: Path) -> None:
    """Give a published file another name in a new generation, without a copy where the file system can."""
    try:
        target.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, target)


@contextmanager
def _saying_what_is_full(index: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # NumPy gives no reason for what it can't write.
        reason = error.strerror or f"{str(error).splitlines()[0]} (is the disk full?)"
        raise LakeIndexError(
            f"the index in {index} can't be built: {reason}; what was there before still answers"
        ) from error


@contextmanager
def _locked(index: Path) -> Iterator[None]:
    (index / GENERATIONS).mkdir(parents=True, exist_ok=True)
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


def _remove(index: Path, number: int) -> None:
    """Remove a generation unless somebody reads it; what is left of it is never taken for one."""
    folder = folder_of(index, number)
    with held_by_nobody(folder / MANIFEST) as is_free:
        if is_free:
            leaving = folder.with_name(f"{_REMOVING}{number}-{os.getpid()}")
            folder.rename(leaving)
            shutil.rmtree(leaving, ignore_errors=True)


def _remove_leftovers(index: Path) -> None:
    """Clear what killed writers left: whoever holds the lock is the only one at work."""
    leftovers = [path for mark in (_BUILDING, _REMOVING) for path in (index / GENERATIONS).glob(f"{mark}*")]
    for path in leftovers:
        shutil.rmtree(path, ignore_errors=True)
    (index / f"{CURRENT}.new").unlink(missing_ok=True)
    # A damaged CURRENT says of no generation that it was never published.
    with suppress(IndexDamaged):
        current = current_number(index) or 0
        for number in numbers_in(index):
            if number > current:
                _remove(index, number)
