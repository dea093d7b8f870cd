"""Publish generations: one writer at a time, atomically and durably."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from lakeindex.errors import IndexDamaged, LockHeld, NotFound, WriteFailed
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
from lakeindex.store.read_lock import ReadLock, is_unlocked
from lakeindex.store.trust_cache import add_trust

LOCK = "writer.lock"
_BUILDING = "building-"
_REMOVING = "removing-"
_TRIES = 3
"""A thread that is writing may put a file into a folder that is being removed."""


@contextmanager
def writing(index: Path) -> Iterator[Path]:
    """Take the writer's lock and make a folder to build a generation in, removed afterwards unless published.

    Raises LockHeld, with its holder, when another writer is at work. A lock ends with its process. Raises
    WriteFailed in place of an OSError, a full disk for example.
    """
    with _converting_write_errors(index), _locked(index):
        _remove_leftovers(index)
        folder = index / GENERATIONS / f"{_BUILDING}{os.getpid()}"
        folder.mkdir()
        try:
            yield folder
        finally:
            _remove_leftovers(index)


def abandon_building(index: Path) -> None:
    """Remove the generation that this process builds, while a thread may still write to it.

    It is renamed first, or not at all where it is being published at the same moment.
    """
    folder = index / GENERATIONS / f"{_BUILDING}{os.getpid()}"
    leaving = folder.with_name(f"{_REMOVING}{os.getpid()}")
    try:
        folder.rename(leaving)
    except OSError:
        return
    for _ in range(_TRIES):
        shutil.rmtree(leaving, ignore_errors=True)


def publish(index: Path, folder: Path, manifest: Manifest, keep: int, is_trusted: bool = True) -> Generation:
    """Make what was built in `folder` the current generation; of older ones `keep` stay.

    One that is not `is_trusted` was made elsewhere, and is checked in a sandbox before it answers.

    Everything is on disk before CURRENT is replaced, so that after a crash at any moment the old or the new generation
    is current. An old generation with a read lock stays until a later publication.
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
    if is_trusted:
        add_trust(target, sandbox_checked=complete.checksum)
    point_at(index, Pointer(number, complete.checksum))
    for old in sorted(numbers_in(index))[: -(keep + 1)]:
        _remove(index, old)
    return Generation(number, target, complete, ReadLock.of(target / MANIFEST))


def rollback(index: Path, to: int | None = None) -> Generation:
    """Make an older generation current again: the one before, or the one numbered `to`.

    The newer ones stay until the next build. Raises IndexMissing where there is no index, NotFound where there is no
    such generation, IndexDamaged where it isn't whole, LockHeld when a writer is at work.
    """
    if not numbers_in(index):
        raise missing(index)
    with _locked(index):
        current = None
        with suppress(IndexDamaged):  # a damaged CURRENT is a reason to roll back
            current = current_number(index)
        older = [number for number in numbers_in(index) if current is None or number < current]
        if to is None and not older:
            raise NotFound(f"{index} has no generation before {current}; set `keep` to keep more of them")
        number = max(older) if to is None else to
        generation = open_generation(index, number)
        point_at(index, Pointer(number, generation.manifest.checksum))
        return generation


def remove_generations(index: Path, numbers: Iterable[int]) -> None:
    """Remove generations; those with a read lock stay. The caller is the writer."""
    for number in set(numbers) & set(numbers_in(index)):
        _remove(index, number)


def link_or_copy(path: Path, target: Path) -> None:
    """Link a published file into a new generation, or copy it where the file system has no links."""
    try:
        target.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, target)


@contextmanager
def _converting_write_errors(index: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # NumPy gives no reason for what it can't write.
        reason = error.strerror or f"{str(error).splitlines()[0]} (is the disk full?)"
        raise WriteFailed(f"the index in {index} can't be built: {reason}; {what_answers(index)}") from error


def what_answers(index: Path) -> str:
    """Say what is left of an index when a build of it fails."""
    if (index / CURRENT).exists():
        return "what was there before still answers"
    return "nothing was published there yet"


@contextmanager
def _locked(index: Path) -> Iterator[None]:
    (index / GENERATIONS).mkdir(parents=True, exist_ok=True)
    with (index / LOCK).open("a+") as lock:
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
    """Remove a generation unless a reader has locked it; renamed first, it is never found when partly removed."""
    folder = folder_of(index, number)
    with is_unlocked(folder / MANIFEST) as is_free:
        if is_free:
            leaving = folder.with_name(f"{_REMOVING}{number}-{os.getpid()}")
            folder.rename(leaving)
            shutil.rmtree(leaving, ignore_errors=True)


def _remove_leftovers(index: Path) -> None:
    """Remove the folders that killed writers left; the lock excludes other writers."""
    leftovers = [path for mark in (_BUILDING, _REMOVING) for path in (index / GENERATIONS).glob(f"{mark}*")]
    for path in leftovers:
        shutil.rmtree(path, ignore_errors=True)
    (index / f"{CURRENT}.new").unlink(missing_ok=True)
    # With a damaged CURRENT, or without one, no generation is known to be unpublished.
    with suppress(IndexDamaged):
        current = current_number(index)
        for number in [] if current is None else [one for one in numbers_in(index) if one > current]:
            _remove(index, number)
